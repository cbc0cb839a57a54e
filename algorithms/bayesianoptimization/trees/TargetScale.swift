/// Targets with mean zero and deviation one, for thresholds that assume so.
struct TargetScale: Sendable, Hashable {
    /// The greatest magnitude: divided by first, so that no square overflows.
    private let unit: Double
    private let mean: Double
    private let deviation: Double

    /// - Parameter targets: finite, at least one.
    init(_ targets: [Double]) {
        let greatest = targets.reduce(0) { max($0, abs($1)) }
        let unit = greatest > 0 ? greatest : 1
        let count = Double(targets.count)
        let mean = targets.reduce(0) { $0 + $1 / unit } / count
        let squares = targets.reduce(0) { $0 + ($1 / unit - mean) * ($1 / unit - mean) }
        let deviation = (squares / count).squareRoot()
        self.unit = unit
        self.mean = mean
        // Equal targets leave rounding, which is not to be blown up.
        self.deviation = deviation > 1e-14 ? deviation : 1
    }

    func standardized(_ target: Double) -> Double { (target / unit - mean) / deviation }

    func mean(of standardized: Double) -> Double { (standardized * deviation + mean) * unit }

    func deviation(of standardized: Double) -> Double { standardized * deviation * unit }

    /// The least that a model may claim to know the objective by: a thousandth of the targets' own deviation.
    var leastDeviation: Double { max(deviation(of: 1e-3), .leastNormalMagnitude) }
}
