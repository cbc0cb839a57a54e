extension SearchSpace {
    public var isFinite: Bool { parameters.allSatisfy { $0.domain.count != nil } }

    /// How many assignments there are before constraints, conditions counted; nil when infinite, `Int.max` when beyond it.
    ///
    /// O(parameters) where nothing is conditional; else conditions are counted branch by branch.
    public var cardinality: Int? {
        guard isFinite else { return nil }
        let roots = parameters.indices.filter { parameters[$0].condition == nil }
        return product(roots.map(branchCount))
    }

    /// Assignments of a parameter together with all that depend on it.
    private func branchCount(_ index: Int) -> Int {
        let spec = parameters[index]
        guard let count = spec.domain.count else { return .max }
        let dependents = parameters.indices.filter { parameters[$0].condition?.parameter == spec.name }
        guard !dependents.isEmpty else { return count }
        let subtrees = dependents.map { (condition: parameters[$0].condition, count: branchCount($0)) }
        var sum = 0
        for position in 0..<count {
            let value = spec.domain.value(number: position)
            let active = subtrees.filter { $0.condition?.holds(for: value) ?? true }.map(\.count)
            let (next, overflow) = sum.addingReportingOverflow(product(active))
            if overflow { return .max }
            sum = next
        }
        return sum
    }

    private func product(_ counts: [Int]) -> Int {
        counts.reduce(1) { product, count in
            let (next, overflow) = product.multipliedReportingOverflow(by: count)
            return overflow ? .max : next
        }
    }

    /// Every feasible assignment once, the first parameter slowest, each domain ascending or as listed.
    ///
    /// - Precondition: the space is finite.
    public var enumeration: Enumeration { Enumeration(space: self, limit: .max) }

    /// The same, looking at no more than `limit` points, feasible or not.
    func enumeration(limit: Int) -> Enumeration { Enumeration(space: self, limit: limit) }

    /// An odometer over the parameters, parents first, whose inactive wheels stand still.
    public struct Enumeration: Sequence, IteratorProtocol, Sendable {
        private let space: SearchSpace
        private var digits: [Int]
        private var looksLeft: Int
        private var isFresh = true

        init(space: SearchSpace, limit: Int) {
            precondition(space.isFinite, "only a finite space can be enumerated")
            self.space = space
            digits = Array(repeating: 0, count: space.dimensions)
            looksLeft = limit
        }

        public mutating func next() -> Assignment? {
            while looksLeft > 0, let assignment = advance() {
                looksLeft -= 1
                if space.isFeasible(assignment) { return assignment }
            }
            return nil
        }

        private mutating func advance() -> Assignment? {
            if isFresh {
                isFresh = false
                return current
            }
            let assignment = current
            for index in space.order.reversed() {
                let count = assignment.values[index] == nil ? 1 : space.parameters[index].domain.count ?? 1
                digits[index] += 1
                if digits[index] < count { return current }
                digits[index] = 0
            }
            return nil
        }

        private var current: Assignment {
            space.assignment { spec, index in spec.domain.value(number: digits[index]) }
        }
    }
}
