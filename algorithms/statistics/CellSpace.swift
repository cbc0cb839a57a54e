import AttuneCore

/// A search space cut into cells, a few along each parameter: what statistics count in and integrate over.
///
/// A parameter with few values has a cell for each; others have `mostCells` that are equally likely by the parameter's
/// own law, cut further where a condition on it begins or ends. A point of the unit cube lies in one cell of every
/// parameter, whether that parameter is active there or not. Axes stand in the order of their parameters' names, so
/// that nothing depends on the order in which a space lists them.
struct CellSpace: Sendable {
    struct Axis: Sendable {
        let name: String
        let domain: Domain
        let isChoice: Bool
        /// Upper ends of the cells in [0, 1], ascending; the last is 1.
        let ends: [Double]

        var count: Int { ends.count }

        /// How likely each cell is.
        var masses: [Double] { ends.indices.map { ends[$0] - start(of: $0) } }

        func start(of cell: Int) -> Double { cell == 0 ? 0 : ends[cell - 1] }

        func middle(of cell: Int) -> Double { (start(of: cell) + ends[cell]) / 2 }

        /// The cell that a position in [0, 1] lies in.
        func cell(at unit: Double) -> Int {
            var (low, high) = (0, count - 1)
            while low < high {
                let middle = (low + high) / 2
                if unit < ends[middle] { high = middle } else { low = middle + 1 }
            }
            return low
        }
    }

    /// When a parameter is active: where its parent is, and lies in a cell that counts.
    struct Link: Sendable {
        let parent: Int
        /// By cell of the parent.
        let holds: [Bool]
    }

    static let mostCells = 64
    /// Stands for the cell of a parameter that is inactive.
    static let inactive = -1

    let axes: [Axis]
    /// For each axis, when it is active: the links to all that it depends on, the outermost first.
    let chains: [[Link]]
    private let space: SearchSpace
    /// For each axis, its parameter's position in the space.
    private let positions: [Int]

    init(_ space: SearchSpace) {
        let model = ModelSpace(space)
        let positions = space.names.indices.sorted { space.names[$0] < space.names[$1] }
        let axes = positions.map { CellSpace.axis($0, of: space, model.axes[$0]) }
        let links = positions.map { CellSpace.link($0, of: space, positions, axes) }
        func chain(_ link: Link?) -> [Link] { link.map { chain(links[$0.parent]) + [$0] } ?? [] }
        self.space = space
        self.positions = positions
        self.axes = axes
        chains = links.map(chain)
    }

    private static func link(_ index: Int, of space: SearchSpace, _ positions: [Int], _ axes: [Axis]) -> Link? {
        guard let condition = space.parameters[index].condition, let parent = space.parents[index],
            let axis = positions.firstIndex(of: parent)
        else { return nil }
        let cells = axes[axis]
        let holds = cells.ends.indices.map { condition.holds(for: cells.domain.value(at: cells.middle(of: $0))) }
        return Link(parent: axis, holds: holds)
    }

    private static func axis(_ index: Int, of space: SearchSpace, _ axis: ModelSpace.Axis) -> Axis {
        let (name, domain) = (space.names[index], space.parameters[index].domain)
        switch axis {
        case .choice(let count):
            return Axis(
                name: name, domain: domain, isChoice: true, ends: (1...count).map { Double($0) / Double(count) })
        case .ordered(_, let ends) where ends.count <= mostCells:
            return Axis(name: name, domain: domain, isChoice: false, ends: ends.dropLast() + [1])
        default:
            let equal = (1...mostCells).map { Double($0) / Double(mostCells) }
            let ends = Set(equal + boundaries(of: index, in: space)).sorted()
            return Axis(name: name, domain: domain, isChoice: false, ends: ends)
        }
    }

    /// Where conditions on a parameter begin and end, within (0, 1).
    private static func boundaries(of index: Int, in space: SearchSpace) -> [Double] {
        space.parameters.flatMap { spec -> [Double] in
            guard let condition = spec.condition, condition.parameter == space.names[index],
                case .between(let low, let high) = condition.test
            else { return [] }
            return [low, high].compactMap { $0.flatMap { space.parameters[index].domain.unit(ofNumber: $0) } }
        }.filter { 0 < $0 && $0 < 1 }
    }

    var dimensions: Int { axes.count }

    /// The cell along each axis; `inactive` where the parameter has no value.
    func cells(of assignment: Assignment) -> [Int] {
        let point = space.point(of: assignment)
        return zip(positions, axes).map { position, axis in
            point[position].map { axis.cell(at: $0) } ?? CellSpace.inactive
        }
    }

    /// The same for a point of the cube.
    ///
    /// - Parameter point: a coordinate for each axis.
    func cells(at point: ArraySlice<Double>) -> [Int] {
        let cells = zip(point, axes).map { $1.cell(at: $0) }
        return cells.indices.map { index in
            chains[index].allSatisfy { $0.holds[cells[$0.parent]] } ? cells[index] : CellSpace.inactive
        }
    }

    /// What stands for a cell in a tree's column: being inactive is the least number, or a choice of its own.
    func number(of cell: Int, on axis: Int) -> Double { Double(axes[axis].isChoice ? cell + 1 : cell) }

    /// Rows of cells as trees compare them.
    func columns(of rows: [[Int]]) -> TreeColumns {
        TreeColumns(
            values: axes.indices.flatMap { axis in rows.map { number(of: $0[axis], on: axis) } }, rows: rows.count)
    }

    /// How many values a choice's column can have; nil for numbers.
    var choices: [Int?] { axes.map { $0.isChoice ? $0.count + 1 : nil } }
}

extension Domain {
    /// The position of a number of the domain in [0, 1]; nil where it has no such number.
    fileprivate func unit(ofNumber number: Double) -> Double? {
        if case .int = self { return Int(exactly: number).flatMap { unit(of: .int($0)) } }
        return unit(of: .double(number))
    }
}
