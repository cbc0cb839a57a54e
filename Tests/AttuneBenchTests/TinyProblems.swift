import AttuneAlgorithms
import AttuneBench
import AttuneCore
import AttuneProblems
import Foundation

/// Problems small enough to be read at a glance.
enum TinyProblems {
    /// x² + y², over a square with the optimum off its middle; an evaluation takes from 1 second to 3.
    static let bowl = BenchmarkProblem(
        name: "tiny/bowl", summary: "x² + y², \"off centre\"",
        space: space(Parameter("x", in: -1.0...2.0), Parameter("y", in: -1.0...2.0)),
        optimum: 0, optimizers: [Assignment(["x": .double(0), "y": .double(0)])]
    ) { assignment in
        let (x, y) = (number("x", of: assignment), number("y", of: assignment))
        return Evaluation([x * x + y * y], seconds: 1 + (x + 1) * 2 / 3)
    }

    /// The same, seen through noise.
    static var noisyBowl: BenchmarkProblem {
        var problem = bowl
        problem.name = "tiny/noisy-bowl"
        problem.noise = [2]
        return problem
    }

    /// Larger is better, there are 11 points, and those below 3 fail.
    static let steps = BenchmarkProblem(
        name: "tiny/steps", summary: "n, to be made large", space: space(Parameter("n", in: 0...10)),
        metrics: [BenchmarkProblem.Metric("n", .maximize)], optimum: 10
    ) { assignment in
        let n = number("n", of: assignment)
        return Evaluation([n < 3 ? .nan : n])
    }

    /// Ten epochs of a curve that falls to x, ten seconds each.
    static let curve = BenchmarkProblem(
        name: "tiny/curve", summary: "x + 1/epoch", space: space(Parameter("x", in: 0.0...1.0)), optimum: 0.1,
        maxResource: 10
    ) { assignment in
        let x = number("x", of: assignment)
        let curve = (1...10).map { x + 1 / Double($0) }
        return Evaluation([curve[9]], curve: curve, seconds: 100)
    }

    /// Two metrics, x to be made small and 1 − x, negated, large: every point is on the front.
    static let line = BenchmarkProblem(
        name: "tiny/line", summary: "x against 1 - x", space: space(Parameter("x", in: 0.0...1.0)),
        metrics: [BenchmarkProblem.Metric("x", .minimize), BenchmarkProblem.Metric("y", .maximize)],
        referencePoint: [1, -1],
        frontHypervolume: 0.5
    ) { assignment in
        let x = number("x", of: assignment)
        return Evaluation([x, x - 1])
    }

    private static func space(_ parameters: any SearchDimension...) -> SearchSpace {
        do { return try SearchSpace(parameters.map(\.spec)) } catch { preconditionFailure("\(error)") }
    }

    static func number(_ name: String, of assignment: Assignment) -> Double { assignment[name]?.number ?? .nan }
}

extension Contestant {
    static func standard(_ name: String, stopping: AlgorithmSpec? = nil) -> Contestant {
        .attune(AlgorithmSpec(name), stopping: stopping, catalogue: .standard)
    }
}

/// Gives `work` a folder of its own, gone afterwards.
func withFolder<Result>(_ work: (URL) async throws -> Result) async throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appending(path: "attune-bench-\(UUID().uuidString)")
    defer {
        // It is not there where the work failed before it made it.
        try? FileManager.default.removeItem(at: folder)
    }
    return try await work(folder)
}
