import AttuneCore
import Foundation

extension BenchmarkProblem {
    /// Evaluations take different times: the same for the same assignment, and more of it the nearer the optimum.
    ///
    /// - Parameters:
    ///   - seconds: the median far from the optimum.
    ///   - factor: how many times longer the optimum itself takes.
    ///   - spread: standard deviation of the time's logarithm, drawn by a hash of the assignment.
    public func costing(seconds: Double, atOptimum factor: Double = 1, spread: Double = 0) -> BenchmarkProblem {
        let best = optimizers.first.map(space.point(of:)) ?? []
        var costing = self
        costing.evaluate = { [evaluate, space] assignment in
            var evaluation = evaluate(assignment)
            let nearness = 1 - distance(space.point(of: assignment), best)
            var random = RandomSource(seed: assignment.fingerprint, stream: 6)
            evaluation.seconds = seconds * pow(factor, nearness) * exp(spread * random.normal())
            return evaluation
        }
        return costing
    }
}

/// Root mean square of the differences between two points of the unit cube; where only one has a coordinate, they
/// differ by 1 in it.
private func distance(_ a: [Double?], _ b: [Double?]) -> Double {
    guard !b.isEmpty else { return 1 }
    let squares = zip(a, b).map { a, b in
        if let a, let b { return squared(a - b) }
        return a == nil && b == nil ? 0 : 1
    }
    return (squares.reduce(0, +) / Double(squares.count)).squareRoot()
}

extension Assignment {
    /// A number that only the active parameters' names and values decide, on every machine: FNV-1a of the description.
    var fingerprint: UInt64 {
        description.utf8.reduce(0xcbf2_9ce4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01b3 }
    }
}
