import AttuneCore

/// A search space as models see it: points are numbers, and every number means what the trial will really get.
///
/// A *point* has one coordinate per parameter: the position in [0, 1] by the parameter's own law where it is continuous,
/// the index of the value where it is one of a few. *Features*, which kernels and trees compare, are made of points:
/// values that a trial cannot have never reach a model (Garrido-Merchán & Hernández-Lobato 2020), and a choice of k
/// becomes k features of which one counts.
struct ModelSpace: Sendable {
    enum Axis: Sendable, Hashable {
        /// The coordinate is the feature.
        case continuous
        /// So many values in order, at `positions` in [0, 1]; `ends` are the upper ends of their cells in [0, 1].
        case ordered(positions: [Double], ends: [Double])
        case choice(Int)

        /// How many values there are; nil for a continuum.
        var count: Int? {
            switch self {
            case .continuous: nil
            case .ordered(let positions, _): positions.count
            case .choice(let count): count
            }
        }

        var isOrderedOrContinuous: Bool { if case .choice = self { false } else { true } }
    }

    /// How unlike the values of a choice are to each other.
    enum Choices: Sendable, Hashable {
        /// All equally: one length scale for the parameter.
        case alike
        /// Each has a length scale of its own, short where it is unlike all others, and two values are as unlike as both
        /// are together.
        case own
        /// The same; and where three parameters or more have one list of values, how many of them have each counts, too,
        /// so that what is learned of a value in one place is believed of it in others.
        case counted
    }

    let space: SearchSpace
    let axes: [Axis]
    /// Where each parameter's features begin.
    let offsets: [Int]
    /// The parameter that each feature belongs to.
    let owners: [Int]
    /// The length scale that each feature is measured by, counted from 0; each parameter's are in a row.
    let lengths: [Int]
    /// Parameters whose values are counted together, and where their counts begin among the features.
    private let counted: [(members: [Int], offset: Int)]
    /// Positions in unit coordinates by value, for finite parameters.
    private let units: [[Double]]
    private let activity: [Activity?]

    /// Above this a numeric parameter counts as continuous; its coordinates are still those of its values.
    static let mostSteps = 1_000

    /// - Parameter choices: whether a choice's values have one length scale or each its own.
    init(_ space: SearchSpace, choices: Choices = .alike) {
        self.space = space
        units = space.parameters.map(ModelSpace.units)
        axes = zip(space.parameters, units).map { ModelSpace.axis($0.domain, units: $1) }
        var offsets: [Int] = []
        var owners: [Int] = []
        var lengths: [Int] = []
        for (index, axis) in axes.enumerated() {
            offsets.append(owners.count)
            owners += Array(repeating: index, count: axis.width)
            let next = (lengths.last ?? -1) + 1
            lengths += choices == .alike ? Array(repeating: next, count: axis.width) : Array(next..<next + axis.width)
        }
        self.offsets = offsets
        var counted: [(members: [Int], offset: Int)] = []
        for members in choices == .counted ? ModelSpace.lists(of: space) : [] {
            let (next, width) = ((lengths.last ?? -1) + 1, axes[members[0]].width)
            counted.append((members, owners.count))
            owners += Array(repeating: members[0], count: width)
            lengths += Array(next..<next + width)
        }
        self.counted = counted
        self.owners = owners
        self.lengths = lengths
        let axes = self.axes
        activity = zip(space.parameters, space.parents).map { spec, parent in
            guard let condition = spec.condition, let parent else { return nil }
            return Activity(condition, on: parent, in: space, axes: axes)
        }
    }

    var dimensions: Int { axes.count }
    var featureCount: Int { owners.count }
    var lengthCount: Int { (lengths.last ?? -1) + 1 }

    private static func units(_ spec: ParameterSpec) -> [Double] {
        guard let count = spec.domain.count, isChoice(spec.domain) || count <= mostSteps else { return [] }
        return (0..<count).compactMap { spec.domain.unit(of: spec.domain.value(number: $0)) }.sorted()
    }

    private static func isChoice(_ domain: Domain) -> Bool { if case .categorical = domain { true } else { false } }

    private static func axis(_ domain: Domain, units: [Double]) -> Axis {
        if isChoice(domain) { return .choice(units.count) }
        guard let first = units.first, let last = units.last else { return .continuous }
        var ends: [Double] = []
        // A value's unit is the middle of its cell, so each cell's end follows from the one before it.
        for unit in units { ends.append(2 * unit - (ends.last ?? 0)) }
        let span = last - first
        return .ordered(positions: units.map { span > 0 ? ($0 - first) / span : 0.5 }, ends: ends)
    }

    /// Parameters that share a list of choices, where three or more do.
    private static func lists(of space: SearchSpace) -> [[Int]] {
        var lists: [[String]: [Int]] = [:]
        for (index, spec) in space.parameters.enumerated() {
            if case .categorical(let list) = spec.domain, list.count > 1 { lists[list, default: []].append(index) }
        }
        return lists.values.filter { $0.count >= 3 }.sorted { $0[0] < $1[0] }
    }

    /// Whether a space is of choices alone, among which some share a list, as the edges of a cell do.
    static func isArchitecture(_ space: SearchSpace) -> Bool {
        space.parameters.allSatisfy { isChoice($0.domain) } && !lists(of: space).isEmpty
    }

    // MARK: Points

    /// The point of what was tried; inactive coordinates are neutral.
    func point(of assignment: Assignment) -> [Double] {
        zip(space.point(of: assignment), axes.indices).map { unit, index in
            unit.map { coordinate(index, at: $0) } ?? neutral(index)
        }
    }

    /// The assignment at a point.
    func assignment(at point: [Double]) -> Assignment {
        space.assignment(at: cube(at: point))
    }

    /// The position of the unit cube that gives a point.
    func cube(at point: [Double]) -> [Double] { axes.indices.map { unit(index: $0, coordinate: point[$0]) } }

    /// Every point of a small finite space that satisfies the constraints; nil for others.
    func allPoints(atMost limit: Int) -> [[Double]]? {
        guard !axes.contains(.continuous), let count = space.cardinality, count <= limit else { return nil }
        return space.enumeration.map { point(of: $0) }
    }

    /// The point nearest to a position of the unit cube, by the parameters' laws.
    func point(at cube: [Double]) -> [Double] {
        settled(axes.indices.map { coordinate($0, at: cube[$0]) })
    }

    /// The point with every inactive coordinate made neutral, so that equal trials have equal points.
    func settled(_ point: [Double]) -> [Double] {
        var point = point
        settle(&point)
        return point
    }

    func settle(_ point: inout [Double]) {
        for index in space.order {
            // A choice that has just become active has no value yet.
            point[index] = isActive(index, at: point) ? snapped(index, max(point[index], 0)) : neutral(index)
        }
    }

    var hasConditions: Bool { activity.contains { $0 != nil } }

    /// Whether a parameter counts at a point.
    func isActive(_ index: Int, at point: [Double]) -> Bool {
        guard let activity = activity[index] else { return true }
        return isActive(activity.parent, at: point) && activity.holds(at: point[activity.parent])
    }

    /// What stands for an inactive parameter: the middle, which says least about where it would have been.
    private func neutral(_ index: Int) -> Double {
        switch axes[index] {
        case .continuous: 0.5
        case .ordered(let positions, _): Double(positions.count / 2)
        case .choice: -1
        }
    }

    private func coordinate(_ index: Int, at unit: Double) -> Double {
        switch axes[index] {
        case .continuous: snapped(index, min(max(unit, 0), 1))
        case .ordered(_, let ends): Double(min(ends.firstIndex { unit < $0 } ?? ends.count - 1, ends.count - 1))
        case .choice(let count): Double(min(max(Int(unit * Double(count)), 0), count - 1))
        }
    }

    /// The coordinate of the value that a trial gets: another where a range has more steps than `mostSteps`.
    private func snapped(_ index: Int, _ coordinate: Double) -> Double {
        let domain = space.parameters[index].domain
        guard case .continuous = axes[index], domain.count != nil else { return coordinate }
        return domain.unit(of: domain.value(at: coordinate)) ?? coordinate
    }

    /// The position in the unit cube that gives a coordinate's value back.
    private func unit(index: Int, coordinate: Double) -> Double {
        switch axes[index] {
        case .continuous: coordinate
        case .ordered, .choice: units[index][min(max(Int(coordinate), 0), units[index].count - 1)]
        }
    }

    // MARK: Features

    /// Writes the features of a point.
    ///
    /// - Parameter features: `[featureCount]`.
    func write(_ point: [Double], to features: UnsafeMutableBufferPointer<Double>) {
        for index in axes.indices {
            let offset = offsets[index]
            switch axes[index] {
            case .continuous: features[offset] = point[index]
            case .ordered(let positions, _): features[offset] = positions[Int(point[index])]
            case .choice(let count):
                for choice in 0..<count { features[offset + choice] = choice == Int(point[index]) ? halfRoot : 0 }
            }
        }
        for (members, offset) in counted { count(members, at: point, to: features, from: offset) }
    }

    /// How many of some parameters have each value, in units that make random points differ alike whatever their number.
    private func count(
        _ members: [Int], at point: [Double], to features: UnsafeMutableBufferPointer<Double>, from offset: Int
    ) {
        for value in 0..<(axes[members[0]].count ?? 0) { features[offset + value] = 0 }
        let unit = 1 / Double(members.count).squareRoot()
        for index in members where point[index] >= 0 { features[offset + Int(point[index])] += unit }
    }

    /// The features of a point: `[featureCount]`.
    func features(of point: [Double]) -> [Double] {
        [Double](unsafeUninitializedCapacity: featureCount) { buffer, count in
            buffer.initialize(repeating: 0)
            write(point, to: buffer)
            count = featureCount
        }
    }
}

/// Two different choices then lie at distance 1.
private let halfRoot = 0.5.squareRoot()

extension ModelSpace.Axis {
    fileprivate var width: Int { if case .choice(let count) = self { count } else { 1 } }
}

/// When a parameter counts, by its parent's coordinate.
private struct Activity: Sendable {
    let parent: Int
    private let values: [Bool]
    private let range: ClosedRange<Double>
    /// For ranges of many steps: a condition may begin between two of them.
    private let stepped: (Domain, Condition)?

    init(_ condition: Condition, on parent: Int, in space: SearchSpace, axes: [ModelSpace.Axis]) {
        self.parent = parent
        let domain = space.parameters[parent].domain
        guard let count = axes[parent].count else {
            values = []
            stepped = domain.count == nil ? nil : (domain, condition)
            range = domain.count != nil ? 0...1 : Activity.units(condition.test, of: domain)
            return
        }
        let byUnit = (0..<count).map { domain.value(number: $0) }
            .sorted { (domain.unit(of: $0) ?? 0) < (domain.unit(of: $1) ?? 0) }
        values = byUnit.map { condition.holds(for: $0) }
        range = 0...1
        stepped = nil
    }

    func holds(at coordinate: Double) -> Bool {
        if let (domain, condition) = stepped { return condition.holds(for: domain.value(at: coordinate)) }
        guard !values.isEmpty else { return range.contains(coordinate) }
        return values.indices.contains(Int(coordinate)) && values[Int(coordinate)]
    }

    /// The part of [0, 1] where a test on a continuous parameter holds.
    private static func units(_ test: Condition.Test, of domain: Domain) -> ClosedRange<Double> {
        func unit(_ x: Double?, else end: Double) -> Double {
            guard let x, let range = domain.bounds else { return end }
            return x <= range.lowerBound ? 0 : x >= range.upperBound ? 1 : domain.unit(of: .double(x)) ?? end
        }
        switch test {
        case .oneOf(let values):
            let units = values.compactMap { domain.unit(of: $0) }
            return (units.min() ?? 0)...(units.max() ?? 0)
        case .between(let low, let high):
            let (first, last) = (unit(low, else: 0), unit(high, else: 1))
            return first...max(first, last)
        }
    }
}

extension Domain {
    fileprivate var bounds: ClosedRange<Double>? { if case .double(let range, _, _) = self { range } else { nil } }
}
