import AttuneCore

/// Trials that importance is measured by: assignments of a space, each with a value.
struct ImportanceSample {
    let space: SearchSpace
    let assignments: [Assignment]
    let values: [Double]

    /// Below this, chance says more than any parameter.
    static let leastTrials = 10

    /// - Throws: `AttuneError` when there are too few trials, values that are not finite, or none but equal ones.
    init(_ space: SearchSpace, _ assignments: [Assignment], _ values: [Double]) throws(AttuneError) {
        precondition(assignments.count == values.count, "a value for each assignment")
        guard values.count >= ImportanceSample.leastTrials else {
            throw AttuneError(
                "importance needs \(ImportanceSample.leastTrials) trials with a value at least; "
                    + "there are \(values.count)"
            )
        }
        guard values.allSatisfy({ $0.isFinite }) else {
            throw AttuneError("importance needs finite values; leave out trials that have none")
        }
        guard let first = values.first, values.contains(where: { $0 != first }) else {
            throw AttuneError("all \(values.count) values are equal, so no parameter has made a difference")
        }
        self.space = space
        self.assignments = assignments
        self.values = values
    }
}
