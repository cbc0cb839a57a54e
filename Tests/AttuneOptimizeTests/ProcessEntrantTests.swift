import AttuneBench
import AttuneCore
import AttuneProblems
import Foundation
import Testing

/// Programs of a few lines of shell as entrants.
@Suite(.timeLimit(.minutes(10))) struct ProcessEntrantTests {
    private static let challenge = Challenge(
        problem: BenchmarkProblem(
            name: "test/line", summary: "A line.",
            space: Experiment("line", .minimize("value"), over: Parameter("x", in: 0.0...100.0)).space,
            maxResource: 9
        ) { Evaluation([$0["x"]?.number ?? .nan]) },
        seed: 7, evaluations: 10)

    /// Answers asks with x = 1, 2, … and stops every trial at step 3.
    private static let counting = """
        n=0
        while read -r line; do
          case $line in
            *ask*) n=$((n+1)); echo "{\\"trials\\":[{\\"id\\":$n,\\"parameters\\":{\\"x\\":$n}}]}" ;;
            *'"step":3'*) echo '{"ok":true,"stop":true}' ;;
            *) echo '{"ok":true,"stop":false}' ;;
          esac
        done
        """

    private func enter(_ command: String, patience: Duration = .seconds(400)) async throws -> ProcessEntrant {
        try await ProcessEntrant(command, challenge: Self.challenge, followsCurves: true, patience: patience)
    }

    /// The failure that an entrant of this command meets when it enters or is asked.
    private func failure(of command: String, patience: Duration = .seconds(400)) async -> EntrantFailure? {
        await #expect(throws: EntrantFailure.self) {
            var entrant = try await enter(command, patience: patience)
            _ = try await entrant.ask(1, at: 0)
            await entrant.leave()
        }
    }

    @Test func `asks and tells are answered by the program`() async throws {
        var entrant = try await enter(Self.counting)
        let candidates = [try await entrant.ask(1, at: 0), try await entrant.ask(4, at: 0)].joined()
        #expect(candidates.map(\.id) == [1, 2])
        #expect(candidates.map { $0.assignment["x"] } == [.double(1), .double(2)])
        #expect(try await entrant.tell([Report(1, .step(2, 0.5)), Report(2, .finished([1]))], at: 1) == [])
        #expect(try await entrant.tell([Report(1, .step(3, .nan))], at: 1) == [1])
        #expect(try await entrant.tell([Report(1, .stopped)], at: 1) == [])
        await entrant.leave()
    }

    @Test func `the program is told the experiment's file and the seed both ways`() async throws {
        let program =
            #"read -r l; echo '{"ok":true}'; read -r l; [ {seed} = "$ATTUNE_SEED" ] && cmp -s {experiment} "$ATTUNE_EXPERIMENT_FILE" && grep -q '"maxTrialCount": 10' {experiment} && echo '{"trials":[]}'"#
        var entrant = try await enter(program)
        #expect(try await entrant.ask(1, at: 0) == [])
        await entrant.leave()
    }

    @Test func `many entrants run at once, and long lines go both ways`() async throws {
        // Reads nothing before it has written more than a socket holds, so that both sides have much to say at once.
        let shouting = #"head -c 300000 /dev/zero | tr '\0' ' '; while read -r l; do echo '{"ok":true}'; done"#
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<6 {
                group.addTask {
                    var entrant = try await self.enter(shouting)
                    let reports = (0..<20_000).map { Report($0, .finished([Double($0)])) }
                    #expect(try await entrant.tell(reports, at: 0) == [])
                    await entrant.leave()
                }
            }
            try await group.waitForAll()
        }
    }

    @Test func `a refusal gives the program's reason`() async throws {
        let refusal = await #expect(throws: Refusal.self) {
            try await enter(#"read -r l; echo '{"error":"no conditions here"}'; read -r l"#)
        }
        #expect(refusal?.reason == "no conditions here")
    }

    @Test func `a program that ends in the middle is an error with its last complaints`() async throws {
        let dying = #"read -r l; echo '{"ok":true}'; read -r l; echo out of luck >&2; exit 3"#
        let failure = await failure(of: dying)
        #expect(failure?.reason == "it ended with exit code 3")
        #expect(failure?.lastComplaints == "out of luck")
    }

    @Test func `a program that is killed in the middle is an error`() async throws {
        #expect(
            await failure(of: #"read -r l; echo '{"ok":true}'; read -r l; kill -9 $$"#)?.reason
                == "it was ended by signal 9")
        #expect(await failure(of: "no-such-program-at-all")?.reason == "it ended with exit code 127")
    }

    @Test func `an error once more after the end`() async throws {
        var entrant = try await enter(#"read -r l; echo '{"ok":true}'"#)
        for _ in 0..<2 { await #expect(throws: EntrantFailure.self) { _ = try await entrant.ask(1, at: 0) } }
        await entrant.leave()
    }

    @Test(arguments: [
        ("hello", "expected a JSON object"), ("[1]", "expected a JSON object"), ("{}", #"expected {"trials""#),
        (#"{"error":"stuck"}"#, "answered the error: stuck"), (#"{"trials":[1]}"#, "gave the trial 1"),
        (#"{"trials":[{"id":1,"parameters":{"x":101}}]}"#, "not of the space"),
        (#"{"trials":[{"id":1,"parameters":{"y":1}}]}"#, "not of the space"),
        (#"{"trials":[{"id":1,"parameters":{"x":1}},{"id":2,"parameters":{"x":1}}]}"#, "gave 2 trials"),
    ])
    func `garbage is an error that shows it`(answer: String, complaint: String) async throws {
        let failure = await failure(of: "read -r l; echo '{\"ok\":true}'; read -r l; echo '\(answer)'; read -r l")
        #expect(failure?.reason.contains(complaint) == true, "\(String(describing: failure))")
    }

    @Test func `an id given twice is an error`() async throws {
        var entrant = try await enter(#"while read -r l; do echo '{"trials":[{"id":1,"parameters":{"x":1}}]}'; done"#)
        _ = try await entrant.ask(1, at: 0)
        await #expect(throws: EntrantFailure.self) { _ = try await entrant.ask(1, at: 0) }
        await entrant.leave()
    }

    @Test func `patience has an end, and so has the program with its children`() async throws {
        let marker = FileManager.default.temporaryDirectory.appending(path: "attune-test-\(UUID().uuidString)").path
        let failure = await failure(of: "sleep 1000 & echo $! > \(marker); wait", patience: .milliseconds(300))
        #expect(failure?.reason.contains("no answer within") == true)
        let child = try #require(
            pid_t(try String(contentsOfFile: marker, encoding: .utf8).trimmingCharacters(in: .newlines)))
        // Its parent is gone with it, so whether it is still to be reaped is for init to say; it runs no more, or ends as
        // soon as it gets a turn.
        func state() -> Substring? {
            (try? String(contentsOfFile: "/proc/\(child)/stat", encoding: .utf8))?.split(separator: " ")[2]
        }
        while let state = state(), state != "Z" { try await Task.sleep(for: .milliseconds(10)) }
        try FileManager.default.removeItem(atPath: marker)
    }

    @Test func `a cancelled run lets go of the program`() async throws {
        let task = Task { try await enter("read -r l; sleep 1000") }
        task.cancel()
        await #expect(throws: CancellationError.self) { try await task.value }
    }

    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/python3"), "needs Python"))
    func `the entrant of the documentation plays`() async throws {
        let page = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../../docs/optimize.md")
            .standardized
        let blocks = try String(contentsOf: page, encoding: .utf8).components(separatedBy: "```python\n").dropFirst()
        let program = try #require(blocks.last?.components(separatedBy: "```").first)
        // A folder of its own: Python imports what lies beside a program.
        let folder = FileManager.default.temporaryDirectory.appending(path: "attune-test-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let file = folder.appending(path: "entrant.py")
        try Data(program.utf8).write(to: file)
        var proposals: [[Candidate]] = []
        for _ in 0..<2 {
            var entrant = try await enter("/usr/bin/python3 \(file.path)")
            proposals.append(try await entrant.ask(3, at: 0))
            #expect(try await entrant.tell([Report(1, .finished([0.5])), Report(2, .failed("diverged"))], at: 1) == [])
            await entrant.leave()
        }
        #expect(proposals[0].count == 3)
        #expect(proposals[0] == proposals[1])
    }

    @Test func `an entrant is written as name and command`() throws {
        #expect(try Contestant.program("mine=python3 mine.py --x=1").name == "mine")
        #expect(try Contestant.program("mine=python3 mine.py --x=1").details == "python3 mine.py --x=1")
        for wrong in ["mine", "=x", "mine=", ""] { #expect(throws: AttuneError.self) { try Contestant.program(wrong) } }
    }
}
