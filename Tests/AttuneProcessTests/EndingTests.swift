import Foundation
import Testing

@testable import AttuneProcess

/// How programs are ended from outside.
@Suite struct EndingTests {
    let scratch = try! Scratch()

    @Test func `a program that takes too long is ended`() async throws {
        #expect(try await scratch.run(scratch.program("sleep", "1000", timeout: .milliseconds(50))) == .timedOut)
    }

    @Test func `a program that takes too long and ignores TERM is killed`() async throws {
        let spec = scratch.script(
            "trap '' TERM; sleep 1000", timeout: .milliseconds(200), grace: .milliseconds(100))
        #expect(try await scratch.run(spec) == .timedOut)
    }

    @Test func `a program in time is not ended`() async throws {
        #expect(try await scratch.run(scratch.script("exit 4", timeout: .seconds(1000))) == .exited(4))
    }

    @Test func `a stopped program ends and may tidy up`() async throws {
        let ready = Signal(scratch.path("ready"))
        let spec = scratch.script("trap 'echo tidy; exit 3' TERM; echo > ready; sleep 1000 & wait")
        try await scratch.supervisor.launch(spec, in: scratch.attempt)
        _ = try await ready.line()
        try scratch.attempt.stop()
        try scratch.attempt.stop()
        #expect(try await scratch.attempt.ended()?.how == .stopped)
        #expect(try scratch.output() == "tidy\n")
    }

    @Test func `a stopped program that goes on after TERM is killed`() async throws {
        let ready = Signal(scratch.path("ready"))
        let spec = scratch.script(
            "trap 'echo no' TERM; echo > ready; while :; do sleep 1000; done", grace: .milliseconds(200))
        try await scratch.supervisor.launch(spec, in: scratch.attempt)
        _ = try await ready.line()
        try scratch.attempt.stop()
        #expect(try await scratch.attempt.ended()?.how == .stopped)
        // The shell says on its standard error that its sleep was terminated.
        #expect(try scratch.output().split(separator: "\n").contains("no"))
    }

    @Test func `a suspended program can be stopped`() async throws {
        let ready = Signal(scratch.path("ready"))
        try await scratch.supervisor.launch(scratch.script("echo > ready; kill -STOP $$"), in: scratch.attempt)
        _ = try await ready.line()
        try scratch.attempt.stop()
        #expect(try await scratch.attempt.ended()?.how == .stopped)
    }

    @Test func `a program stopped before its start never starts`() async throws {
        try scratch.attempt.write(scratch.script(""))
        try scratch.attempt.stop()
        #expect(try await scratch.run(scratch.script("echo here > \(scratch.path("trace"))")) == .stopped)
        #expect(!FileManager.default.fileExists(atPath: scratch.path("trace")))
    }

    @Test func `stopping what has ended or never was does nothing`() async throws {
        try scratch.attempt.stop()
        #expect(!FileManager.default.fileExists(atPath: scratch.attempt.path))
        #expect(try await scratch.run(scratch.script("exit 2")) == .exited(2))
        try scratch.attempt.stop()
        #expect(!FileManager.default.fileExists(atPath: scratch.attempt.file("stop")))
        #expect(try await scratch.attempt.ended()?.how == .exited(2))
    }

    @Test func `what the program leaves behind is ended too`() async throws {
        let leave = """
            sleep 1000 & echo $!
            setsid sh -c 'echo $$; exec sleep 1000' &
            (setsid sh -c 'echo $$; sleep 1000' &)
            sh -c 'trap "" TERM; echo $$; exec sleep 1000' &
            sh -c 'trap "" TERM; echo $$ > ready; exec sleep 1000' &
            read line < go; exit 6
            """
        let ready = Signal(scratch.path("ready"))
        let go = Signal(scratch.path("go"))
        try await scratch.supervisor.launch(scratch.script(leave, grace: .milliseconds(200)), in: scratch.attempt)
        let stubborn = try #require(pid_t(try await ready.line()))
        go.send()
        #expect(try await scratch.attempt.ended()?.how == .exited(6))
        let left = try scratch.output().split(separator: "\n").compactMap { pid_t($0) } + [stubborn]
        for pid in left { #expect(kill(pid, 0) == -1 && errno == ESRCH) }
    }
}
