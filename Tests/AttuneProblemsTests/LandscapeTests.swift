import AttuneCore
import AttuneProblems
import Testing

struct LandscapeTests {
    /// Literature's landscapes, then each moved and turned in every way it may be.
    static var all: [Landscape] {
        let classics = ProblemCatalogue.landscapes
        let movable = classics.filter { $0.name != "eggholder" }
        return classics + movable.map { $0.shifted(seed: 20) } + movable.map { $0.offCentre(seed: 21) }
            + classics.filter(\.holdsEverywhere).map { $0.rotated(seed: 22).offCentre(seed: 22) }
    }

    /// What rounding may do to the optimum. Bukin's root turns an error of 1e-16 into one of 1e-6.
    static func tolerance(_ landscape: Landscape) -> Double {
        landscape.name == "bukin6" ? 1e-5 : 1e-8 * max(1, abs(landscape.optimum))
    }

    @Test func `there are at least twenty functions, of 2 to 40 dimensions`() {
        let dimensions = ProblemCatalogue.landscapes.map(\.dimensions)
        #expect(dimensions.count >= 20)
        #expect(dimensions.min() == 2 && dimensions.max() == 40)
    }

    @Test func `the optimum is the value at every minimiser, which lies in the box`() {
        for landscape in Self.all {
            for minimizer in landscape.minimizers {
                #expect(landscape.contains(minimizer), "\(landscape.name)")
                let gap = abs(landscape.value(minimizer) - landscape.optimum)
                #expect(gap <= Self.tolerance(landscape), "\(landscape.name) misses its optimum by \(gap)")
            }
        }
    }

    @Test func `2,000 points anywhere in the box are not below the optimum`() {
        for landscape in ProblemCatalogue.landscapes {
            var random = RandomSource(seed: 1)
            let least = (0..<2000).map { _ in
                landscape.value(
                    landscape.box.map { $0.lowerBound + random.uniform() * ($0.upperBound - $0.lowerBound) })
            }.min()
            #expect(least ?? -.infinity >= landscape.optimum, "\(landscape.name) reaches \(least ?? .nan)")
        }
    }

    @Test func `points near a minimiser are not below the optimum`() {
        for landscape in Self.all {
            var random = RandomSource(seed: 2)
            for step in 0..<50 {
                let scale = [1e-1, 1e-2, 1e-3, 1e-4, 1e-5][step % 5]
                let near = zip(landscape.box, landscape.minimizers[0]).map { range, x in
                    let moved = x + scale * (range.upperBound - range.lowerBound) * random.normal()
                    return min(max(moved, range.lowerBound), range.upperBound)
                }
                #expect(
                    landscape.value(near) >= landscape.optimum - Self.tolerance(landscape),
                    "\(landscape.name) at \(near)")
            }
        }
    }

    @Test func `an optimum off centre is far from the centre in every coordinate, and in no corner`() {
        for landscape in ProblemCatalogue.landscapes where landscape.name != "eggholder" {
            let moved = landscape.offCentre(seed: 3)
            for (range, x) in zip(moved.box, moved.minimizers[0]) {
                let share = (x - range.lowerBound) / (range.upperBound - range.lowerBound)
                #expect((0.07...0.17).contains(min(share, 1 - share)), "\(landscape.name)")
            }
        }
    }

    @Test func `a shifted optimum stays in the middle three fifths of the box`() {
        let moved = Landscape.schwefel(5).shifted(seed: 4)
        #expect(zip(moved.box, moved.minimizers[0]).allSatisfy { abs($1) <= 0.3 * ($0.upperBound - $0.lowerBound) })
    }

    @Test func `turning a sphere changes nothing, and turning an ellipsoid couples its coordinates`() {
        let x = [1.0, -2, 3, 0.5]
        #expect(abs(Landscape.sphere(4).rotated(seed: 5).value(x) - Landscape.sphere(4).value(x)) < 1e-12)
        let turned = Landscape.ellipsoid(2).rotated(seed: 5)
        let coupling = turned.value([1, 1]) - turned.value([1, 0]) - turned.value([0, 1]) + turned.value([0, 0])
        #expect(abs(coupling) > 1000)
    }

    @Test func `values known from the literature come out`() {
        #expect(abs(Landscape.michalewicz(5).optimum + 4.687658) < 1e-6)
        #expect(abs(Landscape.michalewicz(10).optimum + 9.66015) < 1e-5)
        #expect(abs(Landscape.trid(6).optimum + 50) < 1e-12)
        #expect(Landscape.rosenbrock(2).value([-1.2, 1]) == 24.199999999999996)
        #expect(abs(Landscape.powell(4).value([3, -1, 0, 1]) - 215) < 1e-12)
        #expect(abs(Landscape.beale.value([1, 1]) - 14.203125) < 1e-12)
        #expect(abs(Landscape.colville.value([-3, -1, -3, -1]) - 19192) < 1e-9)
    }
}
