import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

struct WilcoxonTests {
    // From scipy 1.17, wilcoxon(…, alternative='greater').
    @Test(
        arguments: [
            ([1.0, 2, 3, 4, 5], 0.03125), ([1, -2, 3, 4, 5, 6], 0.046875), ([-1, -2, 3, -4, 5, -6, 7.5], 0.46875),
            ([-1, -2, -3], 1), ([0, 0], 1), ([], 1),
        ] as [([Double], Double)])
    func `the chance of so large a sum of ranks is exact`(_ differences: [Double], _ chance: Double) {
        #expect(abs(SignedRanks.chanceOfLarger(differences) - chance) < 1e-12)
    }

    @Test func `of many pairs it is that of the normal law`() {
        let differences = (0..<60).map { Double($0 * 37 % 61) - 20.5 }
        #expect(abs(SignedRanks.chanceOfLarger(differences) / 0.00020197482883420082 - 1) < 0.02)
    }

    @Test func `by chance alone it is rarely small`() {
        var random = RandomSource(seed: 8)
        let small = (0..<2000).count { _ in
            SignedRanks.chanceOfLarger((0..<12).map { _ in (random.normal() * 4).rounded() }) < 0.1
        }
        #expect((120...220).contains(small), "\(small) of 2000")
    }

    private let folds = [0.30, 0.41, 0.35, 0.28, 0.39, 0.33]
    private let objective = Objective(.minimize, "loss", strategies: ["loss": .latest])

    @Test func `a trial stops when it is worse fold by fold`() throws {
        var scene = RuleScene("wilcoxon", ["start_step": "5"], objective: objective)
        #expect(try scene.verdict(on: folds) == .proceed, "nothing to compare with")
        try scene.finish(folds)
        #expect(try scene.verdict(on: folds.prefix(5).map { $0 + 0.01 }) == .stop)
        #expect(try scene.verdict(on: folds.prefix(4).map { $0 + 0.9 }) == .proceed, "too few pairs")
        #expect(try scene.verdict(on: folds.map { $0 - 0.01 }) == .proceed)
        #expect(try scene.verdict(on: [0.31, 0.40, 0.36, 0.27, 0.40, 0.32]) == .proceed, "no more than chance")
        #expect(try scene.verdict(on: folds.map { _ in .nan }) == .stop)
    }

    @Test func `it is paired by step, in whatever order folds came`() throws {
        var scene = RuleScene("wilcoxon", ["start_step": "5"], objective: objective)
        try scene.finish(folds)
        let number = try scene.run([])
        for step in [4, 2, 0, 1, 3] { try scene.report(number, [folds[step] + 0.02], step: step) }
        #expect(try scene.verdict() == .stop)
    }

    @Test func `the repetitions may be another metric than what is optimised`() throws {
        let objective = Objective(.minimize, "mean", additionalMetrics: ["fold"])
        var scene = RuleScene("wilcoxon", ["metric": "fold"], objective: objective)
        let best: [[Double?]] = folds.map { [nil, $0] } + [[0.34, nil]]
        try scene.finish(rows: best)
        #expect(try scene.verdict(on: folds.map { [nil, $0 + 0.02] }) == .stop)
        #expect(try scene.verdict(on: folds.map { [nil, $0 - 0.02] }) == .proceed)
    }

    @Test func `with several objectives it must be worse in each`() throws {
        let objective = Objective([.init(.minimize, "loss"), .init(.minimize, "time")])
        var scene = RuleScene("wilcoxon", ["start_step": "5"], objective: objective)
        try scene.finish(rows: folds.map { [$0, $0] })
        #expect(try scene.verdict(on: folds.map { [$0 + 0.01, $0 - 0.01] }) == .proceed)
        #expect(try scene.verdict(on: folds.map { [$0 + 0.01, $0 + 0.01] }) == .stop)
    }
}
