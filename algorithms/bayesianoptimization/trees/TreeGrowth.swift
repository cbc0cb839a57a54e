import AttuneCore

/// How a tree grows.
struct TreeRules: Sendable, Hashable {
    /// Where a column is cut.
    enum Cut: Sendable, Hashable {
        /// In the middle of the best gap.
        case middle
        /// Anywhere in the best gap, so that trees differ the more, the further a point is from data
        /// (Hutter et al. 2014).
        case withinGap
        /// Anywhere between the least and the greatest value (Geurts, Ernst & Wehenkel 2006).
        case anywhere
    }

    var cut = Cut.middle
    /// The share of the columns that compete at a node, in (0, 1], rounded up.
    var share = 1.0
    /// How few observations a leaf may hold, however often each was drawn.
    var leastInLeaf = 1
    /// Below this many a node is not divided.
    var leastToDivide = 2
    var mostDepth = 48
}

/// Observations that trees grow from, sorted by every column once for all of them.
struct TreeSample: Sendable {
    /// How many values a choice's column can have; nil for numbers.
    let choices: [Int?]
    let columns: TreeColumns
    /// Rows in the order of each column: `[columns][rows]`.
    let orders: [Int32]

    init(_ layout: TreeLayout, features: [Double]) {
        self.init(layout.columns(of: features), choices: layout.choices)
    }

    /// - Parameter columns: numbers, and whole numbers from 0 where a column is a choice's.
    init(_ columns: TreeColumns, choices: [Int?]) {
        self.choices = choices
        self.columns = columns
        orders = choices.indices.flatMap { column in
            (0..<Int32(columns.rows)).sorted {
                (columns[column, Int($0)], $0) < (columns[column, Int($1)], $1)
            }
        }
    }

    var rows: Int { columns.rows }
}

/// A tree while it grows: greedily, each node by the cut that explains most of its variance.
///
/// The rows of a node are one range of every column's order, and dividing a node partitions all these ranges, so
/// nothing is sorted again (Shafer, Agrawal & Mehta 1996).
struct TreeGrowth {
    private let sample: TreeSample
    private let rules: TreeRules
    /// By row, how often it counts.
    private let weights: [Double]
    /// By row, weight times target.
    private let weighted: [Double]
    private let targets: [Double]
    /// Rows that count in the order of each column: `[columns][count]`.
    private var orders: [Int32]
    private let count: Int
    private var competitors: [Int]
    private var goesLeft: [Bool]
    private var spare: [Int32]
    private var tree = RegressionTree()

    /// Grows a tree.
    ///
    /// - Parameters:
    ///   - targets: by row, of order one.
    ///   - weights: by row, whole numbers; rows that weigh nothing are left out, and one must weigh something.
    /// - Complexity: O(columns · rows · depth).
    static func tree(
        from sample: TreeSample, targets: [Double], weights: [Double], _ rules: TreeRules,
        using random: inout RandomSource
    ) -> RegressionTree {
        var growth = TreeGrowth(sample, targets, weights, rules)
        growth.grow(0..<growth.count, depth: 0, using: &random)
        return growth.tree
    }

    private init(_ sample: TreeSample, _ targets: [Double], _ weights: [Double], _ rules: TreeRules) {
        self.sample = sample
        self.rules = rules
        self.targets = targets
        self.weights = weights
        weighted = zip(weights, targets).map { $0 * $1 }
        orders = sample.orders.filter { weights[Int($0)] > 0 }
        count = weights.count { $0 > 0 }
        competitors = Array(sample.choices.indices)
        goesLeft = Array(repeating: false, count: sample.rows)
        spare = Array(repeating: 0, count: count)
    }

    private mutating func grow(_ range: Range<Int>, depth: Int, using random: inout RandomSource) {
        let node = summary(of: range)
        let index = tree.appendLeaf(mean: node.mean, variance: node.variance)
        guard mayDivide(range.count, depth: depth), node.variance > negligibleVariance,
            let split = bestSplit(of: node, using: &random)
        else { return }
        tree.divide(index, column: split.column, by: split.test)
        let middle = partition(range, by: split, depth: depth)
        grow(range.lowerBound..<middle, depth: depth + 1, using: &random)
        tree.beginRight(of: index)
        grow(middle..<range.upperBound, depth: depth + 1, using: &random)
    }

    private func mayDivide(_ count: Int, depth: Int) -> Bool {
        depth < rules.mostDepth && count >= max(rules.leastToDivide, 2 * rules.leastInLeaf)
    }

    private func summary(of range: Range<Int>) -> TreeNodeSummary {
        var (weight, sum, squares) = (0.0, 0.0, 0.0)
        for position in range {
            let row = Int(orders[position])
            weight += weights[row]
            sum += weighted[row]
            squares += weighted[row] * targets[row]
        }
        let mean = sum / weight
        return TreeNodeSummary(
            range: range, weight: weight, mean: mean, variance: max(squares / weight - mean * mean, 0))
    }

    /// The best cut of the columns that compete, which are drawn anew until one of them can be cut at all.
    private mutating func bestSplit(of node: TreeNodeSummary, using random: inout RandomSource) -> TreeSplit? {
        let enough = Int((rules.share * Double(competitors.count)).rounded(.up))
        var search = TreeCutSearch(
            node: node, orders: orders, count: count, values: sample.columns, weights: weights, weighted: weighted,
            rules: rules)
        var best: TreeSplit?
        for turn in competitors.indices {
            if turn >= enough, best != nil { break }
            competitors.swapAt(turn, turn + random.below(competitors.count - turn))
            search.column = competitors[turn]
            best = search.split(choices: sample.choices[search.column], over: best, using: &random)
        }
        return best
    }

    /// Puts the rows that pass first in every order, and gives the position behind them.
    private mutating func partition(_ range: Range<Int>, by split: TreeSplit, depth: Int) -> Int {
        let start = split.column * count
        var middle = range.lowerBound
        for position in range {
            let row = Int(orders[start + position])
            goesLeft[row] = split.passes(sample.columns[split.column, row])
            if goesLeft[row] { middle += 1 }
        }
        // Leaves need one order, to sum their rows by.
        let greater = max(middle - range.lowerBound, range.upperBound - middle)
        for column in 0..<(mayDivide(greater, depth: depth + 1) ? competitors.count : 1) {
            let start = column * count
            TreeGrowth.partition(
                &orders, start + range.lowerBound..<start + range.upperBound, by: goesLeft, spare: &spare)
        }
        return middle
    }

    private static func partition(
        _ orders: inout [Int32], _ range: Range<Int>, by goesLeft: [Bool], spare: inout [Int32]
    ) {
        orders.withUnsafeMutableBufferPointer { orders in
            let order = UnsafeMutableBufferPointer(rebasing: orders[range])
            spare.withUnsafeMutableBufferPointer { spare in
                var (left, right) = (0, 0)
                for position in order.indices {
                    let row = order[position]
                    // Both are written and one of them counts: a branch would be guessed wrong half the time.
                    let passes = goesLeft[Int(row)] ? 1 : 0
                    order[left] = row
                    spare[right] = row
                    left += passes
                    right += 1 - passes
                }
                for index in 0..<right { order[left + index] = spare[index] }
            }
        }
    }
}

/// Targets are of order one: below this they differ by rounding.
private let negligibleVariance = 1e-14
