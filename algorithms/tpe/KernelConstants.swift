import CAttuneMath
import Foundation

/// What a mixture's kernels have in common at every point: the logarithms of their weights and of the normalisers of their
/// truncated normal factors.
struct KernelConstants: Sendable {
    /// For each kernel its weight and the normalisers on unconditional axes, together; the prior's weight stands last.
    let shared: [Float]
    /// The normalisers on conditional axes, all kernels of the first axis first; empty without such axes.
    let partial: [Float]

    /// Arguments as of `ParzenMixture`. O(axes · kernels).
    init(_ space: ParzenSpace, centres: [Float], weights: [Double], priorWeight: Double, widths: [Double]) {
        let total = weights.reduce(priorWeight, +)
        let masses = KernelConstants.masses(space, centres: centres, widths: widths, count: weights.count)
        let peak = KernelConstants.logPeak(space, widths: widths)
        shared =
            zip(weights, masses).map { Float(log($0 / total / $1) + peak) } + [Float(log(priorWeight / total))]
        partial = KernelConstants.partial(space, centres: centres, widths: widths, count: weights.count)
    }

    /// For each kernel, the product of its masses in [0, 1] on the unconditional numeric axes.
    private static func masses(_ space: ParzenSpace, centres: [Float], widths: [Double], count: Int) -> [Double] {
        var masses = [Double](repeating: 1, count: count)
        for axis in space.varying where space.axes[axis].isNumeric && !space.isConditional(axis) {
            multiply(&masses, centres, axis, width: widths[axis])
        }
        return masses
    }

    /// The logarithm of what all normal kernels reach at their centres on those axes, were they not truncated.
    private static func logPeak(_ space: ParzenSpace, widths: [Double]) -> Double {
        let axes = space.varying.filter { space.axes[$0].isNumeric && !space.isConditional($0) }
        return axes.reduce(0) { $0 - log(widths[$1] * rootTwoPi) }
    }

    /// On conditional axes each kernel's normaliser counts by itself, as not every point has it.
    private static func partial(
        _ space: ParzenSpace, centres: [Float], widths: [Double], count: Int
    ) -> [Float] {
        let axes = space.varying.filter { space.axes[$0].isNumeric && space.isConditional($0) }
        guard !axes.isEmpty else { return [] }
        var constants = [Float](repeating: 0, count: centres.count)
        for axis in axes {
            var masses = [Double](repeating: 1, count: count)
            multiply(&masses, centres, axis, width: widths[axis])
            for kernel in 0..<count {
                constants[axis * count + kernel] = Float(-log(widths[axis] * rootTwoPi * masses[kernel]))
            }
        }
        return constants
    }

    private static func multiply(_ masses: inout [Double], _ centres: [Float], _ axis: Int, width: Double) {
        let count = masses.count
        centres.withUnsafeBufferPointer { centres in
            attune_parzen_multiply_mass(
                &masses, centres.baseAddress.map { $0 + axis * count }, count, Float(1 / width))
        }
    }
}

private let rootTwoPi = (2 * Double.pi).squareRoot()
