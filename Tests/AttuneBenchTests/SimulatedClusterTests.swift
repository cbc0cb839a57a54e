import AttuneBench
import Testing

@Suite struct SimulatedClusterTests {
    @Test func `what happens, happens in order of time and then of start`() {
        var cluster = SimulatedCluster(SimulatedCluster.Settings(workers: 3), seed: 1)
        _ = cluster.start(steps: 1, secondsPerStep: 5)
        _ = cluster.start(steps: 2, secondsPerStep: 1, reportsSteps: true)
        _ = cluster.start(steps: 1, secondsPerStep: 1)
        #expect(cluster.idleWorkers == 0)
        #expect(cluster.advance().map(\.kind) == [.step(1), .finished])
        #expect(cluster.now == 1)
        #expect(cluster.advance() == [SimulatedCluster.Happening(ticket: 2, kind: .finished, resource: 2)])
        #expect(cluster.advance().map(\.ticket) == [1])
        #expect(cluster.now == 5)
        #expect(cluster.advance().isEmpty)
        #expect(cluster.idleWorkers == 3)
    }

    @Test func `a stopped evaluation frees its worker and is heard of no more`() {
        var cluster = SimulatedCluster(SimulatedCluster.Settings(workers: 1), seed: 1)
        let ticket = cluster.start(steps: 10, secondsPerStep: 1, reportsSteps: true)
        _ = cluster.advance()
        cluster.stop(ticket)
        #expect(cluster.idleWorkers == 1)
        #expect(cluster.advance().isEmpty)
        #expect(cluster.now == 1)
    }

    @Test func `stragglers and failures come as often as asked for`() {
        let settings = SimulatedCluster.Settings(
            workers: 10_000, stragglerShare: 0.2, stragglerFactor: 7, failureShare: 0.1)
        var cluster = SimulatedCluster(settings, seed: 3)
        for _ in 0..<10_000 { _ = cluster.start(steps: 1, secondsPerStep: 1) }
        var (slow, failed) = (0, 0)
        while case let happenings = cluster.advance(), !happenings.isEmpty {
            let failures = happenings.count { $0.kind == .failed }
            failed += failures
            if cluster.now == 7 { slow += happenings.count - failures }
            #expect(happenings.allSatisfy { $0.kind == .finished || $0.resource < 1 })
        }
        #expect((900...1100).contains(failed))
        #expect((1650...1950).contains(slow))
    }
}
