import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

/// Boxes, marginals and variances of trees, each beside what trying every cell gives.
@Suite struct TreeBoxesTests {
    @Test(arguments: Grown.spaces.indices)
    func `a tree's boxes fill the cube, and hold what the tree says there`(_ index: Int) throws {
        let grown = try Grown(Grown.spaces[index], trees: 1)
        var volume = 0.0
        var covered: [[Int]: Double] = [:]
        TreeBoxes.visit(grown.trees[0], grown.space) { box, masses, value in
            volume += masses.reduce(1, *)
            for cells in product(box.map { $0.runs.flatMap { Array($0) } }) {
                #expect(covered.updateValue(value, forKey: cells) == nil, "\(cells) lies in two boxes")
            }
        }
        #expect(abs(volume - 1) < 1e-12)
        for cells in grown.allCells { #expect(covered[cells] == grown.value(at: cells)) }
    }

    @Test(arguments: Grown.spaces.indices)
    func `marginals are the averages over a grid`(_ index: Int) throws {
        let grown = try Grown(Grown.spaces[index], trees: 3)
        let boxes = BoxSum(grown.trees, grown.space)
        let marginals = Marginals(grown.space, of: boxes)
        #expect(abs(marginals.mean - grown.average { _ in true }) < 1e-12)
        for axis in grown.space.axes.indices {
            for cell in 0..<grown.space.axes[axis].count {
                #expect(abs(marginals[axis][cell] - grown.average { $0[axis] == cell }) < 1e-12)
            }
            for other in (axis + 1)..<max(grown.space.dimensions, axis + 1) {
                let joint = boxes.marginal(axis, other)
                let width = grown.space.axes[other].count
                for place in joint.indices where place.isMultiple(of: 7) {
                    let average = grown.average { $0[axis] == place / width && $0[other] == place % width }
                    #expect(abs(joint[place] - average) < 1e-12)
                }
            }
        }
    }

    @Test func `one axis and pairs make all the variance of a function of two`() throws {
        let grown = try Grown(Grown.spaces[0], trees: 3)
        let boxes = BoxSum(grown.trees, grown.space)
        let marginals = Marginals(grown.space, of: boxes)
        let parts =
            marginals.variance(of: 0) + marginals.variance(of: 1)
            + marginals.interaction(0, 1, joint: boxes.marginal(0, 1))
        #expect(abs(parts - grown.variance) < 1e-12)
        var random = RandomSource(seed: 1)
        let spread = ForestVariance(of: grown.trees, grown.space, points: 4096, using: &random)
        #expect(abs(spread.total / grown.variance - 1) < 0.02)
        let own = grown.variance - marginals.variance(of: 1)
        #expect(abs(spread.withInteractions[0] / own - 1) < 0.05)
    }

    @Test func `a cell set is divided into runs`() {
        let (even, odd) = CellSet(all: 5).divided { $0.isMultiple(of: 2) }
        #expect(even.runs == [0..<1, 2..<3, 4..<5] && odd.runs == [1..<2, 3..<4])
        let (low, high) = CellSet(all: 5).divided { $0 < 3 }
        #expect(low.runs == [0..<3] && high.runs == [3..<5])
        #expect(even.divided { $0 < 3 }.passing.runs == [0..<1, 2..<3])
        #expect(CellSet(all: 5).divided { _ in true }.failing.isEmpty)
    }

    @Test func `conditions on a continuum begin at the end of a cell`() throws {
        let space = CellSpace(
            try SearchSpace([
                ParameterSpec("child", .double(0...1), when: Condition("parent", .between(0.337, nil))),
                ParameterSpec("parent", .double(0...1)),
            ]))
        #expect(space.axes[1].ends.contains(0.337) && space.axes[1].count == 65)
        #expect(space.axes[0].count == 64)
        #expect(space.cells(at: [0.5, 0.336]) == [CellSpace.inactive, 21])
        #expect(space.cells(at: [0.5, 0.338]) == [32, 22])
    }
}

/// Trees of a few random trials of a space, with every cell to try them in.
private struct Grown {
    let space: CellSpace
    let trees: [RegressionTree]
    let allCells: [[Int]]

    static let spaces: [[ParameterSpec]] = [
        [ParameterSpec("x", .double(0...1)), ParameterSpec("y", .double(1e-3...1, .logUniform))],
        [
            ParameterSpec("c", .categorical(["a", "b", "c", "d"])), ParameterSpec("n", .int(0...5)),
            ParameterSpec("x", .double(0...1, step: 0.1, .normal)),
        ],
        // Two levels of conditions, and the first parameter depends on the last.
        [
            ParameterSpec("a", .int(0...4), when: Condition("b", .oneOf([.text("q"), .text("r")]))),
            ParameterSpec("b", .categorical(["p", "q", "r"]), when: Condition("d", .between(3, 7))),
            ParameterSpec("c", .categorical(["s", "t"]), when: Condition("d", .between(nil, 4))),
            ParameterSpec("d", .int(0...9)),
        ],
    ]

    init(_ specs: [ParameterSpec], trees: Int) throws {
        let full = try SearchSpace(specs)
        let space = CellSpace(full)
        var random = RandomSource(seed: 6)
        let rows = try (0..<60).map { _ in space.cells(of: try full.sample(using: &random)) }
        let targets = rows.map { row in row.enumerated().reduce(0.0) { $0 + sin(Double(3 * $1.element + $1.offset)) } }
        self.space = space
        self.trees = RandomForest.trees(
            RandomForest.Rules(trees: trees, bootstraps: true, tree: TreeRules()),
            from: TreeSample(space.columns(of: rows), choices: space.choices), targets: targets, using: &random)
        allCells = product(space.axes.map { Array(0..<$0.count) })
    }

    /// The trees' mean in a cell of the cube.
    func value(at cells: [Int]) -> Double {
        let middles = zip(cells, space.axes).map { $1.middle(of: $0) }
        let columns = space.columns(of: [space.cells(at: middles[...])])
        return trees.reduce(0) { $0 + $1.means[Int($1.leaves(of: columns)[0])] } / Double(trees.count)
    }

    private func mass(of cells: [Int]) -> Double { zip(cells, space.axes).reduce(1) { $0 * $1.1.masses[$1.0] } }

    /// Over those cells that count.
    func average(_ counts: ([Int]) -> Bool) -> Double {
        let counting = allCells.filter(counts)
        let mass = counting.reduce(0) { $0 + self.mass(of: $1) }
        return counting.reduce(0) { $0 + self.mass(of: $1) * value(at: $1) } / mass
    }

    var variance: Double {
        let mean = average { _ in true }
        return allCells.reduce(0) { $0 + mass(of: $1) * pow(value(at: $1) - mean, 2) }
    }
}

/// Every way to take one of each list.
private func product(_ lists: [[Int]]) -> [[Int]] {
    lists.reduce([[]]) { products, list in products.flatMap { start in list.map { start + [$0] } } }
}
