/// Which of many marks a chart shows.
///
/// A systematic sample: the marks are cut into strata of equal size by their order, and of each one is taken, its place in
/// the stratum by a hash, so that nothing periodic in the trials is met or missed each time. What must be seen is added.
public struct Thinning: Sendable {
    /// At most so many marks are chosen beside those that must be seen.
    public let limit: Int

    public init(limit: Int) { self.limit = max(1, limit) }

    /// - Parameters:
    ///   - count: how many marks there are.
    ///   - kept: those that must be seen.
    /// - Returns: the marks to show, ascending; all, where there are no more than the limit.
    /// - Complexity: O(limit + kept · log kept).
    public func chosen(of count: Int, keeping kept: [Int] = []) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        let sample = (0..<limit).map { stratum -> Int in
            let (low, high) = (stratum * count / limit, (stratum + 1) * count / limit)
            return low + Int(Thinning.hash(UInt64(stratum)) % UInt64(high - low))
        }
        return Set(sample).union(kept).sorted()
    }

    /// SplitMix64.
    private static func hash(_ number: UInt64) -> UInt64 {
        var z = number &+ 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
