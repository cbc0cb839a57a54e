/// Ranks from 1 for the smallest; equal values share the mean of theirs. Not a number ranks last, below infinity.
///
/// - Complexity: O(count · log count).
public func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { precedes(values[$0], values[$1]) }
    var ranks = [Double](repeating: 0, count: values.count)
    for tied in ties(order.map { values[$0] }) {
        for position in tied { ranks[order[position]] = Double(tied.lowerBound + tied.upperBound + 1) / 2 }
    }
    return ranks
}

/// The mean rank of each treatment over blocks.
///
/// - Parameter blocks: `[blocks][treatments]`, small is better.
public func meanRanks(_ blocks: [[Double]]) -> [Double] {
    guard let treatments = blocks.first?.count else { return [] }
    let sums = blocks.reduce(into: [Double](repeating: 0, count: treatments)) { sums, block in
        for (index, rank) in ranks(block).enumerated() { sums[index] += rank }
    }
    return sums.map { $0 / Double(blocks.count) }
}

/// The runs of equal values among sorted ones.
func ties(_ sorted: [Double]) -> [Range<Int>] {
    var ties: [Range<Int>] = []
    var start = 0
    for end in sorted.indices.map({ $0 + 1 }) where end == sorted.count || precedes(sorted[end - 1], sorted[end]) {
        ties.append(start..<end)
        start = end
    }
    return ties
}

/// The order of numbers with not a number after all others.
func precedes(_ a: Double, _ b: Double) -> Bool { a < b || (b.isNaN && !a.isNaN) }
