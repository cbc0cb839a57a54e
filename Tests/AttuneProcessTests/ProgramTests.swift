import Foundation
import Testing

@testable import AttuneProcess

/// What a program is given, and what is kept of it.
@Suite struct ProgramTests {
    let scratch = try! Scratch()

    @Test(arguments: [0, 1, 7, 255] as [Int32])
    func `the exit code is kept`(code: Int32) async throws {
        #expect(try await scratch.run(scratch.script("exit \(code)")) == .exited(code))
        #expect(try await scratch.attempt.ended()?.how == .exited(code))
    }

    @Test func `the signal that ended it is kept`() async throws {
        #expect(try await scratch.run(scratch.script("kill -9 $$")) == .signalled(SIGKILL))
    }

    @Test func `it ends after it started`() async throws {
        let signal = Signal(scratch.path("go"))
        try await scratch.supervisor.launch(scratch.script("read line < go"), in: scratch.attempt)
        let start = try scratch.started()
        signal.send()
        let end = try #require(try await scratch.attempt.ended())
        #expect(start.time <= end.time && start.ticks > 0)
    }

    @Test func `both outputs are appended to one file in order`() async throws {
        try scratch.attempt.write(scratch.script(""))
        try Data("before\n".utf8).write(to: scratch.attempt.output)
        _ = try await scratch.run(scratch.script("echo a; echo b >&2; echo c"))
        #expect(try scratch.output() == "before\na\nb\nc\n")
    }

    @Test func `environment and working directory are as given and nothing is inherited`() async throws {
        var spec = scratch.program("env")
        spec.environment = ["PATH": "/usr/bin:/bin", "EMPTY": "", "GREETING": "grüß = dich\nzwei"]
        _ = try await scratch.run(spec)
        let expected: Set = ["PATH=/usr/bin:/bin", "EMPTY=", "GREETING=grüß = dich", "zwei"]
        #expect(Set(try scratch.output().split(separator: "\n").map(String.init)) == expected)
    }

    @Test func `it runs in its working directory`() async throws {
        var spec = scratch.program("/bin/pwd")
        spec.workingDirectory = "/usr"
        _ = try await scratch.run(spec)
        #expect(try scratch.output() == "/usr\n")
    }

    @Test func `arguments arrive intact`() async throws {
        let texts = ["", "a b", "'\"`$HOME\\", "two\nlines\n", "größe 試験 🧪", "-n", "", "*"]
        var spec = scratch.program("printf", "%s\\0")
        spec.command += texts
        #expect(try await scratch.run(spec) == .exited(0))
        #expect(try scratch.output() == texts.map { $0 + "\0" }.joined())
    }

    @Test func `it has three descriptors`() async throws {
        _ = try await scratch.run(scratch.script("ls /proc/self/fd; readlink /proc/self/fd/0"))
        #expect(try scratch.output() == "0\n1\n2\n3\n/dev/null\n")  // 3 is the listed directory
    }

    @Test(arguments: ["SigBlk", "SigIgn"])
    func `it blocks and ignores no signal`(field: String) async throws {
        _ = try await scratch.run(scratch.program("sed", "-n", "s/\(field):.//p", "/proc/self/status"))
        let signals = UInt64(try scratch.output().trimmingCharacters(in: .newlines), radix: 16)
        let ordinary: UInt64 = 0x7fff_ffff  // above are glibc's own
        #expect(signals.map { $0 & ordinary } == 0)
    }

    @Test func `the command is looked up in its own PATH`() async throws {
        let tool = scratch.path("tool")
        try "#!/bin/sh\nexit 9\n".write(toFile: tool, atomically: true, encoding: .utf8)
        chmod(tool, 0o700)
        var spec = scratch.program("tool")
        spec.environment["PATH"] = scratch.path("")
        #expect(try await scratch.run(spec) == .exited(9))
    }

    @Test func `a missing command cannot start and says so with the shell's code`() async throws {
        #expect(
            try await scratch.run(scratch.program("no-such command"))
                == .unstartable(code: 127, message: "cannot start no-such command: No such file or directory"))
    }

    @Test func `a file that is no program cannot start and says so with the shell's code`() async throws {
        #expect(
            try await scratch.run(scratch.program("/etc/passwd"))
                == .unstartable(code: 126, message: "cannot start /etc/passwd: Permission denied"))
    }

    @Test func `a missing working directory is named`() async throws {
        var spec = scratch.program("true")
        spec.workingDirectory = "/no/such/place"
        #expect(
            try await scratch.run(spec)
                == .unstartable(code: 126, message: "cannot enter /no/such/place: No such file or directory"))
    }

    @Test func `what cannot be said to a program is refused before anything starts`() async throws {
        for command in [[], [""], ["echo", "a\0b"]] {
            var spec = scratch.program()
            spec.command = command
            await #expect(throws: AttemptError.self) { try await scratch.supervisor.launch(spec, in: scratch.attempt) }
        }
        #expect(try scratch.attempt.state() == .absent)
    }
}
