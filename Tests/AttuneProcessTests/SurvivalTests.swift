import Foundation
import Testing

@testable import AttuneProcess

/// Exactly one start and no lost end, whoever dies.
@Suite struct SurvivalTests {
    let scratch = try! Scratch()

    @Test func `twenty pairs of racing launches start each program once`() async throws {
        let supervisor = scratch.supervisor
        let spec = scratch.script("echo once")
        for i in 0..<20 {
            let attempt = AttemptDirectory(scratch.url.appending(path: "pair-\(i)"))
            async let first: Void = supervisor.launch(spec, in: attempt)
            async let second: Void = supervisor.launch(spec, in: attempt)
            _ = try await (first, second)
            #expect(try await attempt.ended()?.how == .exited(0))
            #expect(try String(contentsOf: attempt.output, encoding: .utf8) == "once\n")
        }
    }

    @Test func `twenty pairs of racing supervisors start each program once`() async throws {
        let spec = scratch.script("echo once")
        let attempts = (0..<20).map { AttemptDirectory(scratch.url.appending(path: "pair-\($0)")) }
        for attempt in attempts { try attempt.write(spec) }
        let pairs = attempts.map { "'\(scratch.supervisor.executable)' '\($0.path)' &\n" }
        #expect(try await scratch.shell(pairs.map { $0 + $0 }.joined() + "wait") == "")
        for attempt in attempts {
            #expect(try await attempt.ended()?.how == .exited(0))
            #expect(try String(contentsOf: attempt.output, encoding: .utf8) == "once\n")
        }
    }

    @Test func `a launch after the end starts nothing`() async throws {
        #expect(try await scratch.run(scratch.script("echo once; exit 5")) == .exited(5))
        #expect(try await scratch.run(scratch.script("echo twice")) == .exited(5))
        #expect(try scratch.output() == "once\n")
    }

    @Test func `an attempt is followed by any handle`() async throws {
        let go = Signal(scratch.path("go"))
        try await scratch.supervisor.launch(scratch.script("read line < go; exit 8"), in: scratch.attempt)
        let other = AttemptDirectory(URL(filePath: scratch.attempt.path + "/"))
        async let ends = (scratch.attempt.ended(), other.ended(), other.ended())
        go.send()
        let (first, second, third) = try await ends
        #expect(first?.how == .exited(8) && second == first && third == first)
    }

    @Test func `a program outlives its killed launcher and is adopted`() async throws {
        let ready = Signal(scratch.path("ready"))
        let go = Signal(scratch.path("go"))
        try scratch.attempt.write(scratch.script("echo > ready; read line < go; exit 11"))
        _ = try await scratch.shell("'\(scratch.supervisor.executable)' '\(scratch.attempt.path)' & kill -9 $$")
        _ = try await ready.line()  // the launcher is gone, and the program runs
        async let end = scratch.attempt.ended()
        go.send()
        #expect(try await end?.how == .exited(11))
    }

    @Test func `signals to a terminal's processes do not reach the program`() async throws {
        let go = Signal(scratch.path("go"))
        try await scratch.supervisor.launch(scratch.script("read line < go"), in: scratch.attempt)
        let start = try scratch.started()
        for number in [SIGHUP, SIGINT, SIGTERM, SIGQUIT] { #expect(kill(start.supervisor, number) == 0) }
        #expect(getsid(start.program) == start.supervisor && getpgid(start.program) == start.program)
        go.send()
        #expect(try await scratch.attempt.ended()?.how == .exited(0))
    }

    @Test func `an attempt whose supervisor is killed is lost and its program with it`() async throws {
        try await scratch.supervisor.launch(scratch.program("sleep", "1000"), in: scratch.attempt)
        let start = try scratch.started()
        let program = try open(start.program)
        kill(start.supervisor, SIGKILL)
        #expect(try await scratch.attempt.ended() == nil)
        #expect(try scratch.attempt.state() == .lost(start))
        try await program.readable()
        try await scratch.supervisor.launch(scratch.program("true"), in: scratch.attempt)
        #expect(try scratch.attempt.state() == .lost(start))
    }

    @Test func `stopping a lost attempt kills what its program had started`() async throws {
        let ready = Signal(scratch.path("ready"))
        try await scratch.supervisor.launch(
            scratch.script("sleep 1000 & echo $! > ready; wait"), in: scratch.attempt)
        let left = try open(#require(pid_t(try await ready.line())))
        kill(try scratch.started().supervisor, SIGKILL)
        #expect(try await scratch.attempt.ended() == nil)
        try scratch.attempt.stop()
        try await left.readable()
    }

    @Test func `cancelling a wait returns and leaves the program running`() async throws {
        let go = Signal(scratch.path("go"))
        let attempt = scratch.attempt
        try await scratch.supervisor.launch(scratch.script("read line < go; exit 3"), in: attempt)
        for early in [true, false] {
            let wait = Task { try await attempt.ended() }
            if !early { for _ in 0..<100 { await Task.yield() } }
            wait.cancel()
            await #expect(throws: CancellationError.self) { try await wait.value }
        }
        _ = try scratch.started()
        go.send()
        #expect(try await attempt.ended()?.how == .exited(3))
    }

    @Test func `waiting for what was never started is an error`() async throws {
        await #expect(throws: AttemptError.notStarted(directory: scratch.attempt.path)) {
            try await scratch.attempt.ended()
        }
    }

    @Test func `a disk too full to record the start starts nothing and can be tried again`() async throws {
        try scratch.attempt.write(scratch.script(""))
        #expect(symlink("/dev/full", scratch.attempt.file("started.new")) == 0)
        await #expect(throws: AttemptError.cannotLaunch("started: No space left on device")) {
            try await scratch.supervisor.launch(scratch.script("echo here"), in: scratch.attempt)
        }
        #expect(try scratch.attempt.state() == .absent && scratch.output() == "")
        #expect(try await scratch.run(scratch.script("exit 1")) == .exited(1))
    }

    @Test func `a disk too full to record the end delays it and loses nothing`() async throws {
        try scratch.attempt.write(scratch.script(""))
        #expect(symlink("/dev/full", scratch.attempt.file("exit.new")) == 0)
        #expect(try await scratch.run(scratch.script("exit 12")) == .exited(12))
    }

    @Test func `a damaged specification is refused by name`() async throws {
        try scratch.attempt.write(scratch.script(""))
        for damage in ["", "attune-spec-1\0/\0" + "0\0" + "0\0" + "2\0true\0", "attune-spec-2\0"] {
            try damage.write(toFile: scratch.attempt.file("spec"), atomically: true, encoding: .utf8)
            let complaint = try await scratch.shell("'\(scratch.supervisor.executable)' '\(scratch.attempt.path)'")
            #expect(complaint == "spec: not a whole attune-spec-1 file\n")
        }
    }

    @Test func `a missing supervisor is an error that says where to put it`() {
        let error = #expect(throws: AttemptError.self) {
            try Supervisor.find(environment: ["ATTUNE_SUPERVISOR": "/no/such"])
        }
        #expect(error?.description.contains("/no/such") == true)
    }

    @Test func `two hundred launches leave no descriptor and no zombie`() async {
        await #expect(processExitsWith: .success) {
            let scratch = try Scratch()
            func descriptors() throws -> Int {
                try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").count
            }
            func run(_ name: String) async throws {
                let attempt = AttemptDirectory(scratch.url.appending(path: name))
                try await scratch.supervisor.launch(scratch.program("true"), in: attempt)
                #expect(try await attempt.ended()?.how == .exited(0))
            }
            try await run("first")  // Dispatch opens its own descriptors
            while waitpid(-1, nil, WNOHANG) >= 0 { await Task.yield() }
            let before = try descriptors()
            for i in 0..<200 { try await run("\(i)") }
            var info = siginfo_t()
            while waitid(P_ALL, 0, &info, WEXITED | WNOHANG | WNOWAIT) == 0 { await Task.yield() }
            while try descriptors() > before { await Task.yield() }
        }
    }
}
