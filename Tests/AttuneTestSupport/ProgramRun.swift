import Foundation
import Subprocess
import Synchronization
import SystemPackage

/// Another program under way, whose output goes to files.
public final class ProgramRun: Sendable {
    public struct End: Sendable {
        /// The exit code, or the number of the signal that ended it.
        public var code: Int32
        public var output: String
        public var errors: String
    }

    private let output: FilePath
    private let errors: FilePath
    private let pid: ProcessID
    private let end: Task<Int32, any Error>

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
        let (output, errors) = (try ProgramRun.create(output), try ProgramRun.create(errors))
        let configuration = Configuration(
            executable: program.contains("/") ? .path(FilePath(program)) : .name(program),
            arguments: Arguments(arguments),
            environment: .inherit.updating(
                Dictionary(uniqueKeysWithValues: environment.map { (.init(rawValue: $0)!, $1) })),
            workingDirectory: directory.map { FilePath($0.path(percentEncoded: false)) })
        let pid = ProcessID()
        self.pid = pid
        let (started, starting) = AsyncThrowingStream.makeStream(of: Void.self)
        end = Task {
            do {
                let outcome = try await run(
                    configuration, input: .none,
                    output: .fileDescriptor(output, closeAfterSpawningProcess: true),
                    error: .fileDescriptor(errors, closeAfterSpawningProcess: true)
                ) { execution in
                    pid.set(execution.processIdentifier.value)
                    starting.finish()
                }
                pid.set(nil)
                return switch outcome.terminationStatus {
                case .exited(let code), .signaled(let code): code
                }
            } catch {
                starting.finish(throwing: error)
                throw error
            }
        }
        for try await _ in started {}
    }

    /// Runs a program to its end, and keeps no files.
    public static func finished(_ program: String, _ arguments: [String], in directory: URL? = nil) async throws -> End
    {
        let files = FileManager.default.temporaryDirectory.appending(path: "attune-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: files, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: files) }
        return try await ProgramRun(program, arguments, in: directory, files: files).finished()
    }

    private static func create(_ path: FilePath) throws -> FileDescriptor {
        try .open(path, .writeOnly, options: [.create, .truncate], permissions: .ownerReadWrite)
    }

    public var isRunning: Bool { pid.isSet }

    /// What it has printed so far.
    public func printed() throws -> String { try String(contentsOfFile: output.string, encoding: .utf8) }

    /// Nothing is sent to one that has ended.
    public func send(_ signal: Int32) { pid.send(signal) }

    public func finished() async throws -> End {
        End(
            code: try await end.value, output: try printed(),
            errors: try String(contentsOfFile: errors.string, encoding: .utf8))
    }
}

/// The number of a process while it is its own.
private final class ProcessID: Sendable {
    private let pid = Mutex<pid_t?>(nil)

    var isSet: Bool { pid.withLock { $0 != nil } }

    func set(_ value: pid_t?) { pid.withLock { $0 = value } }

    func send(_ signal: Int32) {
        pid.withLock { pid in
            if let pid { kill(pid, signal) }
        }
    }
}
