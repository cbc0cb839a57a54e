/// A regression tree (Breiman, Friedman, Olshen & Stone 1984): each leaf holds the mean and the variance of the
/// observations that reached it.
///
/// Nodes stand in the order in which a tree grows, a node's left child right behind it.
struct RegressionTree: Sendable {
    private struct Node: Sendable {
        /// What is compared.
        var column: Int32 = 0
        /// Where a choice's subset begins among the bits of `subsets`; negative where numbers are compared.
        var subset: Int32 = -1
        /// Numbers up to this pass.
        var threshold = -Double.infinity
    }

    /// What a node asks of its column: whoever passes goes left.
    enum Test: Sendable, Hashable {
        case atMost(Double)
        /// Whether each value of a choice passes.
        case among([Bool])
    }

    private var nodes: [Node] = []
    /// By node, where rows go that do not pass and where those go that do: `[nodes][2]`. A leaf leads to itself.
    private var children: [Int32] = []
    /// By node: the weighted mean of its targets.
    private(set) var means: [Double] = []
    /// By node: their variance.
    private(set) var variances: [Double] = []
    private var subsets: [UInt64] = []

    /// How many nodes there are, leaves included.
    var count: Int { nodes.count }

    /// The leaf that each row comes to.
    ///
    /// All rows take a step before any takes the next, so that steps do not wait for one another.
    ///
    /// - Complexity: O(rows · depth).
    func leaves(of columns: TreeColumns) -> [Int32] {
        var places = [Int32](repeating: 0, count: columns.rows)
        places.withUnsafeMutableBufferPointer { places in
            if subsets.isEmpty {
                while step(places, columns, passing: { $0 <= $1.threshold }) {}
            } else {
                subsets.withUnsafeBufferPointer { subsets in
                    while step(places, columns, passing: { RegressionTree.passes($0, $1, subsets) }) {}
                }
            }
        }
        return places
    }

    /// Moves every row to the next node; false if all are at leaves.
    ///
    /// Which way a row goes cannot be guessed, so it is looked up and not branched on.
    @inline(__always)
    private func step(
        _ places: UnsafeMutableBufferPointer<Int32>, _ columns: TreeColumns, passing: (Double, Node) -> Bool
    ) -> Bool {
        var moved: Int32 = 0
        nodes.withUnsafeBufferPointer { nodes in
            children.withUnsafeBufferPointer { children in
                columns.values.withUnsafeBufferPointer { values in
                    for row in 0..<places.count {
                        let place = places[row]
                        let node = nodes[Int(place)]
                        let value = values[Int(node.column) &* places.count &+ row]
                        let next = children[2 &* Int(place) &+ (passing(value, node) ? 1 : 0)]
                        moved |= next ^ place
                        places[row] = next
                    }
                }
            }
        }
        return moved != 0
    }

    @inline(__always)
    private static func passes(_ value: Double, _ node: Node, _ subsets: UnsafeBufferPointer<UInt64>) -> Bool {
        let isNumber = node.subset < 0
        let bit = isNumber ? 0 : Int(node.subset) &+ Int(value)
        let isAmong = subsets[bit >> 6] &>> UInt64(bit & 63) & 1 == 1
        let isUnder = value <= node.threshold
        return isNumber ? isUnder : isAmong
    }

    // MARK: Walking

    /// The children of a node; nil at a leaf. The root is node 0.
    func children(of node: Int) -> (passing: Int, failing: Int)? {
        let (failing, passing) = (Int(children[2 * node]), Int(children[2 * node + 1]))
        return passing == node ? nil : (passing, failing)
    }

    /// What an inner node compares.
    func column(of node: Int) -> Int { Int(nodes[node].column) }

    /// Whether a value of its column passes an inner node.
    func passes(_ value: Double, at node: Int) -> Bool {
        guard nodes[node].subset >= 0 else { return value <= nodes[node].threshold }
        return subsets.withUnsafeBufferPointer { RegressionTree.passes(value, nodes[node], $0) }
    }

    // MARK: Growing

    /// Adds a leaf and gives its number.
    mutating func appendLeaf(mean: Double, variance: Double) -> Int {
        children += [Int32(nodes.count), Int32(nodes.count)]
        nodes.append(Node())
        means.append(mean)
        variances.append(variance)
        return nodes.count - 1
    }

    /// Divides the leaf that was added last; its left child comes next.
    mutating func divide(_ node: Int, column: Int, by test: Test) {
        nodes[node].column = Int32(column)
        children[2 * node + 1] = Int32(node + 1)
        switch test {
        case .atMost(let threshold): nodes[node].threshold = threshold
        case .among(let passing):
            nodes[node].subset = Int32(subsets.count * 64)
            subsets += stride(from: 0, to: passing.count, by: 64).map { start in
                passing[start..<min(start + 64, passing.count)].reversed().reduce(0) { $0 << 1 | ($1 ? 1 : 0) }
            }
        }
    }

    /// Says that the right child of a node comes next.
    mutating func beginRight(of node: Int) { children[2 * node] = Int32(nodes.count) }

    /// Puts other means in place of those that the tree grew with.
    mutating func setMeans(_ means: [Double]) {
        precondition(means.count == nodes.count, "a mean for each node")
        self.means = means
    }
}
