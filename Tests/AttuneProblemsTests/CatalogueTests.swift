import AttuneCore
import AttuneProblems
import Testing

struct CatalogueTests {
    static let problems = ProblemCatalogue.synthetic

    /// The space's own law, the same for every problem and run.
    static func samples(_ count: Int, of problem: BenchmarkProblem, seed: UInt64 = 1) throws -> [Assignment] {
        var random = RandomSource(seed: seed)
        return try (0..<count).map { _ in try problem.space.sample(using: &random) }
    }

    @Test func `names are unique and have a family`() {
        let names = Self.problems.map(\.name)
        #expect(Set(names).count == names.count)
        #expect(names.allSatisfy { $0.split(separator: "/").count == 2 })
        #expect(names.count >= 60)
    }

    @Test(arguments: problems)
    func `every optimizer lies in the space and reaches the optimum`(_ problem: BenchmarkProblem) {
        guard let optimum = problem.optimum else { return #expect(problem.metrics.count > 1) }
        #expect(!problem.optimizers.isEmpty)
        for optimizer in problem.optimizers {
            #expect(problem.space.contains(optimizer), "\(optimizer)")
            let value = problem.evaluate(optimizer).values[0]
            let tolerance = problem.name.hasSuffix("bukin6") ? 1e-5 : 1e-8 * max(1, abs(optimum))
            #expect(abs(value - optimum) <= tolerance, "\(optimizer) gives \(value), not \(optimum)")
        }
    }

    @Test(arguments: problems)
    func `nothing that is tried betters the optimum, and what is tried twice is the same`(_ problem: BenchmarkProblem)
        throws
    {
        for assignment in try Self.samples(60, of: problem) {
            #expect(problem.space.contains(assignment))
            let evaluation = problem.evaluate(assignment)
            #expect(evaluation.seconds > 0 && evaluation.seconds.isFinite)
            if evaluation.isFailure { continue }
            #expect(evaluation == problem.evaluate(assignment))
            #expect(evaluation.values.count == problem.metrics.count)
            if let optimum = problem.optimum {
                let gap = evaluation.values[0] - optimum
                #expect((problem.metrics[0].direction == .minimize ? gap : -gap) >= -1e-12, "\(assignment)")
            }
        }
    }

    @Test(arguments: problems)
    func `noise, reference point and curve have the sizes that the metrics and the resource ask for`(
        _ problem: BenchmarkProblem
    ) throws {
        #expect(problem.noise.isEmpty || problem.noise.count == problem.metrics.count)
        #expect((problem.referencePoint?.count ?? 1) == problem.metrics.count)
        let evaluation = problem.evaluate(try Self.samples(1, of: problem)[0])
        #expect(evaluation.curve.count == (problem.maxResource > 1 ? problem.maxResource : 0))
        if let last = evaluation.curve.last { #expect(last == evaluation.values[0]) }
    }

    @Test func `finite problems were looked at from end to end`() throws {
        for name in ["categorical/nk8x3", "constrained/cluster"] {
            let problem = try #require(Self.problems.first { $0.name == name })
            let all = problem.space.enumeration.map { (problem.evaluate($0).values[0], $0) }
            let isSmall = problem.metrics[0].direction == .minimize
            let best = try #require(isSmall ? all.min { $0.0 < $1.0 } : all.max { $0.0 < $1.0 })
            #expect(best.0 == problem.optimum, "\(name): \(best)")
            #expect([best.1] == problem.optimizers, "\(name): \(best)")
        }
    }

    @Test func `no pressure vessel is cheaper`() throws {
        let problem = try #require(Self.problems.first { $0.name == "constrained/pressure-vessel" })
        let (pi, volume) = (3.141592653589793, 1_296_000.0)
        var least = Double.infinity
        for shell in 1...99 {
            // For a shell, the best radius is at the edge of its range or between; the rest then follows.
            let widest = min(200, 0.0625 * Double(shell) / 0.0193)
            for step in 0...400 where widest > 10 {
                let radius = 10 + (widest - 10) * Double(step) / 400
                let length = max(10, volume / (pi * radius * radius) - 4 / 3 * radius)
                let head = (0.00954 * radius / 0.0625).rounded(.up)
                guard length <= 200, head <= 99 else { continue }
                let assignment = Assignment([
                    "shell": .int(shell), "head": .int(Int(head)), "radius": .double(radius), "length": .double(length),
                ])
                least = min(least, problem.evaluate(assignment).values[0])
            }
        }
        #expect(abs(least - (problem.optimum ?? 0)) < 1e-6)
    }
}

extension BenchmarkProblem: CustomTestStringConvertible {
    public var testDescription: String { name }
}
