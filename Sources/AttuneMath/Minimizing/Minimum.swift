/// Where a minimiser ended.
public struct Minimum: Sendable, Hashable {
    public let point: [Double]
    /// The objective at `point`; not finite only where it was not at the start.
    public let value: Double
    /// The largest magnitude in the projected gradient: how far a step of −gradient moves any coordinate within bounds.
    public let gradientNorm: Double
    public let iterations: Int
    /// How often the objective was evaluated.
    public let evaluations: Int
    public let reason: Reason

    /// Why a minimiser ended.
    public enum Reason: Sendable, Hashable {
        /// The projected gradient is as small as was asked for.
        case flat
        /// The last step lowered the objective by less than was asked for.
        case noDecrease
        case mostIterations
        /// No step along a direction of descent lowers the objective: it is minimal up to rounding, or not smooth there,
        /// or its gradient is wrong.
        case noStep
        /// The objective or its gradient is not finite at the start.
        case notFinite
    }
}
