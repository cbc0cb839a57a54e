import AttuneCore

/// Values by their ranks: the i-th of n has the score Φ⁻¹((i − ½) / n), and between two values scores are linear
/// (Blom 1958, with α = ½). Equal values have the middle of their scores.
struct NormalScores: Sendable {
    /// Ascending, all different.
    private let values: [Double]
    private let scores: [Double]

    /// - Parameter observed: finite, at least one.
    init(_ observed: [Double]) {
        let sorted = observed.sorted()
        var values: [Double] = []
        var scores: [Double] = []
        var start = 0
        while start < sorted.count {
            var end = start
            while end < sorted.count, sorted[end] == sorted[start] { end += 1 }
            values.append(sorted[start])
            scores.append(NormalDistribution.quantile(Double(start + end) / 2 / Double(sorted.count)))
            start = end
        }
        (self.values, self.scores) = (values, scores)
    }

    /// Beyond the ends, scores go on with slope 1.
    func score(of value: Double) -> Double {
        NormalScores.interpolated(value, from: values, to: scores).value
    }

    /// The value of a score, and by how much it changes with it.
    func value(of score: Double) -> (value: Double, slope: Double) {
        NormalScores.interpolated(score, from: scores, to: values)
    }

    private static func interpolated(
        _ x: Double, from nodes: [Double], to images: [Double]
    ) -> (value: Double, slope: Double) {
        let last = nodes.count - 1
        if x <= nodes[0] { return (images[0] + (x - nodes[0]), 1) }
        if x >= nodes[last] { return (images[last] + (x - nodes[last]), 1) }
        let above = nodes.firstIndex { $0 > x } ?? last
        let slope = (images[above] - images[above - 1]) / (nodes[above] - nodes[above - 1])
        return (images[above - 1] + slope * (x - nodes[above - 1]), slope)
    }
}
