import CAttuneProcess
import Foundation

/// Runs programs that outlive this process, each under a supervisor process of its own (`attune-supervisor`).
///
/// When this process ends, however it ends, the programs go on; the next process follows them through their
/// `AttemptDirectory`. Linux 5.3 or later.
public struct Supervisor: Sendable {
    /// The path of `attune-supervisor`.
    public let executable: String

    public init(executable: String) { self.executable = executable }

    /// Finds the executable: where the variable `ATTUNE_SUPERVISOR` says, or else beside the running one.
    ///
    /// - Throws: `AttemptError.supervisorNotFound`.
    public static func find(
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) throws -> Supervisor {
        let path = try environment["ATTUNE_SUPERVISOR"] ?? besideRunningExecutable()
        guard access(path, X_OK) == 0 else { throw AttemptError.supervisorNotFound(tried: [path]) }
        return Supervisor(executable: path)
    }

    private static func besideRunningExecutable() throws -> String {
        let running = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        return (running as NSString).deletingLastPathComponent + "/attune-supervisor"
    }

    /// Starts the program, unless it has been started in this directory before, and returns when that is on disk.
    ///
    /// However many launches race, in this process and others, and however often it is tried again, the program is
    /// started once at most. Costs one descriptor while the program runs.
    ///
    /// - Throws: `AttemptError.invalidSpec`; `AttemptError.cannotLaunch` when the program did not run and another
    ///   launch may succeed; `CancellationError`, promptly, in which case the program may have been started. A
    ///   command that does not exist is no error here: the attempt ends `unstartable`.
    public func launch(_ spec: ProcessSpec, in attempt: AttemptDirectory) async throws {
        guard try attempt.state() == .absent else { return }
        try attempt.write(spec)
        let complaint = try await superviseAndReap(attempt).text()
        guard complaint.isEmpty else {
            throw AttemptError.cannotLaunch(complaint.trimmingCharacters(in: .newlines))
        }
        guard try attempt.state() != .absent else {
            throw AttemptError.cannotLaunch("it ended before it started anything")
        }
    }

    /// Spawns a supervisor, and gives its standard error: empty when all is well, and closed once that is known.
    private func superviseAndReap(_ attempt: AttemptDirectory) throws -> Descriptor {
        var standardError: Int32 = -1
        let pid = attune_spawn_detached(executable, attempt.path, &standardError)
        guard pid > 0 else { throw AttemptError.failed("posix_spawn \(executable)") }
        let complaints = Descriptor(standardError)
        try reap(pid)
        return complaints
    }

    /// Sees to it that a supervisor we launched leaves no zombie, whenever it ends.
    ///
    /// The task belongs to no caller, as the caller may let go of the attempt long before.
    private func reap(_ child: pid_t) throws {
        guard let process = try openProcess(child) else { return }
        Task.detached {
            try await process.readable()
            waitpid(child, nil, 0)
        }
    }
}
