import AttuneCore

/// Ways to choose images, the same for the same source of random numbers.
extension ImageSet {
    /// Two disjoint halves, in each of which every class is as frequent as in the other, or one image more.
    ///
    /// - Returns: indices of the images, in ascending order. Where classes have odd numbers of images, the halves take
    ///   the odd one in turn.
    public func balancedHalves(using random: inout RandomSource) -> (first: [Int], second: [Int]) {
        var halves: (first: [Int], second: [Int]) = ([], [])
        var firstTakesOdd = true
        let members = Dictionary(grouping: labels.indices) { labels[$0] }
        for label in members.keys.sorted() {
            var indices = members[label] ?? []
            random.shuffle(&indices)
            let odd = indices.count % 2
            let cut = indices.count / 2 + (firstTakesOdd ? odd : 0)
            if odd == 1 { firstTakesOdd.toggle() }
            halves.first += indices[..<cut]
            halves.second += indices[cut...]
        }
        return (halves.first.sorted(), halves.second.sorted())
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
