import AttuneCore
import Testing

@testable import AttuneAlgorithms

@Suite struct TreeSurrogateTests {
    @Test(arguments: TreeModel.allCases)
    func `a model learns a step`(_ model: TreeModel) throws {
        let explained = try model.explained(of: { $0[0] < 0.37 ? 1 : $0[1] < 0.61 ? 5 : 3 })
        // Boosting by the median overlooks the middle of three levels in its first trees.
        #expect(explained > (model == .boosting ? 0.7 : 0.85))
    }

    @Test(arguments: TreeModel.allCases)
    func `a model learns a bowl`(_ model: TreeModel) throws {
        let explained = try model.explained(of: { ($0[0] - 0.3) * ($0[0] - 0.3) + ($0[1] - 0.6) * ($0[1] - 0.6) })
        #expect(explained > 0.8)
    }

    @Test(arguments: TreeModel.allCases)
    func `what is believed moves and stretches with the targets`(_ model: TreeModel) throws {
        let data = try Data(square, count: 60) { $0[0] + 2 * $0[1] }
        let grid = data.space.features(ofGrid: 5)
        let belief = model.fitted(to: data).posterior(features: grid)
        var other = data
        // Powers of two, so that rounding is the same.
        other.targets = data.targets.map { $0 * 1024 }
        let stretched = model.fitted(to: other).posterior(features: grid)
        #expect(stretched.means == belief.means.map { $0 * 1024 })
        #expect(stretched.deviations == belief.deviations.map { $0 * 1024 })
        other.targets = data.targets.map { $0 + 64 }
        let moved = model.fitted(to: other).posterior(features: grid)
        // Here rounding may choose between cuts that are equally good.
        #expect(rSquared(moved.means.map { $0 - 64 }, belief.means) > 0.99)
    }

    @Test(arguments: [TreeModel.forest, .extraTrees])
    func `a forest knows less where it has seen nothing`(_ model: TreeModel) throws {
        // Observations in two bands with a gap between them, where the objective changes.
        var random = RandomSource(seed: 8)
        let points = (0..<120).map { [random.uniform() * 0.3 + ($0 < 60 ? 0 : 0.7), random.uniform()] }
        let data = try Data(square, points: points) { $0[0] * $0[0] * 4 }
        let surrogate = model.fitted(to: data)
        func meanDeviation(from start: Double) -> Double {
            let points = (0..<20).map { [start + Double($0) * 0.015, 0.5] }
            let features = points.flatMap { data.space.features(of: $0) }
            return surrogate.posterior(features: features).deviations.reduce(0, +) / 20
        }
        let near = max(meanDeviation(from: 0), meanDeviation(from: 0.7))
        #expect(meanDeviation(from: 0.35) > 1.5 * near)
    }

    @Test func `leaves within and between trees make up the deviation`() throws {
        // One split is all that eight observations allow, between the two groups: within a leaf no target varies.
        let rules = RandomForest.Rules(
            trees: 20, bootstraps: false, tree: TreeRules(cut: .middle, leastInLeaf: 4))
        let data = try Data(line, points: (0..<8).map { [$0 < 4 ? 0.1 : 0.9] }) { $0[0] < 0.5 ? 1 : 3 }
        var random = RandomSource(seed: 3)
        let split = RandomForest(
            data.space, rules, features: data.features, targets: data.targets, using: &random)
        #expect(split.posterior(features: [0.2, 0.8]).means == [1, 3])
        #expect(split.posterior(features: [0.2, 0.8]).deviations.allSatisfy { $0 < 0.01 })
        // Leaves of five allow none, and the one leaf holds the variance of all.
        var coarse = rules
        coarse.tree.leastInLeaf = 5
        let whole = RandomForest(
            data.space, coarse, features: data.features, targets: data.targets, using: &random)
        #expect(whole.posterior(features: [0.2, 0.8]).means == [2, 2])
        #expect(whole.posterior(features: [0.2, 0.8]).deviations == [1, 1])
    }

    @Test func `boosted quantiles are in order and hold their share of noise`() throws {
        var noise = RandomSource(seed: 9)
        let data = try Data(line, count: 400) { $0[0] + noise.normal() * 0.5 }
        var random = RandomSource(seed: 1)
        let boosting = GradientBoosting(
            data.space, features: data.features, targets: data.targets, using: &random)
        let quantiles = boosting.quantiles(features: data.features)
        #expect(quantiles.allSatisfy { $0[0] <= $0[1] && $0[1] <= $0[2] })
        let shares = (0..<3).map { index in
            Double(zip(data.targets, quantiles).count { $0 <= $1[index] }) / Double(data.targets.count)
        }
        for (share, quantile) in zip(shares, GradientBoosting.quantiles) { #expect(abs(share - quantile) < 0.06) }
        let deviations = boosting.posterior(features: data.space.features(ofGrid: 20)).deviations
        #expect(abs(deviations.reduce(0, +) / 21 - 0.5) < 0.15)
    }

    @Test(arguments: TreeModel.allCases)
    func `the seed decides, and another decides otherwise`(_ model: TreeModel) throws {
        let data = try Data(square, count: 40) { $0[0] * $0[1] }
        let grid = data.space.features(ofGrid: 7)
        let belief = model.fitted(to: data, seed: 4).posterior(features: grid)
        let again = model.fitted(to: data, seed: 4).posterior(features: grid)
        #expect(again.means == belief.means && again.deviations == belief.deviations)
        guard model != .boosting else { return }  // which draws only to break ties
        #expect(model.fitted(to: data, seed: 5).posterior(features: grid).means != belief.means)
    }

    @Test(arguments: TreeModel.allCases)
    func `equal targets are believed everywhere`(_ model: TreeModel) throws {
        let data = try Data(square, count: 30) { _ in 7.25 }
        let belief = model.fitted(to: data).posterior(features: data.space.features(ofGrid: 4))
        #expect(belief.means.allSatisfy { abs($0 - 7.25) < 1e-12 })
        #expect(belief.deviations.allSatisfy { $0 > 0 && $0 < 0.1 })
    }

    @Test(arguments: TreeModel.allCases)
    func `one observation is a model`(_ model: TreeModel) throws {
        let data = try Data(square, count: 1) { _ in -2 }
        let belief = model.fitted(to: data).posterior(features: data.space.features(ofGrid: 2))
        #expect(belief.means == Array(repeating: -2, count: 9))
        #expect(belief.deviations.allSatisfy { $0 > 0 && $0.isFinite })
    }

    @Test(arguments: TreeModel.allCases)
    func `observations at one point are averaged, and their spread is known`(_ model: TreeModel) throws {
        let data = try Data(line, points: Array(repeating: [0.5], count: 40), targets: (0..<40).map { Double($0 % 2) })
        let belief = model.fitted(to: data).posterior(features: [0, 0.5, 1])
        #expect(Set(belief.means).count == 1)
        #expect(abs(belief.means[0] - 0.5) < 0.1)
        #expect(abs(belief.deviations[0] - 0.5) < 0.1)
    }

    @Test(arguments: TreeModel.allCases)
    func `a model tells choices apart, whichever values they are`(_ model: TreeModel) throws {
        // Neither even nor odd values stand together, and one choice has more values than a word has bits.
        let specs = [
            ParameterSpec("few", .categorical(["a", "b", "c", "d", "e"])),
            ParameterSpec("many", .categorical((0..<80).map { "v\($0)" })),
        ]
        let data = try Data(specs, count: 400) { Double(Int($0[0]) % 2) * 4 + Double(Int($0[1]) % 2) }
        let belief = model.fitted(to: data).posterior(
            features: (0..<5).flatMap { data.space.features(of: [Double($0), 40]) })
        for (index, mean) in belief.means.enumerated() { #expect((mean > 2) == (index % 2 == 1)) }
        #expect(rSquared(belief.means, (0..<5).map { Double($0 % 2) * 4 }) > 0.6)
    }

    @Test(arguments: TreeModel.allCases)
    func `inactive parameters are a value of their own`(_ model: TreeModel) throws {
        let specs = [
            ParameterSpec("optimizer", .categorical(["adam", "sgd"])),
            ParameterSpec("schedule", .categorical(["a", "b"]), when: Condition("optimizer", .oneOf([.text("sgd")]))),
        ]
        let points = (0..<60).map { [[0.0, -1], [1, 0], [1, 1]][$0 % 3] }
        let data = try Data(specs, points: points, targets: (0..<60).map { [2.0, 5, 9][$0 % 3] })
        let belief = model.fitted(to: data).posterior(features: Array(data.features.prefix(12)))
        for (mean, target) in zip(belief.means, [2.0, 5, 9]) { #expect(abs(mean - target) < 1) }
    }

    @Test(arguments: TreeModel.allCases)
    func `extreme values leave belief finite`(_ model: TreeModel) throws {
        for targets in [[-1e308, 1e308], [0x1p-1040, 0x1p-1039], [0, 1e300], [1e9, 1e9 + 1e-6]] {
            let data = try Data(
                square, points: (0..<24).map { [Double($0) / 23, 0.5.nextUp] },
                targets: (0..<24).map { targets[$0 % 2] })
            let belief = model.fitted(to: data).posterior(features: data.space.features(ofGrid: 4))
            #expect(belief.means.allSatisfy { $0.isFinite }, "\(targets)")
            #expect(belief.deviations.allSatisfy { $0 > 0 && $0.isFinite }, "\(targets)")
        }
    }

    @Test(arguments: TreeModel.allCases)
    func `neighbouring numbers can be told apart`(_ model: TreeModel) throws {
        let data = try Data(
            line, points: (0..<40).map { [$0 < 20 ? 0.5 : 0.5.nextUp] }, targets: (0..<40).map { $0 < 20 ? 0 : 1 })
        let belief = model.fitted(to: data).posterior(features: [0.5, 0.5.nextUp])
        #expect(belief.means[0] < 0.1 && belief.means[1] > 0.9)
    }

    @Test(arguments: TreeModel.allCases)
    func `trees have no gradient`(_ model: TreeModel) throws {
        let surrogate = model.fitted(to: try Data(line, count: 10) { $0[0] })
        var (means, deviations) = ([0.0], [0.0])
        #expect(surrogate.posterior(at: [0.5], meanGradient: &means, deviationGradient: &deviations) == nil)
    }

    @Test func `a tree leaves as many observations in a leaf as it must`() throws {
        let specs = square + [ParameterSpec("choice", .categorical((0..<70).map { "v\($0)" }))]
        let data = try Data(specs, count: 100) { $0[0] * 3 + $0[1] + Double(Int($0[2]) % 3) }
        let sample = TreeSample(TreeLayout(data.space), features: data.features)
        var random = RandomSource(seed: 2)
        for cut in [TreeRules.Cut.middle, .withinGap, .anywhere] {
            let tree = TreeGrowth.tree(
                from: sample, targets: data.targets, weights: Array(repeating: 1, count: 100),
                TreeRules(cut: cut, leastInLeaf: 7), using: &random)
            let leaves = tree.leaves(of: sample.columns)
            let sizes = Dictionary(grouping: leaves) { $0 }.mapValues(\.count)
            #expect(sizes.count > 5)
            #expect(sizes.values.allSatisfy { $0 >= 7 }, "\(cut)")
            // A leaf's mean is that of the observations that come to it.
            for (leaf, size) in sizes {
                let sum = zip(leaves, data.targets).filter { $0.0 == leaf }.reduce(0) { $0 + $1.1 }
                #expect(abs(tree.means[Int(leaf)] - sum / Double(size)) < 1e-12)
            }
        }
    }

    @Test func `the best cut is the one that an exhaustive search finds`() throws {
        let data = try Data(square, count: 30) { $0[0] * $0[0] - $0[1] * $0[0] }
        let sample = TreeSample(TreeLayout(data.space), features: data.features)
        var random = RandomSource(seed: 2)
        let tree = TreeGrowth.tree(
            from: sample, targets: data.targets, weights: Array(repeating: 1, count: 30),
            TreeRules(mostDepth: 1), using: &random)
        let found = remainder(after: tree.leaves(of: sample.columns), data.targets)
        let least =
            (0..<2).flatMap { column in
                (0..<30).map { row in
                    let sides = (0..<30).map {
                        sample.columns[column, $0] <= sample.columns[column, row] ? Int32(1) : 2
                    }
                    return remainder(after: sides, data.targets)
                }
            }.min() ?? 0
        #expect(abs(found - least) < 1e-12)
    }

    /// The squares that are left within groups.
    private func remainder(after groups: [Int32], _ targets: [Double]) -> Double {
        Dictionary(grouping: zip(groups, targets)) { $0.0 }.values.reduce(0) { total, members in
            let values = members.map(\.1)
            let mean = values.reduce(0, +) / Double(values.count)
            return total + values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        }
    }
}

/// The models under test.
enum TreeModel: CaseIterable, CustomTestStringConvertible {
    case forest, extraTrees, boosting

    var testDescription: String { "\(self)" }

    fileprivate func fitted(to data: Data, seed: UInt64 = 1) -> any Surrogate {
        var random = RandomSource(seed: seed)
        let (features, targets) = (data.features, data.targets)
        return switch self {
        case .forest: TreeSurrogate.forest(data.space, features: features, targets: targets, using: &random)
        case .extraTrees: TreeSurrogate.extraTrees(data.space, features: features, targets: targets, using: &random)
        case .boosting: TreeSurrogate.boosting(data.space, features: features, targets: targets, using: &random)
        }
    }

    /// The share of a function's variance on a grid that the model explains after 200 observations of it.
    fileprivate func explained(of function: ([Double]) -> Double) throws -> Double {
        let data = try Data(square, count: 200, function)
        let belief = fitted(to: data).posterior(features: data.space.features(ofGrid: 12))
        return rSquared(belief.means, data.space.grid(12).map(function))
    }
}

private let square = [ParameterSpec("x", .double(0...1)), ParameterSpec("y", .double(0...1))]
private let line = [ParameterSpec("x", .double(0...1))]

/// Observations of a function.
private struct Data {
    let space: ModelSpace
    let features: [Double]
    var targets: [Double]

    init(_ specs: [ParameterSpec], points: [[Double]], targets: [Double]) throws {
        space = ModelSpace(try SearchSpace(specs))
        features = points.flatMap { [space] in space.features(of: $0) }
        self.targets = targets
    }

    init(_ specs: [ParameterSpec], points: [[Double]], _ function: ([Double]) -> Double) throws {
        try self.init(specs, points: points, targets: points.map(function))
    }

    /// At random points.
    init(_ specs: [ParameterSpec], count: Int, _ function: ([Double]) -> Double) throws {
        let space = ModelSpace(try SearchSpace(specs))
        var random = RandomSource(seed: 77)
        let points = (0..<count).map { _ in space.point(at: specs.map { _ in random.uniform() }) }
        try self.init(specs, points: points, function)
    }
}

extension ModelSpace {
    fileprivate func features(ofGrid steps: Int) -> [Double] { grid(steps).flatMap { features(of: $0) } }

    /// Points in one or two continuous dimensions, `steps` + 1 along each.
    fileprivate func grid(_ steps: Int) -> [[Double]] {
        let line = (0...steps).map { Double($0) / Double(steps) }
        return dimensions == 1 ? line.map { [$0] } : line.flatMap { x in line.map { [x, $0] } }
    }
}

/// The share of the variance of `truth` that `guess` explains.
private func rSquared(_ guess: [Double], _ truth: [Double]) -> Double {
    let mean = truth.reduce(0, +) / Double(truth.count)
    let total = truth.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return 1 - zip(guess, truth).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) } / total
}
