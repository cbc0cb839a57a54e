import AttuneCore
import AttuneMath
import Foundation

/// By how much a trial is expected to enlarge the hypervolume of a front, where each objective is believed to be
/// normally distributed and independent of the others; everything is to be made small.
///
/// A point y adds to each box [l, u] of what is not yet dominated ∏ⱼ (uⱼ − max(lⱼ, yⱼ))₊, and the expectation of a
/// product of independent factors is that of their expectations, each (u − y)₊ less (l − y)₊ (Yang et al. 2019; Daulton
/// et al. 2020, "Differentiable expected hypervolume improvement", eq. 4). Everything is computed by logarithms, each
/// factor from log h as in Ament et al. (2023, "Unexpected improvements", section 4), so that neither the result nor
/// its gradient vanishes where no improvement is likely. With one objective it is the logarithm of the expected
/// improvement.
struct ExpectedHypervolumeImprovement: Sendable {
    let decomposition: BoxDecomposition
    /// −∞ apart, the edges of all objectives one after another, and whose they are.
    private let edges: [Double]
    private let owners: [Int]
    /// For each objective, where its edges begin; edge k of `decomposition` stands at `starts + k − 1`.
    private let starts: [Int]

    /// - Parameters:
    ///   - front: `[n][objectives]`, in any order, dominated ones allowed.
    ///   - reference: `[objectives]`, the worst that counts.
    init(front: [[Double]], reference: [Double]) {
        decomposition = BoxDecomposition(below: reference, front: front)
        let finite = decomposition.edges.map { $0.dropFirst() }
        edges = finite.flatMap { $0 }
        owners = finite.enumerated().flatMap { objective, edges in edges.map { _ in objective } }
        starts = finite.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
    }

    /// The logarithm of the expected improvement.
    ///
    /// - Parameters:
    ///   - means: `[objectives]`.
    ///   - deviations: `[objectives]`, zero where the model is certain.
    /// - Complexity: O(boxes · objectives).
    func logValue(means: [Double], deviations: [Double]) -> Double {
        var belief = Belief(self)
        return belief.logValue(means, deviations)
    }

    /// The same for many points.
    ///
    /// - Parameters:
    ///   - means: `[objectives][points]`.
    ///   - deviations: `[objectives][points]`.
    /// - Returns: `[points]`.
    func logValues(means: [[Double]], deviations: [[Double]]) -> [Double] {
        var belief = Belief(self)
        return (means.first?.indices ?? 0..<0).map { point in
            belief.logValue(means.map { $0[point] }, deviations.map { $0[point] })
        }
    }

    /// The logarithm of the expected improvement, and its derivatives.
    ///
    /// - Parameters:
    ///   - meanGradient: set to the derivatives by each mean, `[objectives]`.
    ///   - deviationGradient: by each deviation, `[objectives]`.
    func logValue(
        means: [Double], deviations: [Double], meanGradient: inout [Double], deviationGradient: inout [Double]
    ) -> Double {
        var belief = Belief(self)
        let value = belief.logValue(means, deviations)
        belief.addShares(relativeTo: value)
        for objective in means.indices {
            (meanGradient[objective], deviationGradient[objective]) = belief.gradient(of: objective)
        }
        return value
    }
}

extension ExpectedHypervolumeImprovement {
    /// Room for one evaluation.
    private struct Belief {
        private let improvement: ExpectedHypervolumeImprovement
        private var deviations: [Double] = []
        /// How many deviations each edge is above its objective's mean.
        private var standardized: [Double]
        /// log E[(edge − y)₊], and the derivative of log h.
        private var logs: [Double] = []
        private var slopes: [Double] = []
        /// For each objective and interval the logarithm of what a box has there in expectation.
        private var factors: [[Double]]
        private var boxes: [Double]
        /// For each objective and interval, how much of the improvement lies in boxes that have it.
        private var shares: [[Double]] = []

        init(_ improvement: ExpectedHypervolumeImprovement) {
            self.improvement = improvement
            standardized = Array(repeating: 0, count: improvement.edges.count)
            factors = improvement.decomposition.intervals.map { Array(repeating: 0, count: $0.count) }
            boxes = Array(repeating: 0, count: improvement.decomposition.count)
        }

        mutating func logValue(_ means: [Double], _ deviations: [Double]) -> Double {
            // As good as none, and its reciprocal is a number.
            self.deviations = deviations.map { max($0, 1e-60) }
            setEdges(means)
            for objective in means.indices { setFactors(objective) }
            setBoxes()
            return logSumExp(boxes)
        }

        private mutating func setEdges(_ means: [Double]) {
            for (place, owner) in improvement.owners.enumerated() {
                standardized[place] = (improvement.edges[place] - means[owner]) / deviations[owner]
            }
            (logs, slopes) = logExpectedImprovement(standardized: standardized)
            for (owner, deviation) in deviations.enumerated() {
                let unit = log(deviation)
                for place in improvement.starts[owner]..<improvement.starts[owner + 1] { logs[place] += unit }
            }
        }

        private mutating func setFactors(_ objective: Int) {
            let start = improvement.starts[objective] - 1
            for (place, interval) in improvement.decomposition.intervals[objective].enumerated() {
                let upper = logs[start + interval.upper]
                factors[objective][place] =
                    interval.lower == 0 ? upper : upper + log1mexp(logs[start + interval.lower] - upper)
            }
        }

        private mutating func setBoxes() {
            let objectives = factors.count
            var next = 0
            for box in boxes.indices {
                var sum = 0.0
                for objective in 0..<objectives {
                    sum += factors[objective][improvement.decomposition.boxes[next]]
                    next += 1
                }
                boxes[box] = sum
            }
        }

        mutating func addShares(relativeTo value: Double) {
            shares = factors.map { $0.map { _ in 0 } }
            for (box, logarithm) in boxes.enumerated() {
                let share = exp(logarithm - value)
                for objective in factors.indices {
                    shares[objective][improvement.decomposition.boxes[box * factors.count + objective]] += share
                }
            }
        }

        /// Of log Σ ∏ⱼ (E[(uⱼ − y)₊] − E[(lⱼ − y)₊]), by the mean and the deviation of one objective.
        func gradient(of objective: Int) -> (mean: Double, deviation: Double) {
            let start = improvement.starts[objective] - 1
            var gradient = (mean: 0.0, deviation: 0.0)
            for (place, interval) in improvement.decomposition.intervals[objective].enumerated() {
                let share = shares[objective][place]
                guard share > 0 else { continue }
                var own = slope(at: start + interval.upper, deviations[objective])
                if interval.lower > 0 {
                    let lower = slope(at: start + interval.lower, deviations[objective])
                    let ratio = logs[start + interval.lower] - logs[start + interval.upper]
                    let (part, whole) = (exp(ratio), max(-expm1(ratio), .leastNormalMagnitude))
                    own = ((own.mean - part * lower.mean) / whole, (own.deviation - part * lower.deviation) / whole)
                }
                gradient.mean += share * own.mean
                gradient.deviation += share * own.deviation
            }
            return gradient
        }

        /// Of log (σ h(z)) with z = (edge − μ) / σ, by μ and by σ.
        private func slope(at place: Int, _ deviation: Double) -> (mean: Double, deviation: Double) {
            (-slopes[place] / deviation, (1 - slopes[place] * standardized[place]) / deviation)
        }
    }
}

/// log(1 − eˣ) for x ≤ 0, by whichever form loses nothing (Mächler 2012).
private func log1mexp(_ x: Double) -> Double { x > -0.6931471805599453 ? log(-expm1(x)) : log1p(-exp(x)) }
