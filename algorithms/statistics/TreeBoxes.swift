/// A tree as a function on the unit cube: boxes, each with a value, that fill it without overlapping.
///
/// A leaf is a box where no parameter is conditional. Where a tree asks about a parameter that is inactive in a part of
/// the cube, that part goes on its own way, so that a leaf may become a few boxes; along coordinates of inactive
/// parameters the function is constant.
struct TreeBoxes {
    private let space: CellSpace
    private let tree: RegressionTree
    /// The box that is being divided: its cells along each axis.
    private var box: [CellSet]
    /// For each axis, how likely the cells before each are.
    private let cumulative: [[Double]]

    /// Goes through the boxes of a tree.
    ///
    /// - Parameters:
    ///   - tree: grown from cells of the space.
    ///   - body: is given each box's cells along each axis, how likely they are, and the tree's value there. Boxes of
    ///     no likelihood are left out.
    static func visit(_ tree: RegressionTree, _ space: CellSpace, _ body: ([CellSet], [Double], Double) -> Void) {
        var walk = TreeBoxes(space, tree)
        walk.descend(0, body)
    }

    private init(_ space: CellSpace, _ tree: RegressionTree) {
        self.space = space
        self.tree = tree
        box = space.axes.map { CellSet(all: $0.count) }
        cumulative = space.axes.map { [0] + $0.ends }
    }

    private mutating func descend(_ node: Int, _ body: ([CellSet], [Double], Double) -> Void) {
        guard let children = tree.children(of: node) else { return emit(tree.means[node], body) }
        let column = tree.column(of: node)
        let before = box
        let inactive = space.number(of: CellSpace.inactive, on: column)
        for link in space.chains[column] {
            let (active, rest) = box[link.parent].divided { link.holds[$0] }
            box[link.parent] = rest
            if !rest.isEmpty { descend(tree.passes(inactive, at: node) ? children.passing : children.failing, body) }
            box[link.parent] = active
            if active.isEmpty { break }
        }
        if space.chains[column].allSatisfy({ !box[$0.parent].isEmpty }) {
            let (passing, failing) = box[column].divided {
                tree.passes(space.number(of: $0, on: column), at: node)
            }
            box[column] = passing
            if !passing.isEmpty { descend(children.passing, body) }
            box[column] = failing
            if !failing.isEmpty { descend(children.failing, body) }
        }
        box = before
    }

    private func emit(_ value: Double, _ body: ([CellSet], [Double], Double) -> Void) {
        let masses = zip(box, cumulative).map { set, cumulative in
            set.runs.reduce(0) { $0 + cumulative[$1.upperBound] - cumulative[$1.lowerBound] }
        }
        if masses.allSatisfy({ $0 > 0 }) { body(box, masses, value) }
    }
}
