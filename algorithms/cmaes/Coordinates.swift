import AttuneCore

/// A point as CMA-ES draws it: numbers where parameters have an order, levels where they are choices.
struct CMAESPoint: Sendable, Hashable {
    /// A coordinate for each axis; on the unit interval, beyond which an axis of cells goes on with its last.
    var x: [Double]
    /// For each choice the number of a level.
    var levels: [Int]
}

/// What of a search space is searched by a normal law, and what by laws over levels.
///
/// Axes are the parameters whose values have an order, on the unit cube of the space, where logarithms and other laws
/// are straightened out; choices are the categorical ones. A parameter with a single value is neither.
struct Coordinates: Sendable {
    struct Axis: Sendable {
        /// Of the parameter in the space.
        let parameter: Int
        /// For a parameter of finitely many values, where one value's cell ends and the next one's begins, ascending.
        let thresholds: [Double]?
    }

    struct Choice: Sendable {
        let parameter: Int
        let count: Int
    }

    let axes: [Axis]
    let choices: [Choice]
    private let parameters: Int

    /// Cells finer than this differ less than trials can tell: their axis counts as a continuum.
    private static let mostCells = 1_000

    init(of space: SearchSpace) {
        parameters = space.dimensions
        let free = space.parameters.enumerated().filter { $0.element.domain.count != 1 }
        axes = free.compactMap { index, spec in
            if case .categorical = spec.domain { return nil }
            return Axis(parameter: index, thresholds: Coordinates.thresholds(of: spec.domain))
        }
        choices = free.compactMap { index, spec in
            guard case .categorical(let list) = spec.domain else { return nil }
            return Choice(parameter: index, count: list.count)
        }
    }

    /// How many things there are to search.
    var count: Int { axes.count + choices.count }

    /// The point of the space's unit cube.
    func cube(_ point: CMAESPoint) -> [Double] {
        var cube = [Double](repeating: 0.5, count: parameters)
        for (axis, x) in zip(axes, point.x) { cube[axis.parameter] = min(max(x, 0), 1) }
        for (choice, level) in zip(choices, point.levels) {
            cube[choice.parameter] = (Double(level) + 0.5) / Double(choice.count)
        }
        return cube
    }

    /// An assignment's point, cells at their middles and what is inactive in the middle.
    func point(of assignment: Assignment, in space: SearchSpace) -> CMAESPoint {
        let cube = space.point(of: assignment)
        return CMAESPoint(
            x: axes.map { cube[$0.parameter] ?? 0.5 },
            levels: choices.map { Int((cube[$0.parameter] ?? 0.5) * Double($0.count)) })
    }

    /// Ends of cells from their middles: a middle is half way between the ends, and the first cell begins at 0.
    private static func thresholds(of domain: Domain) -> [Double]? {
        guard let count = domain.count, count <= mostCells else { return nil }
        if case .discrete = domain { return (1..<count).map { Double($0) / Double(count) } }
        var end = 0.0
        return (0..<(count - 1)).map { index in
            end = 2 * (domain.unit(of: domain.value(number: index)) ?? end) - end
            return end
        }
    }
}
