import AttuneCore
import AttuneProblems
import Testing

/// The analytic hypervolumes against fine samples of the fronts, through the problems themselves.
struct FrontTests {
    private func value(_ problem: BenchmarkProblem, _ position: [Double], rest: Double) -> [Double] {
        let space = problem.space
        let point = (0..<space.dimensions).map { $0 < position.count ? position[$0] : rest }
        return problem.evaluate(space.assignment(at: point)).values
    }

    /// A sampled front dominates a little less than the true one: at most `slack` of the volume.
    private func check(_ problem: BenchmarkProblem, _ points: [[Double]], slack: Double) throws {
        let reference = try #require(problem.referencePoint)
        let exact = try #require(problem.frontHypervolume)
        let sampled = Hypervolume.of(points, reference: reference)
        #expect(sampled <= exact + 1e-9 * exact, "\(problem.name): \(sampled) > \(exact)")
        #expect(sampled >= exact * (1 - slack), "\(problem.name): \(sampled) < \(exact)")
    }

    @Test(arguments: [ZDT.zdt1, ZDT.zdt2, ZDT.zdt3, ZDT.zdt4, ZDT.zdt6])
    func `a sampled ZDT front has the stated hypervolume`(_ problem: BenchmarkProblem) throws {
        // ZDT4's other parameters lie around 0, the middle of their range.
        let rest = problem.name == "multi/zdt4" ? 0.5 : 0.0
        let points = (0...2000).map { value(problem, [Double($0) / 2000], rest: rest) }
        try check(problem, points, slack: problem.name == "multi/zdt6" ? 1e-3 : 2e-5)
    }

    @Test(arguments: [DTLZ.dtlz1(metrics: 2), DTLZ.dtlz2(metrics: 2), DTLZ.dtlz7(metrics: 2)])
    func `a sampled DTLZ front of two metrics has the stated hypervolume`(_ problem: BenchmarkProblem) throws {
        let rest = problem.name == "multi/dtlz7-2" ? 0.0 : 0.5
        try check(problem, (0...2000).map { value(problem, [Double($0) / 2000], rest: rest) }, slack: 2e-3)
    }

    @Test(arguments: [DTLZ.dtlz1(metrics: 3), DTLZ.dtlz2(metrics: 3), DTLZ.dtlz7(metrics: 3)])
    func `a sampled DTLZ front of three metrics has the stated hypervolume`(_ problem: BenchmarkProblem) throws {
        let rest = problem.name == "multi/dtlz7-3" ? 0.0 : 0.5
        let ticks = (0...30).map { Double($0) / 30 }
        let points = ticks.flatMap { a in ticks.map { value(problem, [a, $0], rest: rest) } }
        try check(problem, points, slack: 0.05)
    }

    @Test func `hypervolumes of textbook fronts come out`() {
        #expect(abs((ZDT.zdt1.frontHypervolume ?? 0) - 120.666666666666) < 1e-9)
        #expect(abs((ZDT.zdt2.frontHypervolume ?? 0) - 120.333333333333) < 1e-9)
        #expect(abs((DTLZ.dtlz2(metrics: 2).frontHypervolume ?? 0) - (1.21 - .pi / 4)) < 1e-12)
        #expect(abs((DTLZ.dtlz2(metrics: 3).frontHypervolume ?? 0) - (1.331 - .pi / 6)) < 1e-12)
    }

    @Test(arguments: ProblemCatalogue.synthetic.filter { $0.metrics.count > 1 })
    func `no random set covers more than the front`(_ problem: BenchmarkProblem) throws {
        let points = try CatalogueTests.samples(100, of: problem).map { problem.evaluate($0).values }
        let reference = try #require(problem.referencePoint)
        #expect(Hypervolume.of(points, reference: reference) <= problem.frontHypervolume ?? 0)
    }
}
