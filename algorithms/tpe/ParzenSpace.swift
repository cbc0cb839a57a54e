import AttuneCore

/// A search space as the estimators see it: an axis for each parameter, and when each is active.
struct ParzenSpace: Sendable {
    let space: SearchSpace
    let axes: [ParzenAxis]
    /// Axes with more than one value, those that conditions refer to first.
    let varying: [Int]

    init(_ space: SearchSpace) {
        self.space = space
        axes = space.parameters.map { ParzenAxis($0.domain) }
        varying = space.order.filter { [axes] in axes[$0].varies }
    }

    var dimensions: Int { axes.count }

    func isConditional(_ axis: Int) -> Bool { space.parents[axis] != nil }

    /// Whether the axis is active at a point whose coordinates before it in `order` are known.
    func isActive(_ axis: Int, at point: UnsafeBufferPointer<Double>) -> Bool {
        guard let parent = space.parents[axis] else { return true }
        guard point[parent] >= 0, let condition = space.parameters[axis].condition else { return false }
        return condition.holds(for: axes[parent].domain.value(at: axes[parent].unit(point[parent])))
    }

    /// The coordinates of an assignment of the space.
    func point(of assignment: Assignment) -> [Double] {
        zip(space.parameters, axes).map { spec, axis in
            assignment[spec.name].map { axis.coordinate(of: $0) } ?? ParzenAxis.inactive
        }
    }

    func assignment(at point: some Collection<Double>) -> Assignment {
        space.assignment(at: zip(axes, point).map { $0.unit($1) })
    }

    /// A number that tells points of a finite space apart; equal points have equal ones.
    func fingerprint(of point: some Collection<Double>) -> UInt64 {
        point.reduce(0) { hash, coordinate in
            let mixed = (hash ^ coordinate.bitPattern) &* 0x9e37_79b9_7f4a_7c15
            return mixed ^ (mixed >> 29)
        }
    }
}
