import AttuneCore
import Testing

struct HypervolumeTests {
    private func corner(_ value: Double, _ dimensions: Int) -> [Double] { Array(repeating: value, count: dimensions) }

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
            let points = randomPoints(6, dimensions, seed: seed, levels: seed.isMultiple(of: 2) ? 4 : 1000)
            let reference = corner(0.9, dimensions)
            let expected = inclusionExclusion(points, reference: reference)
            #expect(abs(Hypervolume.of(points, reference: reference) - expected) < 1e-12, "seed \(seed)")
        }
    }

    /// Points on a grid dominate whole cells.
    @Test(arguments: [(2, 12), (3, 6), (4, 4), (5, 3)])
    func `it agrees with counting the cells of a grid`(_ dimensions: Int, _ levels: Int) {
        let cells = (0..<dimensions).reduce(1) { count, _ in count * levels }
        for seed in 0..<5 as Range<UInt64> {
            let points = randomPoints(15, dimensions, seed: seed, levels: levels).map { $0.map { $0 * Double(levels) } }
            let dominated = (0..<cells).count { cell in
                var rest = cell
                let middle = (0..<dimensions).map { _ in
                    defer { rest /= levels }
                    return Double(rest % levels) + 0.5
                }
                return points.contains { zip($0, middle).allSatisfy { $0 <= $1 } }
            }
            let volume = Hypervolume.of(points, reference: corner(Double(levels), dimensions))
            #expect(abs(volume - Double(dominated)) < 1e-9, "seed \(seed)")
        }
    }

    @Test(arguments: 2...5)
    func `one point more in each dimension but the last tells the methods from one another`(_ dimensions: Int) {
        // A further objective in which all are equal leaves the volume as it is, and takes another way to it.
        let front = randomPoints(40, dimensions, seed: 9)
        let volume = Hypervolume.of(front, reference: corner(1, dimensions))
        let longer = Hypervolume.of(front.map { $0 + [0] }, reference: corner(1, dimensions + 1))
        let turned = Hypervolume.of(front.map { [0] + $0 }, reference: corner(1, dimensions + 1))
        #expect(abs(volume - longer) < 1e-12)
        #expect(abs(volume - turned) < 1e-12)
    }

    @Test func `the volume of a known front comes out`() {
        // n points of the line x + y = 1 at even distances leave n + 1 triangles of the half above it.
        let line = (1...9).map { [Double($0) / 10, 1 - Double($0) / 10] }
        #expect(abs(Hypervolume.of(line, reference: [1, 1]) - (0.5 - 10 * 0.005)) < 1e-12)
        // The corners of a simplex, each by itself a slab.
        #expect(Hypervolume.of([[0, 1, 1], [1, 0, 1], [1, 1, 0]], reference: [2, 2, 2]) == 4)
    }

    @Test(arguments: 2...5)
    func `neither the order of points nor dominated and equal ones matter`(_ dimensions: Int) {
        let front = spherePoints(12, dimensions, seed: 3)
        let reference = corner(1.1, dimensions)
        let volume = Hypervolume.of(front, reference: reference)
        let worse = front.map { $0.map { $0 + 0.05 } }
        #expect(abs(Hypervolume.of(front.reversed(), reference: reference) - volume) < 1e-12)
        #expect(abs(Hypervolume.of(worse + front + front, reference: reference) - volume) < 1e-12)
    }

    @Test func `points outside, failures and no points count nothing`() {
        #expect(Hypervolume.of([], reference: [1, 1]) == 0)
        #expect(Hypervolume.of([[1, 0], [.nan, 0], [2, -5], [-.infinity, 0]], reference: [1, 1]) == 0)
        #expect(Hypervolume.of([[0.5, 0.5], [.nan, 0], [0.5, 0.5]], reference: [1, 1]) == 0.25)
    }

    @Test func `directions turn objectives around`() {
        #expect(Hypervolume.of([[3, 1]], reference: [1, 2], directions: [.maximize, .minimize]) == 2)
    }

    @Test(arguments: 1...5)
    func `a contribution is what the volume loses without the point`(_ dimensions: Int) {
        for seed in 0..<6 as Range<UInt64> {
            let levels = seed.isMultiple(of: 2) ? 5 : 1000
            let points = randomPoints(14, dimensions, seed: seed, levels: levels) + [corner(.nan, dimensions)]
            let reference = corner(0.95, dimensions)
            let whole = Hypervolume.of(points, reference: reference)
            let contributions = Hypervolume.contributions(of: points, reference: reference)
            for index in points.indices {
                let without = Hypervolume.of(Array(points[..<index] + points[(index + 1)...]), reference: reference)
                #expect(abs(contributions[index] - (whole - without)) < 1e-12, "seed \(seed), point \(index)")
            }
        }
    }

    @Test(arguments: 1...5)
    func `gains add up to the volume, whatever the order`(_ dimensions: Int) {
        let points = randomPoints(20, dimensions, seed: 11, levels: 8) + [corner(.nan, dimensions)]
        let reference = corner(0.9, dimensions)
        let expected = Hypervolume.of(points, reference: reference)
        for order in [points, points.reversed()] {
            var volume = DominatedVolume(below: reference)
            let gains = order.map { point in
                let promised = volume.gain(of: point)
                let gain = volume.insert(point)
                #expect(promised == gain)
                return gain
            }
            #expect(abs(volume.value - expected) < 1e-12)
            #expect(abs(gains.reduce(0, +) - expected) < 1e-12)
            #expect(Set(volume.front.points) == Set(front(of: order, below: reference)))
        }
    }

    private func front(of points: [[Double]], below reference: [Double]) -> [[Double]] {
        let inside = points.filter { zip($0, reference).allSatisfy { $0 < $1 } }
        return Pareto.nondominated(of: inside).map { inside[$0] }
    }
}
