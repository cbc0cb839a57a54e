import AttuneCore

/// The points one change away from another: a choice takes any other value, a number moves by a step.
struct Neighbourhood: Sendable {
    let space: ModelSpace
    /// Parameters that have more than one value.
    private let varying: [Int]

    init(_ space: SearchSpace) {
        self.space = ModelSpace(space)
        varying = self.space.axes.indices.filter { [axes = self.space.axes] in axes[$0].count != 1 }
    }

    /// A change of one parameter to a coordinate.
    private struct Move {
        let index: Int
        let coordinate: Double
    }

    /// The feasible neighbours of a point, all different; what a change makes active or inactive changes with it.
    ///
    /// - Complexity: O(values · dimensions), where numbers count as six values at most.
    func neighbours(of point: [Double]) -> [[Double]] {
        var seen: Set<[Double]> = [point]
        return moves(from: point).compactMap { move in
            let neighbour = moved(point, move)
            guard seen.insert(neighbour).inserted else { return nil }
            return space.space.isFeasible(space.assignment(at: neighbour)) ? neighbour : nil
        }
    }

    /// Neighbours of a point in an order drawn anew, until one is open; nil when none is.
    func neighbour(
        of point: [Double], using random: inout RandomSource, where isOpen: (Assignment) -> Bool
    ) -> [Double]? {
        var moves = moves(from: point)
        random.shuffle(&moves)
        for move in moves {
            let neighbour = moved(point, move)
            let assignment = space.assignment(at: neighbour)
            if neighbour != point, space.space.isFeasible(assignment), isOpen(assignment) { return neighbour }
        }
        return nil
    }

    /// The point with one of its parameters, drawn, at another value; feasible or not. Itself in a space of one point.
    func mutated(_ point: [Double], using random: inout RandomSource) -> [Double] {
        let active = varying.filter { space.isActive($0, at: point) }
        guard !active.isEmpty else { return point }
        let index = active[random.below(active.count)]
        return moved(point, Move(index: index, coordinate: mutated(index, point[index], using: &random)))
    }

    // MARK: Changes

    private func moved(_ point: [Double], _ move: Move) -> [Double] {
        var moved = point
        moved[move.index] = move.coordinate
        space.settle(&moved)
        return moved
    }

    private func moves(from point: [Double]) -> [Move] {
        varying.filter { space.isActive($0, at: point) }.flatMap { index in
            coordinates(index, near: point[index]).map { Move(index: index, coordinate: $0) }
        }
    }

    /// Other values of a parameter: all of a choice; of a number those a quarter of the range away, a sixteenth, and the
    /// least, either way.
    private func coordinates(_ index: Int, near value: Double) -> [Double] {
        switch space.axes[index] {
        case .choice(let count): return (0..<count).map(Double.init).filter { $0 != value }
        case .ordered(let positions, _):
            let steps = Set([1, positions.count / 16, positions.count / 4].filter { $0 > 0 }).sorted()
            return steps.flatMap { [value - Double($0), value + Double($0)] }
                .filter { (0...Double(positions.count - 1)).contains($0) }
        case .continuous:
            return [0.015625, 0.0625, 0.25].flatMap { [value - $0, value + $0] }.filter { (0...1).contains($0) }
        }
    }

    /// Another value: of a choice any, as likely as any other; of a number one about as near as a fifth of the range.
    private func mutated(_ index: Int, _ value: Double, using random: inout RandomSource) -> Double {
        switch space.axes[index] {
        case .choice(let count):
            return (value + 1 + Double(random.below(count - 1))).truncatingRemainder(dividingBy: Double(count))
        case .ordered(let positions, _):
            let last = Double(positions.count - 1)
            let step = 0.2 * last * random.normal()
            let moved = value + (step < 0 ? min(step, -1) : max(step, 1)).rounded()
            // At an end the way back is the only one.
            return (0...last).contains(moved) ? moved : value < last / 2 ? value + 1 : value - 1
        case .continuous: return min(max(value + 0.2 * random.normal(), 0), 1)
        }
    }
}
