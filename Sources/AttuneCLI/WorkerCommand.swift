import ArgumentParser
import AttuneClient
import AttuneCore
import Foundation

struct WorkerCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "worker",
        abstract: "Runs trials of a server's experiments as processes of this machine.",
        discussion: """
            Without names it serves every running experiment whose template a process can carry out, until it is \
            interrupted; with names, until those are over. Ctrl-C lets go: the trials go on, and a worker started \
            again with the same directory takes them up. Twice stops them and gives them back. Relative paths of a \
            template begin where the worker was started.
            """)

    @Argument(help: "The experiments; every running one where none is named.") var experiments: [String] = []
    @OptionGroup(title: "Server") var serverOptions: ServerOptions
    @Option(help: "Trials at once.") var parallel = 1
    @Option(
        help: "Where trials keep their files (default: $ATTUNE_WORKER_DIR, else ~/.local/share/attune/worker).",
        completion: .directory)
    var directory: String?
    @Option(help: "After how many seconds without a sign of life the server gives a trial to others.") var lease = 60.0
    @Flag(help: "Print nothing but errors.") var quiet = false

    func validate() throws {
        if parallel < 1 { throw ValidationError("--parallel: found \(parallel); must be greater than 0") }
        if !(1...86_400).contains(lease) { throw ValidationError("--lease: found \(lease); must be from 1 to 86400") }
    }

    func run() async throws {
        let configuration = Worker.Configuration(
            client: try serverOptions.required(), experiments: experiments.isEmpty ? nil : experiments,
            parallel: parallel,
            directory: directory.map { WorkerDirectory(root: URL(filePath: $0)) } ?? .usual,
            baseDirectory: FileManager.default.currentDirectoryPath, lease: .seconds(lease), isQuiet: quiet)
        try await Worker(configuration).runUntilInterrupted()
    }
}

extension Worker {
    /// Works to the end, or until the user lets go.
    ///
    /// - Throws: `ExitCode.interrupted` then.
    func runUntilInterrupted() async throws {
        let interrupts = Interrupts()
        let working = Task { try await run() }
        let interrupting = Task { () -> Int? in
            await interrupts.first()
            return Task.isCancelled ? nil : await letGo()
        }
        let result = await working.result
        interrupting.cancel()
        guard let left = await interrupting.value else { return try result.get() }
        try result.get()
        Terminal.complain("let go: \(left) trials go on running; a worker with the same directory takes them up")
        guard left > 0 else { throw ExitCode.interrupted }
        Terminal.complain("press Ctrl-C again within 2 seconds to stop them")
        guard await interrupts.second(within: .seconds(2)) else { throw ExitCode.interrupted }
        try await stopAll()
        throw ExitCode.interrupted
    }
}
