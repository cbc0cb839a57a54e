import AttuneCore
import AttuneProblems
import Testing

struct WrapperTests {
    let levy = Landscape.levy(3).offCentre(seed: 1).problem("levy3")

    private func samples(_ problem: BenchmarkProblem, _ count: Int = 400) throws -> [Assignment] {
        try CatalogueTests.samples(count, of: problem, seed: 9)
    }

    @Test func `a failing region takes a part of the space, not its centre and not its optimum`() throws {
        let failing = levy.failing(beyond: 0.1, seed: 2)
        let failures = try samples(failing).count { failing.evaluate($0).isFailure }
        #expect((4...200).contains(failures), "\(failures) of 400")
        #expect(!failing.evaluate(failing.space.assignment(at: [0.5, 0.5, 0.5])).isFailure)
        #expect(!failing.evaluate(failing.optimizers[0]).isFailure)
    }

    @Test func `constraints keep the optimizers that satisfy them`() throws {
        let himmelblau = Landscape.himmelblau.problem("himmelblau")
        let constrained = himmelblau.constrained(to: "x1 + x2 >= 4")
        #expect(himmelblau.optimizers.count == 4 && constrained.optimizers.count == 1)
        #expect(try samples(constrained).allSatisfy { $0["x1"]!.number! + $0["x2"]!.number! >= 4 })
    }

    @Test func `time is the same for the same assignment, spread over others, and longest at the optimum`() throws {
        let even = levy.costing(seconds: 60, atOptimum: 5)
        #expect(abs(even.evaluate(even.optimizers[0]).seconds - 300) < 1e-9)
        let tried = try samples(even)
        #expect(tried.allSatisfy { (60..<300).contains(even.evaluate($0).seconds) })
        let uneven = levy.costing(seconds: 60, spread: 1)
        let logs = tried.map { (uneven.evaluate($0).seconds / 60).squareRoot() }
        #expect(Set(logs).count == logs.count)
        let sorted = logs.sorted()
        #expect(abs(sorted[200] - 1) < 0.1)
        #expect(tried.allSatisfy { uneven.evaluate($0) == uneven.evaluate($0) })
    }

    @Test func `noise is declared, and values stay true`() {
        let noisy = levy.noisy(0.5)
        #expect(noisy.noise == [0.5])
        #expect(noisy.evaluate(noisy.optimizers[0]) == levy.evaluate(levy.optimizers[0]))
    }

    @Test func `a logarithm is the coordinate of a parameter on a logarithmic scale`() {
        let scaled = Landscape.sphere(1).problem("log") { _ in .logarithmic(1e-4...1) }
        #expect(scaled.space.parameters[0].domain == .double(1e-4...1, .logUniform))
        #expect(abs((scaled.optimizers[0]["x1"]?.number ?? 0) - 1e-2) < 1e-12)
        let end = scaled.evaluate(scaled.space.assignment(at: [0])).values[0]
        #expect(abs(end - 5.12 * 5.12) < 1e-9)
    }

    @Test(arguments: [Coordinate.integer(-3...9), .stepped(0.1, steps: 7), .listed([1, 10, 100, 1000, 3])])
    func `a grid keeps the optimum and the ends of the box`(_ coordinate: Coordinate) {
        let landscape = Landscape.sphere(2).offCentre(seed: 6)
        let grid = landscape.problem("grid") { _ in coordinate }
        #expect(grid.space.isFinite && grid.space.contains(grid.optimizers[0]))
        #expect(abs(grid.evaluate(grid.optimizers[0]).values[0]) < 1e-20)
        #expect(grid.space.enumeration.allSatisfy { grid.evaluate($0).values[0] >= 0 })
        let corner = landscape.value(landscape.box.map(\.lowerBound))
        #expect(abs(grid.evaluate(grid.space.assignment(at: [0, 0])).values[0] - corner) < 1e-9)
    }

    @Test func `branches share what they have in common and hide the rest`() throws {
        let branched = BenchmarkProblem.branching(
            "b", "", on: "branch",
            [
                ("one", Landscape.sphere(1).raised(by: 1).problem("one")), ("two", Landscape.sphere(2).problem("two")),
            ])
        #expect(branched.space.names == ["branch", "x1", "x2"])
        let tried = try samples(branched, 50)
        #expect(tried.allSatisfy { ($0["x2"] == nil) == ($0["branch"] == .text("one")) && $0["x1"] != nil })
        #expect(branched.optimum == 0 && branched.optimizers[0]["branch"] == .text("two"))
    }

    @Test func `only one level of a choice is best, by the gap`() {
        let choice = Landscape.branin.problem("c", choosing: "kind", from: ["a", "b", "c"], gap: 2, seed: 3)
        #expect(Set(choice.optimizers.map { $0["kind"] }).count == 1)
        #expect(choice.optimum == Landscape.branin.optimum)
    }

    @Test func `wrappers go around one another`() throws {
        let all = Landscape.rastrigin(4).rotated(seed: 1).offCentre(seed: 1)
            .problem("all", choosing: "kind", from: ["a", "b"], gap: 3, seed: 1) { $0 == 0 ? .integer(0...9) : .real }
            .constrained(to: "x1 >= 0").failing(beyond: 0.2, seed: 1).costing(seconds: 5, atOptimum: 3, spread: 0.3)
            .noisy(1)
        #expect(all.space.contains(all.optimizers[0]))
        #expect(abs(all.evaluate(all.optimizers[0]).values[0] - (all.optimum ?? .nan)) < 1e-9)
        #expect(try samples(all, 100).allSatisfy { all.evaluate($0).isFailure || all.evaluate($0).values[0] >= 0 })
    }
}
