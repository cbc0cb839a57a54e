/// Minimises a smooth function within bounds, by L-BFGS-B (Byrd, Lu, Nocedal & Zhu 1995).
///
/// Each iteration models the function by a quadratic of limited memory, follows the projected gradient to the model's
/// first minimum (the generalized Cauchy point), minimises the model further over the coordinates that are then off
/// their bounds (projecting as in Morales & Nocedal 2011), and searches the line there (Moré & Thuente 1994).
public struct BoundedMinimizer: Sendable {
    public let bounds: [ClosedRange<Double>]
    /// How many of the last steps the model remembers.
    public let memory: Int
    public let maximumIterations: Int
    /// The largest magnitude of the projected gradient that counts as flat.
    public let gradientTolerance: Double
    /// A step is the last if it lowers the value by less than this times the larger of 1 and the value's magnitude.
    public let relativeDecrease: Double

    /// - Parameter bounds: of each coordinate; the ends may be infinite, and equal.
    public init(
        bounds: [ClosedRange<Double>], memory: Int = 10, maximumIterations: Int = 100,
        gradientTolerance: Double = 1e-6, relativeDecrease: Double = 1e-9
    ) {
        precondition(memory > 0, "a quasi-Newton model remembers at least one step")
        self.bounds = bounds
        self.memory = memory
        self.maximumIterations = maximumIterations
        self.gradientTolerance = gradientTolerance
        self.relativeDecrease = relativeDecrease
    }

    /// A local minimum, reached from `start` by steps that never raise the value.
    ///
    /// - Parameters:
    ///   - start: moved into the bounds first.
    ///   - objective: gives the value at `x` and writes its gradient; one that is not finite, or that has a gradient
    ///     which is not, makes the step that led there too long.
    /// - Complexity: O(memory² · dimensions) an iteration, apart from the objective.
    public func minimize(
        from start: [Double], _ objective: (_ x: [Double], _ gradient: inout [Double]) -> Double
    ) -> Minimum {
        precondition(start.count == bounds.count, "a start has \(bounds.count) coordinates, not \(start.count)")
        var descent = Descent(self, from: start)
        return descent.run(objective)
    }
}
