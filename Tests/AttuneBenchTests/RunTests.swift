import AttuneCore
import AttuneProblems
import Testing

@testable import AttuneBench

@Suite struct RunTests {
    private func rows(
        _ contestant: Contestant = .standard("random"), on problem: BenchmarkProblem, seed: Int = 1,
        evaluations: Int = 30,
        cluster: SimulatedCluster.Settings = SimulatedCluster.Settings()
    ) async throws -> [ResultRow] {
        var run = Run(contestant, on: problem, seed: seed, evaluations: evaluations, cluster: cluster)
        return try await run.rows()
    }

    @Test func `a run is as long as asked for and its best never gets worse`() async throws {
        let rows = try await rows(on: TinyProblems.bowl)
        #expect(rows.map(\.evaluation) == Array(1...30))
        #expect(
            zip(rows, rows.dropFirst()).allSatisfy { $0.best >= $1.best && $0.simulatedSeconds <= $1.simulatedSeconds })
        #expect(rows.allSatisfy { $0.best <= $0.value && $0.askSeconds == nil })
        #expect(rows.map(\.resource) == (1...30).map(Double.init))
    }

    @Test func `a run depends on its seed and on nothing else`() async throws {
        let first = try await rows(on: TinyProblems.noisyBowl)
        #expect(try await rows(on: TinyProblems.noisyBowl) == first)
        #expect(try await rows(on: TinyProblems.noisyBowl, seed: 2).map(\.value) != first.map(\.value))
    }

    @Test func `under noise the best is the true value of what looked best`() async throws {
        let rows = try await rows(on: TinyProblems.noisyBowl, evaluations: 200)
        #expect(rows.allSatisfy { row in rows.prefix(row.evaluation).contains { $0.value == row.best } })
        #expect(zip(rows, rows.dropFirst()).contains { $0.best < $1.best }, "noise misleads now and then")
    }

    @Test func `a failed evaluation is recorded and never best`() async throws {
        let rows = try await rows(on: TinyProblems.steps, evaluations: 11)
        #expect(rows.count { $0.value.isNaN } == 3)
        #expect(rows.last?.best == 10)
        let unlucky = SimulatedCluster.Settings(failureShare: 1)
        #expect(
            try await self.rows(on: TinyProblems.bowl, cluster: unlucky).allSatisfy { $0.value.isNaN && $0.best.isNaN })
    }

    @Test func `a run ends early where the space is exhausted`() async throws {
        #expect(try await rows(on: TinyProblems.steps, evaluations: 50).count == 11)
        #expect(try await rows(.standard("grid"), on: TinyProblems.steps, evaluations: 50).count == 11)
    }

    @Test func `a thousand workers replay a week of training in no time`() async throws {
        var problem = TinyProblems.bowl
        problem.evaluate = {
            Evaluation(TinyProblems.bowl.evaluate($0).values, seconds: 3600 * (1 + TinyProblems.number("x", of: $0)))
        }
        let settings = SimulatedCluster.Settings(
            workers: 1000, stragglerShare: 0.1, stragglerFactor: 3, failureShare: 0.02)
        let rows = try await rows(on: problem, evaluations: 4000, cluster: settings)
        #expect(rows.count == 4000)
        #expect(rows.allSatisfy { $0.best.isNaN || $0.best >= 0 })
        let hours = (rows.last?.simulatedSeconds ?? 0) / 3600
        #expect(hours > 6 && hours < 40, "four evaluations of 1.5 hours each on every worker, and some stragglers")
    }

    @Test func `a stopping rule saves resource and what it stops is never best`() async throws {
        let stopping = AlgorithmSpec("medianstop", [AlgorithmSpec.Setting("start_step", "2")])
        let full = try await rows(on: TinyProblems.curve)
        let stopped = try await rows(.standard("random", stopping: stopping), on: TinyProblems.curve)
        #expect(full.last?.resource == 300)
        #expect(stopped.count == 30)
        #expect((stopped.last?.resource ?? 0) < 250)
        #expect(stopped.last?.best == full.last?.best)
        #expect(stopped.contains { $0.value > 1 && !$0.value.isNaN }, "a stopped one shows its last value")
    }

    @Test func `an evaluation with little resource gets the value of its curve there`() async throws {
        let contestant = Contestant("brief") { _ in
            Scripted { Candidate(id: $0, assignment: Assignment(["x": .double(0.5)]), resource: 4) }
        }
        let rows = try await rows(contestant, on: TinyProblems.curve, evaluations: 2)
        #expect(rows.map(\.value) == [0.75, 0.75])
        #expect(rows.map(\.resource) == [4, 8])
        #expect(rows.map(\.simulatedSeconds) == [40, 80])
    }

    @Test func `of several metrics the best is the hypervolume found`() async throws {
        let rows = try await rows(on: TinyProblems.line, evaluations: 100)
        #expect(zip(rows, rows.dropFirst()).allSatisfy { $0.best <= $1.best })
        let xs = rows.map(\.value).sorted()
        let next = Array(xs.dropFirst()) + [1]
        // A rising staircase: from each x to the next, what is dominated is x high.
        var expected = 0.0
        for (x, end) in zip(xs, next) { expected += (end - x) * x }
        #expect(abs((rows.last?.best ?? 0) - expected) < 1e-12)
    }

    @Test func `an entrant that breaks a rule is told which`() async throws {
        let outside = Contestant("wild") { _ in
            Scripted { Candidate(id: $0, assignment: Assignment(["x": .double(9)])) }
        }
        await #expect(throws: AttuneError("wild left the space of tiny/curve: x=9.0")) {
            try await rows(outside, on: TinyProblems.curve)
        }
        let twice = Contestant("twin") { _ in
            Scripted { _ in Candidate(id: 7, assignment: Assignment(["x": .double(0)])) }
        }
        await #expect(throws: AttuneError("twin used the id 7 twice")) { try await rows(twice, on: TinyProblems.curve) }
    }

    @Test func `asks are timed when there is a stopwatch`() async throws {
        let ticks = Ticks()
        var run = Run(
            .standard("random"), on: TinyProblems.bowl, seed: 1, evaluations: 3, cluster: SimulatedCluster.Settings(),
            stopwatch: { ticks.next() })
        // A second for each ask, and one for each result told since the last.
        #expect(try await run.rows().map(\.askSeconds) == [1, 2, 2])
    }
}

/// Proposes what it was made with, one at a time.
private struct Scripted: Entrant {
    var asked = 0
    let candidate: @Sendable (Int) -> Candidate

    init(_ candidate: @escaping @Sendable (Int) -> Candidate) { self.candidate = candidate }

    mutating func ask(_ count: Int, at seconds: Double) async throws -> [Candidate] {
        asked += 1
        return [candidate(asked)]
    }

    mutating func tell(_ reports: [Report], at seconds: Double) async throws -> Set<Candidate.ID> { [] }
}
