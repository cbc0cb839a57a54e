import AttuneBench
import Foundation

/// What is drawn of a problem's best-so-far: the distance to the optimum, the share of the front's hypervolume, or itself.
enum Measure: Sendable, Hashable {
    case regret(optimum: Double)
    case hypervolumeRatio(front: Double)
    case value
    case hypervolume

    init(_ problem: ProblemResults) {
        switch (problem.facts.isMultiObjective, problem.ideal) {
        case (true, let front?) where front > 0: self = .hypervolumeRatio(front: front)
        case (true, _): self = .hypervolume
        case (false, let optimum?): self = .regret(optimum: optimum)
        case (false, nil): self = .value
        }
    }

    func title(prefersLarge: Bool) -> String {
        switch self {
        case .regret: "regret: distance to the optimum, lower is better"
        case .hypervolumeRatio: "share of the front’s hypervolume, higher is better"
        case .hypervolume: "hypervolume, higher is better"
        case .value: "best value, \(prefersLarge ? "higher" : "lower") is better"
        }
    }

    /// The head of a column of it, nil where it is the best-so-far itself.
    var columnTitle: String? {
        switch self {
        case .regret(let optimum): optimum == 0 ? nil : "Regret"
        case .hypervolumeRatio: "Share"
        case .value, .hypervolume: nil
        }
    }

    /// The measure of a loss of `problem`; regret below the optimum's own rounding is zero.
    func callAsFunction(loss: Double, of problem: ProblemResults) -> Double {
        let sign = problem.prefersLarge ? -1.0 : 1
        switch self {
        case .regret(let optimum):
            let regret = loss - sign * optimum
            return regret <= abs(optimum) * 1e-14 ? 0 : regret
        case .hypervolumeRatio(let front): return -loss / front
        case .value, .hypervolume: return sign * loss
        }
    }

    /// An axis for curves of it. Early values far off the others may lie beyond its end.
    func axis(for curves: [Curve]) -> Axis {
        let end = curves.flatMap(\.points).map(\.x).max() ?? 0
        let settled = curves.flatMap { curve in
            curve.points.flatMap { [$0.middle] + ($0.x >= end * 0.04 ? [$0.low, $0.high] : []) }
        }
        let finite = settled.filter(\.isFinite)
        guard let lowest = finite.min(), let highest = finite.max() else { return .linear(0, 1) }
        switch self {
        case .regret: return logAxis(finite) ?? .linear(0, 1)
        case .hypervolumeRatio: return .linear(min(0, lowest), max(1, highest))
        case .value where lowest > 0 && highest / lowest > 1000: return .log(lowest, highest)
        case .value, .hypervolume: return linearAxis(for: curves, end: end) ?? .linear(lowest, highest)
        }
    }

    /// Over at most twelve decades.
    private func logAxis(_ values: [Double]) -> Axis? {
        let positive = values.filter { $0 > 0 }
        guard let highest = positive.max(), let lowest = positive.min() else { return nil }
        return .log(max(lowest, highest * 1e-12), highest, endsAtZero: values.contains { $0 <= 0 })
    }

    /// Leaves out what happens in the first twentieth of the way, which would flatten the rest.
    private func linearAxis(for curves: [Curve], end: Double) -> Axis? {
        let later = curves.flatMap(\.points).filter { $0.x >= end * 0.05 }.flatMap { [$0.low, $0.middle, $0.high] }
        let finite = later.filter(\.isFinite)
        guard let lowest = finite.min(), let highest = finite.max() else { return nil }
        let room = 0.03 * (highest - lowest)
        return .linear(lowest - room, highest + room)
    }
}

extension Curve {
    /// The same curve with its values put through `change`.
    func mapped(_ change: (Double) -> Double) -> Curve {
        var curve = self
        curve.points = points.map {
            Point(x: $0.x, low: change($0.low), middle: change($0.middle), high: change($0.high))
        }
        return curve
    }
}
