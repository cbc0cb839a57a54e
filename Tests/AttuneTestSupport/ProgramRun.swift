import Foundation
import Synchronization
import SystemPackage

/// Another program under way, whose output goes to files.
///
/// It is started and watched for without the tasks' threads, which other tests may keep busy for long.
public final class ProgramRun: Sendable {
    public struct End: Sendable {
        /// The exit code, or the number of the signal that ended it.
        public var code: Int32
        public var output: String
        public var errors: String
    }

    private let output: FilePath
    private let errors: FilePath
    private let child: ChildProcess

    /// Starts a program, with no input.
    ///
    /// - Parameters:
    ///   - program: a path, or the name of a command.
    ///   - files: an existing folder for what it prints.
    public init(
        _ program: String, _ arguments: [String], environment: [String: String] = [:], in directory: URL? = nil,
        files: URL
    ) async throws {
        let id = UUID().uuidString
        output = FilePath(files.appending(path: "\(id).out").path(percentEncoded: false))
        errors = FilePath(files.appending(path: "\(id).err").path(percentEncoded: false))
        let (standardOutput, standardError) = (try ProgramRun.create(output), try ProgramRun.create(errors))
        defer {
            try? standardOutput.close()
            try? standardError.close()
        }
        let place = directory.map { ["/usr/bin/env", "-C", $0.path(percentEncoded: false)] } ?? []
        child = try ChildProcess(
            place + [program] + arguments,
            environment: ProcessInfo.processInfo.environment.merging(environment) { $1 },
            output: standardOutput.rawValue, errors: standardError.rawValue)
    }

    /// Runs a program to its end, and keeps no files.
    public static func finished(
        _ program: String, _ arguments: [String], in directory: URL? = nil
    ) async throws -> End {
        let files = FileManager.default.temporaryDirectory.appending(path: "attune-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: files) }
        return try await ProgramRun(program, arguments, in: directory, files: files).finished()
    }

    private static func create(_ path: FilePath) throws -> FileDescriptor {
        try .open(
            path, .writeOnly, options: [.create, .truncate, .closeOnExec], permissions: .ownerReadWrite)
    }

    public var isRunning: Bool { child.isRunning }

    /// What it has printed so far.
    public func printed() throws -> String { try String(contentsOfFile: output.string, encoding: .utf8) }

    /// The same of what it has written to standard error.
    public func complained() throws -> String { try String(contentsOfFile: errors.string, encoding: .utf8) }

    /// Nothing is sent to one that has ended.
    public func send(_ signal: Int32) { child.send(signal) }

    public func finished() async throws -> End {
        End(
            code: await child.ended(), output: try printed(),
            errors: try String(contentsOfFile: errors.string, encoding: .utf8))
    }
}

/// A process of ours, which a thread waits for.
private final class ChildProcess: Sendable {
    private enum State {
        case running(pid_t)
        case ended(Int32)
    }

    private let state: Mutex<State>
    private let end: AsyncStream<Void>

    /// - Parameter words: the program, by its path or looked for in `PATH`, and its arguments.
    init(_ words: [String], environment: [String: String], output: Int32, errors: Int32) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
        posix_spawn_file_actions_adddup2(&actions, output, 1)
        posix_spawn_file_actions_adddup2(&actions, errors, 2)
        // The threads of tasks block signals, which would be handed on.
        var attributes = posix_spawnattr_t()
        posix_spawnattr_init(&attributes)
        defer { posix_spawnattr_destroy(&attributes) }
        var none = sigset_t()
        sigemptyset(&none)
        posix_spawnattr_setsigmask(&attributes, &none)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var arguments = words.map { strdup($0) } + [nil]
        var variables = environment.map { strdup("\($0)=\($1)") } + [nil]
        defer { (arguments + variables).forEach { free($0) } }
        var pid: pid_t = 0
        let code = posix_spawnp(&pid, words[0], &actions, &attributes, &arguments, &variables)
        guard code == 0 else { throw POSIXError(POSIXErrorCode(rawValue: code) ?? .EINVAL) }
        state = Mutex(.running(pid))
        let (end, ending) = AsyncStream.makeStream(of: Void.self)
        self.end = end
        let started = pid
        Thread.detachNewThread { [self] in
            wait(for: started)
            ending.finish()
        }
    }

    private func wait(for pid: pid_t) {
        var information = siginfo_t()
        // Ended, but its number is not given away until nobody can send it signals any more.
        while waitid(P_PID, id_t(pid), &information, WEXITED | WNOWAIT) != 0, errno == EINTR {}
        state.withLock { state in
            var status: Int32 = 0
            while waitpid(pid, &status, 0) < 0, errno == EINTR {}
            let signal = status & 0x7f
            state = .ended(signal == 0 ? (status >> 8) & 0xff : signal)
        }
    }

    var isRunning: Bool {
        state.withLock { if case .running = $0 { true } else { false } }
    }

    func send(_ signal: Int32) {
        state.withLock { state in
            if case .running(let pid) = state { kill(pid, signal) }
        }
    }

    /// The exit code, or the number of the signal that ended it.
    func ended() async -> Int32 {
        for await _ in end {}
        return state.withLock { state in
            guard case .ended(let code) = state else { preconditionFailure("the thread says so once it has ended") }
            return code
        }
    }
}
