import AttuneCore
import CAttuneMath
import Foundation

/// A mixture of product kernels and a uniform prior over a space (Bergstra et al. 2011; products as in Falkner et al. 2018).
///
/// Densities are relative to the prior's, which is 1 everywhere. On a numeric axis a kernel is a normal truncated to
/// [0, 1]; on a categorical one it has most of its mass on its own value and the rest evenly on the others. Where a
/// kernel's trial had no value the kernel is the prior, so that a mixture over a conditional space needs no groups of
/// parameters and is a density all the same: a branch's kernels are those of the trials that took it.
struct ParzenMixture: Sendable {
    let space: ParzenSpace
    /// Kernels without the prior.
    let count: Int
    /// For each axis, where the kernels stand: `count` coordinates each, one axis after another.
    private let centres: [Float]
    /// Width of the kernels on each axis: a deviation, or the mass off the own category.
    let widths: [Double]
    private let constants: KernelConstants
    /// Sums of weights up to each kernel, the prior's last.
    private let cumulativeWeights: [Double]
    /// The prior's weight and all kernels'.
    let totalWeight: Double

    /// - Parameters:
    ///   - kernels: the trials that kernels stand on.
    ///   - width: the rule of their widths.
    init(
        _ space: ParzenSpace, _ kernels: TrialSplit.Kernels, _ evidence: TrialEvidence, priorWeight: Double,
        width: KernelWidth
    ) {
        let count = kernels.trials.count
        let centres = evidence.centres(of: kernels.trials)
        let active = centres.reduce(0) { $1 >= 0 ? $0 + 1 : $0 }
        let widths = space.axes.enumerated().map { index, axis in
            width(
                axis, centres[index * count..<(index + 1) * count], kernels.weights,
                axes: Double(active) / Double(max(count, 1)))
        }
        self.init(space, centres: centres, weights: kernels.weights, priorWeight: priorWeight, widths: widths)
    }

    /// - Parameters:
    ///   - centres: coordinates of the kernels, all of the first axis first.
    ///   - widths: for each axis, as `widths`.
    init(
        _ space: ParzenSpace, centres: [Float], weights: [Double], priorWeight: Double, widths: [Double]
    ) {
        self.space = space
        self.centres = centres
        self.widths = widths
        count = weights.count
        let total = weights.reduce(priorWeight, +)
        var cumulative: [Double] = []
        cumulative.reserveCapacity(count + 1)
        var sum = 0.0
        for weight in weights + [priorWeight] {
            sum += weight / total
            cumulative.append(sum)
        }
        cumulativeWeights = cumulative
        totalWeight = total
        constants = KernelConstants(space, centres: centres, weights: weights, priorWeight: priorWeight, widths: widths)
    }

    /// A mixture's density at a point, and which part of it the last few kernels have.
    struct Density {
        let logarithm: Double
        let shareOfLast: Double
    }

    /// - Parameters:
    ///   - scratch: room for at least `count + 1` numbers.
    ///   - last: how many of the last kernels to tell the share of.
    func density(at point: UnsafeBufferPointer<Double>, scratch: inout [Float], last: Int = 0) -> Density {
        let top = kernels(at: point, into: &scratch)
        return scratch.withUnsafeBufferPointer { scratch in
            let sum = attune_parzen_sum(scratch.baseAddress, count + 1)
            let lastSum = attune_parzen_sum(scratch.baseAddress.map { $0 + (count - last) }, last)
            return Density(logarithm: top + log(Double(sum)), shareOfLast: Double(lastSum / sum))
        }
    }

    /// Writes each kernel's part of the density at a point, the prior's last, relative to the largest, whose logarithm it
    /// returns.
    func kernels(at point: UnsafeBufferPointer<Double>, into scratch: inout [Float]) -> Double {
        scratch.withUnsafeMutableBufferPointer { logs in
            _ = logs.update(fromContentsOf: constants.shared)
            centres.withUnsafeBufferPointer { centres in
                for axis in space.varying where point[axis] >= 0 {
                    add(axis, Float(point[axis]), centres.baseAddress.map { $0 + axis * count }, logs.baseAddress)
                }
            }
            return Double(attune_parzen_exponentials(logs.baseAddress, count + 1))
        }
    }

    private func add(
        _ axis: Int, _ x: Float, _ own: UnsafePointer<Float>?, _ logs: UnsafeMutablePointer<Float>?
    ) {
        let width = widths[axis]
        if space.axes[axis].isCategorical {
            let categories = Double(space.axes[axis].count ?? 1)
            attune_parzen_add_category(
                logs, own, count, x, Float(log((1 - width) * categories)),
                Float(log(width * categories / (categories - 1))))
            return
        }
        let rate = Float(1 / (2 * width * width))
        guard space.isConditional(axis) else { return attune_parzen_add_normal(logs, own, count, x, rate) }
        constants.partial.withUnsafeBufferPointer {
            attune_parzen_add_partial_normal(logs, own, $0.baseAddress.map { $0 + axis * count }, count, x, rate)
        }
    }

    /// A draw, into the coordinates of one point; inactive axes are marked so.
    ///
    /// - Parameter fromPrior: whether to draw from the prior alone.
    func draw(
        into point: UnsafeMutableBufferPointer<Double>, fromPrior: Bool = false, using random: inout RandomSource
    ) {
        let kernel = fromPrior ? count : component(at: random.uniform())
        for axis in space.space.order {
            guard space.isActive(axis, at: UnsafeBufferPointer(point)) else {
                point[axis] = ParzenAxis.inactive
                continue
            }
            let centre = kernel < count ? Double(centres[axis * count + kernel]) : ParzenAxis.inactive
            point[axis] =
                centre < 0 ? space.axes[axis].draw(using: &random) : draw(axis, around: centre, using: &random)
        }
    }

    private func component(at share: Double) -> Int {
        cumulativeWeights.firstIndex { share < $0 } ?? count
    }

    private func draw(_ axis: Int, around centre: Double, using random: inout RandomSource) -> Double {
        if space.axes[axis].isCategorical { return drawCategory(axis, around: centre, using: &random) }
        var unit = -1.0
        // At least a third of the mass lies inside, as the deviation is at most 1.
        while !(0...1).contains(unit) { unit = centre + widths[axis] * random.normal() }
        return space.axes[axis].snapped(unit)
    }

    private func drawCategory(_ axis: Int, around centre: Double, using random: inout RandomSource) -> Double {
        guard let count = space.axes[axis].count, count > 1, random.uniform() < widths[axis] else { return centre }
        return (centre + 1 + Double(random.below(count - 1))).truncatingRemainder(dividingBy: Double(count))
    }
}
