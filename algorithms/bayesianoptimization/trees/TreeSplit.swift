import AttuneCore

/// What a node holds.
struct TreeNodeSummary {
    /// Its rows' positions in the orders.
    let range: Range<Int>
    let weight: Double
    let mean: Double
    let variance: Double
}

/// A way to divide a node.
struct TreeSplit {
    let column: Int
    let test: RegressionTree.Test
    /// What it explains of the node's squares, in units that are the node's own.
    let gain: Double

    func passes(_ value: Double) -> Bool {
        switch test {
        case .atMost(let threshold): value <= threshold
        case .among(let passing): passing[Int(value)]
        }
    }
}

/// Looks for cuts of a node, one column after another.
struct TreeCutSearch {
    let node: TreeNodeSummary
    /// Rows in the order of each column: `[columns][count]`.
    let orders: [Int32]
    let count: Int
    let values: TreeColumns
    /// By row, how often it counts.
    let weights: [Double]
    /// By row, weight times target.
    let weighted: [Double]
    let rules: TreeRules
    /// The column that is being cut.
    var column = 0

    /// The better of a split and one of the current column: the best or a random one, as the rules say.
    func split(choices: Int?, over best: TreeSplit?, using random: inout RandomSource) -> TreeSplit? {
        guard value(at: positions.lowerBound) < value(at: positions.upperBound - 1) else { return best }
        let bound = best?.gain ?? 0
        guard let choices else { return threshold(above: bound, using: &random) ?? best }
        return subset(of: choices, above: bound, using: &random) ?? best
    }

    /// Where the column's order holds the node's rows.
    private var positions: Range<Int> {
        column * count + node.range.lowerBound..<column * count + node.range.upperBound
    }

    // MARK: Numbers

    private func threshold(above bound: Double, using random: inout RandomSource) -> TreeSplit? {
        if rules.cut == .anywhere {
            let (least, greatest) = (value(at: positions.lowerBound), value(at: positions.upperBound - 1))
            let threshold = point(between: least, greatest, random.uniform())
            guard let gain = gain(ofThreshold: threshold), gain > bound else { return nil }
            return TreeSplit(column: column, test: .atMost(threshold), gain: gain)
        }
        guard let (position, gain) = bestGap(above: bound) else { return nil }
        let place = rules.cut == .middle ? 0.5 : random.uniform()
        let threshold = point(between: value(at: position), value(at: position + 1), place)
        return TreeSplit(column: column, test: .atMost(threshold), gain: gain)
    }

    private func value(at position: Int) -> Double { values[column, Int(orders[position])] }

    /// A number in [low, high), whatever rounding does.
    private func point(between low: Double, _ high: Double, _ place: Double) -> Double {
        let point = low + place * (high - low)
        return point < high ? point : low
    }

    /// The position before the gap that explains most.
    private func bestGap(above bound: Double) -> (position: Int, gain: Double)? {
        var (weight, sum) = (0.0, 0.0)
        var best = (position: -1, gain: bound)
        let positions = self.positions
        let first = positions.lowerBound + rules.leastInLeaf - 1
        for position in positions.dropLast(rules.leastInLeaf) {
            let row = Int(orders[position])
            weight += weights[row]
            sum += weighted[row]
            guard position >= first, values[column, row] < value(at: position + 1) else { continue }
            let gain = gain(weight, sum)
            if gain > best.gain { best = (position, gain) }
        }
        return best.position < 0 ? nil : best
    }

    private func gain(ofThreshold threshold: Double) -> Double? {
        var (weight, sum) = (0.0, 0.0)
        var position = positions.lowerBound
        // The greatest value lies above.
        while value(at: position) <= threshold {
            let row = Int(orders[position])
            weight += weights[row]
            sum += weighted[row]
            position += 1
        }
        return fills(position - positions.lowerBound) ? gain(weight, sum) : nil
    }

    private func fills(_ left: Int) -> Bool { min(left, positions.count - left) >= rules.leastInLeaf }

    /// The squares between the sides, which variance within them loses, up to a factor of the node's.
    private func gain(_ weight: Double, _ sum: Double) -> Double {
        let departure = sum - weight * node.mean
        return departure * departure / (weight * (node.weight - weight))
    }

    // MARK: Choices

    private func subset(of choices: Int, above bound: Double, using random: inout RandomSource) -> TreeSplit? {
        var groups = self.groups
        let found = rules.cut == .anywhere ? randomSubset(of: &groups, using: &random) : bestSubset(of: &groups)
        guard let (left, gain) = found, gain > bound else { return nil }
        var passing = sidesOfUnseen(choices, groups[..<left], using: &random)
        for (index, group) in groups.enumerated() { passing[group.value] = index < left }
        return TreeSplit(column: column, test: .among(passing), gain: gain)
    }

    /// The rows that share a value.
    private struct Group {
        let value: Int
        var count = 0
        var weight = 0.0
        var sum = 0.0

        var mean: Double { sum / weight }
    }

    private var groups: [Group] {
        var groups: [Group] = []
        groups.reserveCapacity(8)
        var group = Group(value: Int(value(at: positions.lowerBound)))
        for position in positions {
            let row = Int(orders[position])
            let value = Int(values[column, row])
            if value != group.value {
                groups.append(group)
                group = Group(value: value)
            }
            group.count += 1
            group.weight += weights[row]
            group.sum += weighted[row]
        }
        groups.append(group)
        return groups
    }

    /// Moves the best subset to the front: its values come first in the order of their means (Breiman et al. 1984,
    /// theorem 4.5).
    private func bestSubset(of groups: inout [Group]) -> (count: Int, gain: Double)? {
        groups.sort { ($0.mean, $0.value) < ($1.mean, $1.value) }
        var (rows, weight, sum) = (0, 0.0, 0.0)
        var best: (count: Int, gain: Double)?
        for (index, group) in groups.dropLast().enumerated() {
            rows += group.count
            weight += group.weight
            sum += group.sum
            guard fills(rows) else { continue }
            let gain = gain(weight, sum)
            if gain > best?.gain ?? 0 { best = (index + 1, gain) }
        }
        return best
    }

    /// Moves a random subset, neither empty nor all, to the front (Geurts et al. 2006, table 1).
    private func randomSubset(
        of groups: inout [Group], using random: inout RandomSource
    ) -> (count: Int, gain: Double)? {
        random.shuffle(&groups)
        // The first is in, the last is out, and each between them is as likely in as out.
        let count = 1 + (2..<groups.count).count { _ in random.below(2) == 0 }
        let subset = groups[..<count]
        guard fills(subset.reduce(0) { $0 + $1.count }) else { return nil }
        return (count, gain(subset.reduce(0) { $0 + $1.weight }, subset.reduce(0) { $0 + $1.sum }))
    }

    /// Where values go that the node has not seen: with the greater part or, in trees that are to differ about what
    /// they do not know, either way.
    private func sidesOfUnseen(
        _ choices: Int, _ left: ArraySlice<Group>, using random: inout RandomSource
    ) -> [Bool] {
        guard rules.cut == .middle else { return (0..<choices).map { _ in random.below(2) == 0 } }
        let isGreater = 2 * left.reduce(0) { $0 + $1.weight } >= node.weight
        return Array(repeating: isGreater, count: choices)
    }
}
