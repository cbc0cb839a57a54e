import AttuneBench
import AttuneCore
import Testing

@Suite struct LeaderboardTests {
    /// `good` halves random search's regret on every seed; `idle` was skipped.
    private var outcome: Bench.Outcome {
        let facts = ProblemFacts(
            name: "p", summary: "", direction: .minimize, isMultiObjective: false, optimum: 0, frontHypervolume: nil)
        let runs = (1...20).flatMap { seed -> [RunResult] in
            let value = 1 + Double(seed) / 10
            return [("good", value / 2), ("random", value)].map { name, best in
                RunResult(RunResult.Key(problem: "p", algorithm: name, seed: seed), best: [9, best])
            }
        }
        let skipped = (1...20).map { SkippedRun(run: RunResult.Key(problem: "p", algorithm: "idle", seed: $0), reason: "tired") }
        return Bench.Outcome(runs: runs, skipped: skipped, problems: [facts])
    }

    @Test func `the better algorithm leads and one that skipped is not ranked`() throws {
        let board = Leaderboard(outcome)
        #expect(board.lines.map(\.algorithm) == ["good", "random", "idle"])
        #expect(board.lines.map(\.meanRank) == [1, 2, nil])
        #expect(board.lines.map(\.skipped) == [0, 0, 20])
        let leader = try #require(board.lines.first)
        #expect(leader.pValue == nil)
        #expect((board.friedman?.pValue ?? 1) < 0.001)
        #expect((board.lines[1].pValue ?? 1) < 0.001)
        #expect(abs((leader.regret?.median ?? 0) - 0.5) < 0.01)
    }

    @Test func `the table lines up`() {
        let lines = Leaderboard(outcome).description.split(separator: "\n")
        #expect(lines.count == 5)
        #expect(lines[0].hasPrefix("algorithm  mean rank"))
        #expect(lines[1].hasPrefix("good            1.00"))
        #expect(lines[3].hasSuffix("20"))
    }

    @Test func `without results there is nothing to say`() {
        #expect(Leaderboard(Bench.Outcome(runs: [], skipped: [], problems: [])).lines.isEmpty)
    }
}
