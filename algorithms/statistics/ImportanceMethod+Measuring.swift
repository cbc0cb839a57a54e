import AttuneCore

extension ImportanceMethod {
    /// How much each parameter mattered for the values of assignments.
    ///
    /// - Parameters:
    ///   - direction: which values are good.
    ///   - seed: keys what fANOVA draws.
    /// - Throws: `AttuneError` when there are too few trials, or all their values are equal.
    public func importance(
        in space: SearchSpace, of assignments: [Assignment], values: [Double], _ direction: Objective.Direction,
        seed: UInt64
    ) throws(AttuneError) -> Importance {
        switch self {
        case .pedAnova: try PEDANOVA().importance(in: space, of: assignments, values: values, direction)
        case .fanova: try FANOVA(seed: seed).importance(in: space, of: assignments, values: values)
        }
    }

    /// Fewer trials than these that succeeded, and those that were stopped early count too.
    public static let leastTrials = ImportanceSample.leastTrials
}
