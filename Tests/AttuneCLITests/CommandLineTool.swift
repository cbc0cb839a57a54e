import AttuneCore
import Foundation

/// The built `attune`, with a store of its own that goes away with this value.
final class CommandLineTool: Sendable {
    struct Result: Sendable {
        var code: Int32
        var output: String
        var errors: String
    }

    let directory: URL

    init() throws {
        directory = FileManager.default.temporaryDirectory.appending(
            path: "attune-\(UUID().uuidString)", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: directory) }

    /// Where the test bundle and the products it needs were built.
    static var products: URL {
        URL(
            filePath: (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe"))
                ?? CommandLine.arguments[0]
        )
        .deletingLastPathComponent()
    }

    static var repository: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    /// Writes a file beside the store.
    func write(_ text: String, to name: String) throws -> String {
        let url = directory.appending(path: name)
        try Data(text.utf8).write(to: url)
        return url.path(percentEncoded: false)
    }

    /// Runs a command to its end, with no input.
    func callAsFunction(_ arguments: String...) async throws -> Result {
        try await start(arguments).finished()
    }

    func start(_ arguments: [String]) throws -> Running {
        try Running(executable: Self.products.appending(path: "attune"), arguments, directory: directory)
    }

    /// A command under way.
    final class Running: @unchecked Sendable {  // Process is not Sendable; only its end and its signals are used across tasks.
        private let process = Process()
        private let output: URL
        private let errors: URL
        private let ended: AsyncStream<Void>

        init(executable: URL, _ arguments: [String], directory: URL) throws {
            let id = UUID().uuidString
            output = directory.appending(path: "\(id).out")
            errors = directory.appending(path: "\(id).err")
            for url in [output, errors] { _ = FileManager.default.createFile(atPath: url.path, contents: nil) }
            let (stream, continuation) = AsyncStream.makeStream(of: Void.self)
            ended = stream
            process.executableURL = executable
            process.arguments = arguments
            process.environment = ProcessInfo.processInfo.environment.merging([
                "ATTUNE_STORE": directory.appending(path: "attune.db").path(percentEncoded: false),
                "OPENBLAS_NUM_THREADS": "1",
            ]) { $1 }
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: output)
            process.standardError = try FileHandle(forWritingTo: errors)
            process.terminationHandler = { _ in continuation.finish() }
            try process.run()
        }

        var isRunning: Bool { process.isRunning }

        /// What it has printed so far.
        func printed() throws -> String { try String(contentsOf: output, encoding: .utf8) }

        func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

        func finished() async throws -> Result {
            for await _ in ended {}
            return Result(
                code: process.terminationStatus, output: try String(contentsOf: output, encoding: .utf8),
                errors: try String(contentsOf: errors, encoding: .utf8))
        }
    }
}

extension CommandLineTool.Result {
    func json() throws -> JSON { try JSON(parsing: output) }
}
