import AttuneCore
import Testing

@testable import AttuneAlgorithms

struct TrustRegionTests {
    private func mixed() throws -> ModelSpace {
        ModelSpace(
            try SearchSpace([
                ParameterSpec("x", .double(0...1)), ParameterSpec("n", .int(1...21)),
                ParameterSpec("c", .categorical(["a", "b", "c"])),
            ]))
    }

    @Test func `a position of the cube is taken into the region, and choices stay free`() throws {
        let space = try mixed()
        let region = TrustRegion(space: space, centre: [0.9, 10, 2], sides: [0.4, 0.4, 0.4])
        var random = RandomSource(seed: 2)
        var (choices, numbers): (Set<Double>, [Double]) = ([], [])
        for _ in 0..<200 {
            let point = space.point(at: region.cube((0..<3).map { _ in random.uniform() }))
            #expect(region.contains(point), "\(point)")
            choices.insert(point[2])
            numbers.append(point[0])
        }
        #expect(choices == [0, 1, 2])
        #expect(try #require(numbers.min()) < 0.72 && #require(numbers.max()) > 0.98)
    }

    @Test func `clamping takes a point to the nearest of the region`() throws {
        let region = TrustRegion(space: try mixed(), centre: [0.9, 10, 2], sides: [0.4, 0.4, 0.4])
        let clamped = region.clamped([0.1, 20, 0])
        #expect(abs(clamped[0] - 0.7) < 1e-12 && clamped[1] == 14 && clamped[2] == 0)
        #expect(region.clamped(clamped) == clamped && region.contains(clamped))
        #expect(!region.contains([0.1, 10, 2]) && !region.contains([0.9, 3, 2]))
        #expect(region.contains([0.9, 10, 0]) && region.bounds(0).upperBound == 1)
    }

    @Test func `however small, a step in either direction is allowed`() throws {
        let region = TrustRegion(space: try mixed(), centre: [0.5, 10, 2], sides: [1e-3, 1e-3, 1e-3])
        #expect(region.contains([0.5, 9, 2]) && region.contains([0.5, 11, 2]) && !region.contains([0.5, 12, 2]))
    }

    @Test func `it doubles after three successes in a row, to a limit`() {
        var size = TrustRegionSize(dimensions: 2)
        let start = size.side
        for value in [10.0, 9] { size.absorb(value) }
        #expect(size.side == start)
        size.absorb(8)
        #expect(size.side == 2 * start)
        for value in 1...20 { size.absorb(-Double(value)) }
        #expect(size.side == TrustRegionSize.largest && size.best == -20)
    }

    @Test(arguments: [(2, 4), (4, 4), (9, 9)]) func `it halves after failures in a row`(dimensions: Int, patience: Int)
    {
        var size = TrustRegionSize(dimensions: dimensions)
        let start = size.side
        size.absorb(1)
        for _ in 1..<patience { size.absorb(1) }
        #expect(size.side == start)
        size.absorb(2)
        #expect(size.side == start / 2 && size.best == 1)
    }

    @Test func `a success ends a row of failures, and hardly better is none`() {
        var size = TrustRegionSize(dimensions: 2)
        let start = size.side
        for value in [100, 101, 101, 101, 50, 60, 60, 60] as [Double] { size.absorb(value) }
        #expect(size.side == start)
        size.absorb(49.99)
        #expect(size.side == start / 2)
    }

    @Test func `once collapsed it starts again`() {
        var size = TrustRegionSize(dimensions: 2)
        let start = size.side
        size.absorb(0)
        var sides: [Double] = []
        for _ in 0..<60 {
            size.absorb(1)
            sides.append(size.side)
        }
        #expect(sides.allSatisfy { $0 >= TrustRegionSize.smallest })
        #expect(sides.contains { $0 < 2 * TrustRegionSize.smallest } && sides.dropFirst(24).contains(start))
    }
}
