import Foundation

/// Wilcoxon's test of paired differences (Wilcoxon 1945): whether they tend to be positive.
enum SignedRanks {
    /// The chance of so large a sum of positive ranks, or a larger one, if each difference were as likely to have the
    /// other sign; 1 where there is no difference.
    ///
    /// Ranks of equal magnitudes are averaged, and the test is exact given the ranks up to 50 pairs, normal beyond. Zeros
    /// take the lowest ranks and count half for either side (Pratt 1959, in the form that splits them).
    ///
    /// - Parameter differences: not NaN; infinities rank highest.
    /// - Complexity: O(n³) up to 50 pairs, O(n log n) beyond.
    static func chanceOfLarger(_ differences: [Double]) -> Double {
        let order = differences.indices.sorted { abs(differences[$0]) < abs(differences[$1]) }
        let ranks = doubledRanks(order.map { abs(differences[$0]) })
        let signed = zip(order, ranks).filter { differences[$0.0] != 0 }
        guard !signed.isEmpty else { return 1 }
        let positive = signed.reduce(0) { $0 + (differences[$1.0] > 0 ? $1.1 : 0) }
        let moving = signed.map(\.1)
        return moving.count <= 50 ? exactTail(moving, from: positive) : normalTail(moving, from: positive)
    }

    /// Twice the average rank of each, so that all are whole; of ascending magnitudes.
    private static func doubledRanks(_ magnitudes: [Double]) -> [Int] {
        var ranks = [Int](repeating: 0, count: magnitudes.count)
        var start = 0
        while start < magnitudes.count {
            let end = magnitudes[start...].firstIndex { $0 > magnitudes[start] } ?? magnitudes.count
            for index in start..<end { ranks[index] = start + 1 + end }
            start = end
        }
        return ranks
    }

    /// By counting the sums of all subsets.
    private static func exactTail(_ ranks: [Int], from sum: Int) -> Double {
        var chances = [1.0]
        for rank in ranks {
            var next = [Double](repeating: 0, count: chances.count + rank)
            for (total, chance) in chances.enumerated() {
                next[total] += chance / 2
                next[total + rank] += chance / 2
            }
            chances = next
        }
        return min(1, chances[sum...].reduce(0, +))
    }

    /// With a correction for continuity of half a step.
    private static func normalTail(_ ranks: [Int], from sum: Int) -> Double {
        let mean = Double(ranks.reduce(0, +)) / 2
        let deviation = ranks.reduce(0) { $0 + Double($1 * $1) / 4 }.squareRoot()
        return erfc((Double(sum) - 1 - mean) / deviation / 2.squareRoot()) / 2
    }
}
