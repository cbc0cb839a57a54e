import AttuneCore
import Testing

@testable import AttuneProblems

struct HypervolumeTests {
    private func points(_ count: Int, _ dimensions: Int, seed: UInt64, levels: Int = 1000) -> [[Double]] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in (0..<dimensions).map { _ in Double(random.below(levels)) / Double(levels) } }
    }

    /// Volumes of all intersections, with alternating sign.
    private func inclusionExclusion(_ points: [[Double]], reference: [Double]) -> Double {
        (1..<1 << points.count).map { subset in
            let chosen = points.indices.filter { subset >> $0 & 1 == 1 }
            let volume = reference.indices.map { d in max(0, reference[d] - chosen.map { points[$0][d] }.max()!) }
                .reduce(1, *)
            return chosen.count.isMultiple(of: 2) ? -volume : volume
        }.reduce(0, +)
    }

    @Test(arguments: 1...5)
    func `it agrees with inclusion and exclusion`(_ dimensions: Int) {
        for seed in 0..<12 as Range<UInt64> {
            // Few levels make ties.
            let points = points(6, dimensions, seed: seed, levels: seed.isMultiple(of: 2) ? 4 : 1000)
            let reference = Array(repeating: 0.9, count: dimensions)
            let expected = inclusionExclusion(points, reference: reference)
            #expect(abs(Hypervolume.of(points, reference: reference) - expected) < 1e-12, "seed \(seed)")
        }
    }

    @Test(arguments: 2...4)
    func `it agrees with counting random points`(_ dimensions: Int) {
        let front = points(25, dimensions, seed: 7)
        let darts = points(5000, dimensions, seed: 8, levels: 1 << 30)
        let hits = darts.count { dart in front.contains { zip($0, dart).allSatisfy { $0 <= $1 } } }
        let volume = Hypervolume.of(front, reference: point(1, dimensions))
        #expect(abs(volume - Double(hits) / 5000) < 0.025)
    }

    @Test func `the sweeps agree with the recursion on many points`() {
        // A fourth metric in which all are equal leaves the volume as it is, and takes the other way.
        let front = points(60, 3, seed: 9)
        let longer = front.map { $0 + [0] }
        let (sweep, recursion) = (
            Hypervolume.of(front, reference: [1, 1, 1]), Hypervolume.of(longer, reference: [1, 1, 1, 1])
        )
        #expect(abs(sweep - recursion) < 1e-12)
    }

    @Test func `points outside, failures and no points count nothing`() {
        #expect(Hypervolume.of([], reference: [1, 1]) == 0)
        #expect(Hypervolume.of([[1, 0], [.nan, 0], [2, -5]], reference: [1, 1]) == 0)
        #expect(Hypervolume.of([[0.5, 0.5], [.nan, 0], [0.5, 0.5]], reference: [1, 1]) == 0.25)
    }

    @Test func `directions turn metrics around`() {
        #expect(Hypervolume.of([[3, 1]], reference: [1, 2], directions: [.maximize, .minimize]) == 2)
    }
}
