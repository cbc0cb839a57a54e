import AttuneCore

/// Ways to choose images, the same for the same source of random numbers.
extension ImageSet {
    /// Disjoint parts that hold every image, each with as many of every class as the others, or one more or less.
    ///
    /// - Returns: indices of the images, in ascending order in each.
    public func balancedParts(_ count: Int, using random: inout RandomSource) -> [[Int]] {
        precondition(count > 0, "there is at least one part")
        var parts = [[Int]](repeating: [], count: count)
        var next = 0
        let members = Dictionary(grouping: labels.indices) { labels[$0] }.sorted { $0.key < $1.key }.map(\.value)
        for var indices in members {
            random.shuffle(&indices)
            for index in indices {
                parts[next].append(index)
                next = (next + 1) % count
            }
        }
        return parts.map { $0.sorted() }
    }

    /// At most `count` images, of every class as many, or one more; all where there are no more.
    ///
    /// - Returns: indices of the images, in ascending order.
    public func balancedSample(_ count: Int, using random: inout RandomSource) -> [Int] {
        var queues = Dictionary(grouping: labels.indices) { labels[$0] }.sorted { $0.key < $1.key }.map(\.value)
        for index in queues.indices { random.shuffle(&queues[index]) }
        let longest = queues.map(\.count).max() ?? 0
        // Round after round, one of each class.
        let dealt = (0..<longest).flatMap { round in queues.compactMap { round < $0.count ? $0[round] : nil } }
        return dealt.prefix(max(0, count)).sorted()
    }
}

/// Indices in random order, in pieces of `size`.
///
/// - Parameter keepsRest: whether a last piece that is smaller is given too.
public func shuffledBatches(
    of indices: [Int], size: Int, keepsRest: Bool = false, using random: inout RandomSource
) -> [[Int]] {
    precondition(size > 0, "a batch has at least one image")
    var order = indices
    random.shuffle(&order)
    return stride(from: 0, to: order.count, by: size).compactMap { start in
        let end = min(order.count, start + size)
        return end - start == size || keepsRest ? Array(order[start..<end]) : nil
    }
}
