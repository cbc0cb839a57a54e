import AttuneCore

/// Keeps a normal law from settling on one value of a coordinate of cells: each neighbour keeps a least probability
/// (Hamano, Saito, Nomura & Shirakawa 2022, "CMA-ES with Margin", arXiv 2205.13482, section 4).
///
/// The points that are tried are m + σ A y with a diagonal A that widens such coordinates; the law itself is updated
/// with m + σ y.
struct Margin: Sendable {
    /// The diagonal of A.
    private(set) var widening: [Double]
    private let thresholds: [[Double]?]
    /// α: 1 / (n λ), as the authors recommend.
    private let probability: Double

    init(_ axes: [Coordinates.Axis], population: Int) {
        widening = [Double](repeating: 1, count: axes.count)
        thresholds = axes.map(\.thresholds)
        probability = 1 / Double(max(axes.count, 1) * population)
    }

    /// Moves the mean and sets A, so that no neighbouring cell has less than α, or α/2 on either side.
    mutating func correct(_ law: inout Gaussian) {
        for axis in thresholds.indices {
            guard let thresholds = thresholds[axis] else { continue }
            let above = thresholds.firstIndex { $0 >= law.mean[axis] } ?? thresholds.count
            let deviation = law.stepSize * law.variance(axis).squareRoot()
            if above == 0 || above == thresholds.count {
                let end = above == 0 ? thresholds[0] : thresholds[above - 1]
                law.mean[axis] = meanAtEdge(law.mean[axis], end: end, deviation: deviation * widening[axis])
            } else {
                let cell = thresholds[above - 1]...thresholds[above]
                (law.mean[axis], widening[axis]) = inner(
                    law.mean[axis], cell: cell, deviation: deviation, widening: widening[axis])
            }
        }
    }

    /// In the first or last cell the mean moves no further from the cell's inner end than leaves α beyond it.
    private func meanAtEdge(_ mean: Double, end: Double, deviation: Double) -> Double {
        let furthest = deviation * NormalDistribution.quantile(1 - probability)
        return mean <= end ? max(mean, end - furthest) : min(mean, end + furthest)
    }

    /// Between other cells both sides get at least α/2, what they gain is taken from all in proportion to what they
    /// have above it, and mean and widening follow from the two probabilities.
    private func inner(
        _ mean: Double, cell: ClosedRange<Double>, deviation: Double, widening: Double
    ) -> (mean: Double, widening: Double) {
        let least = probability / 2
        let scale = max(deviation * widening, .leastNormalMagnitude)
        let below = NormalDistribution.cumulative((cell.lowerBound - mean) / scale)
        let above = NormalDistribution.cumulative((mean - cell.upperBound) / scale)
        let (low, high) = (max(below, least), max(above, least))
        let middle = 1 - below - above
        let share = (1 - low - high - middle) / (low + high + middle - 3 * least)
        func reach(_ side: Double) -> Double {
            -NormalDistribution.quantile(min(max(side + share * (side - least), 1e-10), 0.5 - 1e-10))
        }
        let (toLow, toHigh) = (reach(low), reach(high))
        return (
            (cell.lowerBound * toHigh + cell.upperBound * toLow) / (toLow + toHigh),
            (cell.upperBound - cell.lowerBound) / ((toLow + toHigh) * max(deviation, .leastNormalMagnitude))
        )
    }
}
