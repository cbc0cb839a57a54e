import CAttuneProcess
import Foundation
import Testing

@testable import AttuneProcess

/// A directory for one test, with an attempt in it.
final class Scratch: Sendable {
    let url: URL
    let supervisor: Supervisor
    let attempt: AttemptDirectory

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "attune-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        supervisor = try Supervisor.find()
        attempt = AttemptDirectory(url.appending(path: "attempt"))
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    func path(_ name: String) -> String { url.appending(path: name).path(percentEncoded: false) }

    /// A shell script run in the scratch directory.
    func script(_ text: String, timeout: Duration? = nil, grace: Duration = .seconds(30)) -> ProcessSpec {
        program("/bin/sh", "-c", text, timeout: timeout, grace: grace)
    }

    func program(_ command: String..., timeout: Duration? = nil, grace: Duration = .seconds(30)) -> ProcessSpec {
        ProcessSpec(
            command: command, environment: ["PATH": "/usr/bin:/bin"], workingDirectory: path(""),
            timeout: timeout, grace: grace)
    }

    /// Runs a program to its end.
    func run(_ spec: ProcessSpec) async throws -> ProcessEnd? {
        try await supervisor.launch(spec, in: attempt)
        return try await attempt.ended()?.how
    }

    func output() throws -> String { try String(contentsOf: attempt.output, encoding: .utf8) }

    /// What the attempt says it started, while it runs.
    func started() throws -> AttemptStart {
        guard case .running(let start) = try attempt.state() else { throw NotRunning() }
        return start
    }

    struct NotRunning: Error {}

    /// Runs a shell script that is no attempt, to the end of its standard error, and gives that.
    func shell(_ text: String) async throws -> String {
        try text.write(toFile: path("script.sh"), atomically: true, encoding: .utf8)
        var standardError: Int32 = -1
        let pid = attune_spawn_detached("/bin/sh", path("script.sh"), &standardError)
        let complaints = try await Descriptor(standardError).text()
        try await openProcess(pid)?.readable()
        waitpid(pid, nil, 0)
        return complaints
    }
}

/// A named pipe by which a program and a test tell each other how far they are.
struct Signal: ~Copyable {
    private let pipe: Descriptor

    init(_ path: String) {
        mkfifo(path, 0o600)
        pipe = Descriptor(open(path, O_RDWR | O_NONBLOCK | O_CLOEXEC))
    }

    /// Waits for the program to write a line, and gives it.
    func line() async throws -> String {
        try await pipe.readable()
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = read(pipe.number, &buffer, buffer.count)
        return String(decoding: buffer[..<max(0, count)], as: UTF8.self).trimmingCharacters(in: .newlines)
    }

    /// Writes a line for the program to read.
    func send() { write(pipe.number, "\n", 1) }
}

/// A handle on a process that is running, and readable when it ends.
func open(_ pid: pid_t) throws -> Descriptor {
    guard let process = try openProcess(pid) else { throw AttemptError.system(call: "pidfd_open", error: ESRCH) }
    return process
}
