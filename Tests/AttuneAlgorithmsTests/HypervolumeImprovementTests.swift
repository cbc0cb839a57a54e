import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

struct HypervolumeImprovementTests {
    private func points(_ count: Int, _ dimensions: Int, seed: UInt64, levels: Int = 1 << 30) -> [[Double]] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in (0..<dimensions).map { _ in Double(random.below(levels)) / Double(levels) } }
    }

    private func corner(_ value: Double, _ dimensions: Int) -> [Double] { Array(repeating: value, count: dimensions) }

    // MARK: Boxes

    private func isIn(_ point: [Double], _ box: Int, of boxes: BoxDecomposition) -> Bool {
        point.indices.allSatisfy { objective in
            let interval = boxes.intervals[objective][boxes.boxes[box * boxes.objectives + objective]]
            let (low, high) = (boxes.edges[objective][interval.lower], boxes.edges[objective][interval.upper])
            return low <= point[objective] && point[objective] < high
        }
    }

    @Test(arguments: 1...5)
    func `every point below the reference is dominated or in exactly one box`(_ dimensions: Int) {
        for seed in 0..<6 as Range<UInt64> {
            let front = points(8, dimensions, seed: seed, levels: seed.isMultiple(of: 2) ? 5 : 1000)
            let boxes = BoxDecomposition(below: corner(0.9, dimensions), front: front)
            for dart in points(300, dimensions, seed: seed + 100).map({ $0.map { 1.4 * $0 - 0.3 } }) {
                let isOpen =
                    dart.allSatisfy { $0 < 0.9 }
                    && !front.contains { member in zip(member, dart).allSatisfy { $0 <= $1 } }
                let holding = (0..<boxes.count).count { isIn(dart, $0, of: boxes) }
                #expect(holding == (isOpen ? 1 : 0), "seed \(seed), \(dart)")
            }
        }
    }

    @Test func `two objectives need n + 1 boxes, three 2n + 1`() {
        for n in [0, 1, 7, 30] {
            let line = (0..<n).map { [Double($0), -Double($0)] }
            #expect(BoxDecomposition(below: [100, 100], front: line).count == n + 1)
            let plane = points(n, 2, seed: 4).map { [$0[0], $0[1], -$0[0] - $0[1]] }
            #expect(BoxDecomposition(below: [100, 100, 100], front: plane).count == 2 * n + 1)
        }
    }

    @Test(arguments: 2...4)
    func `dominated, equal and outlying points leave the boxes alone`(_ dimensions: Int) {
        let front = points(6, dimensions, seed: 2)
        let reference = corner(0.9, dimensions)
        let more = front + front.map { $0.map { $0 + 0.01 } } + [corner(0.9, dimensions), corner(.nan, dimensions)]
        let (a, b) = (BoxDecomposition(below: reference, front: front), BoxDecomposition(below: reference, front: more))
        #expect(a.boxes == b.boxes && a.edges == b.edges && a.intervals == b.intervals)
    }

    // MARK: The improvement

    @Test(arguments: 1...5)
    func `the expected improvement is the mean over many draws`(_ dimensions: Int) {
        for seed in 0..<3 as Range<UInt64> {
            let front = points(6, dimensions, seed: seed)
            let reference = corner(1, dimensions)
            let improvement = ExpectedHypervolumeImprovement(front: front, reference: reference)
            var volume = DominatedVolume(below: reference)
            for point in front { volume.insert(point) }
            let means = points(1, dimensions, seed: seed + 50)[0].map { 0.6 * $0 }
            let deviations = points(1, dimensions, seed: seed + 60)[0].map { 0.2 + 0.4 * $0 }
            var random = RandomSource(seed: seed + 70)
            let gains = (0..<3000).map { _ in
                volume.gain(of: zip(means, deviations).map { $0 + $1 * random.normal() })
            }
            let mean = gains.reduce(0, +) / 3000
            let error = (gains.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }).squareRoot() / 3000
            let value = exp(improvement.logValue(means: means, deviations: deviations))
            #expect(abs(value - mean) < 4 * error, "seed \(seed): \(value), drawn \(mean) ± \(error)")
        }
    }

    @Test(arguments: 1...4)
    func `a certain belief is worth what it gains`(_ dimensions: Int) {
        let front = points(6, dimensions, seed: 1).map { $0.map { $0 * 0.5 + 0.3 } }
        let reference = corner(1, dimensions)
        var volume = DominatedVolume(below: reference)
        for point in front { volume.insert(point) }
        let improvement = ExpectedHypervolumeImprovement(front: front, reference: reference)
        for point in points(20, dimensions, seed: 2) {
            for deviation in [0, 1e-12] {
                let value = exp(improvement.logValue(means: point, deviations: corner(deviation, dimensions)))
                #expect(abs(value - volume.gain(of: point)) < 1e-10)
            }
        }
    }

    @Test func `with one objective it is the expected improvement`() {
        let improvement = ExpectedHypervolumeImprovement(front: [[0.4], [0.7]], reference: [1])
        let value = improvement.logValue(means: [0.9], deviations: [0.2])
        let expected = Acquisition.logExpectedImprovement.value(mean: 0.9, deviation: 0.2, best: 0.4).value
        #expect(abs(value - expected) < 1e-12)
    }

    @Test(arguments: 1...4)
    func `gradients are those of central differences`(_ dimensions: Int) {
        let front = points(7, dimensions, seed: 3)
        let improvement = ExpectedHypervolumeImprovement(front: front, reference: corner(1, dimensions))
        for seed in 0..<10 as Range<UInt64> {
            // Near the front, and so far behind it that the plain form is zero.
            let far = seed.isMultiple(of: 2) ? 0.0 : 3.0
            let means = points(1, dimensions, seed: seed + 20)[0].map { $0 + far }
            let deviations = points(1, dimensions, seed: seed + 30)[0].map { 0.02 + 0.2 * $0 }
            var (byMean, byDeviation) = (corner(0, dimensions), corner(0, dimensions))
            let value = improvement.logValue(
                means: means, deviations: deviations, meanGradient: &byMean, deviationGradient: &byDeviation)
            #expect(value == improvement.logValue(means: means, deviations: deviations))
            for objective in 0..<dimensions {
                func difference(_ shifted: (Double) -> Double) -> Double { (shifted(1e-6) - shifted(-1e-6)) / 2e-6 }
                let mean = difference { step in
                    var moved = means
                    moved[objective] += step
                    return improvement.logValue(means: moved, deviations: deviations)
                }
                let deviation = difference { step in
                    var moved = deviations
                    moved[objective] += step
                    return improvement.logValue(means: means, deviations: moved)
                }
                #expect(abs(byMean[objective] - mean) < 1e-5 * max(abs(mean), 1), "seed \(seed)")
                #expect(abs(byDeviation[objective] - deviation) < 1e-5 * max(abs(deviation), 1), "seed \(seed)")
            }
        }
    }

    @Test func `its logarithm leads uphill where the improvement itself is zero`() {
        let improvement = ExpectedHypervolumeImprovement(
            front: [[0.2, 0.8], [0.5, 0.5], [0.8, 0.2]], reference: [1, 1])
        var previous = -Double.infinity
        for distance in [30, 10, 3, 1, 0.5] {
            let mean = [0.5 + distance, 0.5 + distance]
            let value = improvement.logValue(means: mean, deviations: [0.01, 0.01])
            #expect(value.isFinite && value > previous)
            if distance > 1 { #expect(exp(value) == 0) }
            previous = value
        }
    }

    @Test func `many points at once give what each gives`() {
        let improvement = ExpectedHypervolumeImprovement(front: points(9, 3, seed: 5), reference: [1, 1, 1])
        let (means, deviations) = (points(3, 20, seed: 6), points(3, 20, seed: 7))
        let many = improvement.logValues(means: means, deviations: deviations)
        for point in 0..<20 {
            let one = improvement.logValue(means: means.map { $0[point] }, deviations: deviations.map { $0[point] })
            #expect(many[point] == one)
        }
    }
}
