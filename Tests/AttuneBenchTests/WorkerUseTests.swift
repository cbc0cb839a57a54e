import AttuneAlgorithms
import AttuneBench
import AttuneCore
import AttuneProblems
import Testing

struct WorkerUseTests {
    @Test(arguments: ["asha", "hyperband", "successive-halving"])
    func `with 64 workers and stragglers, hardly one is ever idle`(_ name: String) async throws {
        let settings = SimulatedCluster.Settings(workers: 64, stragglerShare: 0.1, stragglerFactor: 10)
        let problem = TinyProblems.curve
        var entrant = try SuggesterEntrant(
            Challenge(problem: problem, seed: 3, evaluations: 1_000_000, workers: 64, trainings: 100_000),
            algorithm: AlgorithmSpec(name, [.init("resume", "same-trial")]), catalogue: .standard)
        var cluster = SimulatedCluster(settings, seed: 5)
        var running: [SimulatedCluster.Ticket: Candidate] = [:]
        var levels: [Candidate.ID: Int] = [:]
        var (busy, all) = (0.0, 0.0)
        for _ in 0..<60 {
            for candidate in try await entrant.ask(cluster.idleWorkers, at: cluster.now) {
                let level = candidate.resource ?? problem.maxResource
                let start = candidate.continues.flatMap { levels[$0] } ?? 0
                running[cluster.start(steps: level - start, secondsPerStep: 10)] = candidate
                levels[candidate.id] = level
            }
            let (before, idle) = (cluster.now, cluster.idleWorkers)
            let happenings = cluster.advance()
            busy += (cluster.now - before) * Double(64 - idle)
            all += (cluster.now - before) * 64
            let reports = happenings.compactMap { happening -> Report? in
                guard let candidate = running.removeValue(forKey: happening.ticket) else { return nil }
                let curve = problem.evaluate(candidate.assignment).curve
                return Report(candidate.id, .finished([curve[(levels[candidate.id] ?? 1) - 1]]))
            }
            _ = try await entrant.tell(reports, at: cluster.now)
        }
        #expect(busy / all >= 0.97, "busy \(busy / all)")
    }
}
