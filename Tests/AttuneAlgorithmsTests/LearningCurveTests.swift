import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

struct LearningCurveTests {
    @Test func `a curve is what would count at each step`() throws {
        var scene = RuleScene("threshold")
        let number = try scene.run([3, 1, .nan, 2])
        let curve = LearningCurve(of: scene.study[number], scene.study.objective)
        #expect(curve.steps == [0, 1, 2, 3])
        #expect(curve.standings.map { $0?.losses } == [[3], [1], [1], [1]])
        #expect(curve.position(reaching: 1) == 0 && curve.position(reaching: 4) == 3)
        #expect(curve.position(reaching: 5) == nil)
    }

    @Test func `a program that counts anew goes on counting`() throws {
        var scene = RuleScene("threshold")
        let number = try scene.run([3, 2, 1], from: 1)
        for step in 1...2 { try scene.report(number, [0.5], step: step) }
        let curve = LearningCurve(of: scene.study[number], scene.study.objective)
        #expect(curve.steps == [1, 2, 3, 4, 5])
        #expect(curve.position(reaching: 3) == 2)
    }

    @Test func `what comes before the first metric's report of a step counts from that on`() throws {
        let objective = Objective([.init(.minimize, "loss"), .init(.maximize, "accuracy")])
        var scene = RuleScene("threshold", objective: objective)
        let number = try scene.run(rows: [[nil, 0.5], [1, nil], [nil, 0.7]])
        try scene.report(number, [0.8, nil], step: 2)
        let curve = LearningCurve(of: scene.study[number], objective)
        #expect(curve.steps == [1, 2])
        #expect(curve.standings.map { $0?.losses } == [[1, -0.5], [0.8, -0.7]])
    }

    @Test func `reading on gives what reading anew gives, also after a loss`() throws {
        var scene = RuleScene("threshold")
        let number = try scene.run([3, 2])
        var curve = LearningCurve(of: scene.study[number], scene.study.objective)
        try scene.lose(number)
        for value in [5.0, 4, 3.5] {
            try scene.report(number, [value], step: scene.study[number].observations.count)
            curve.update(with: scene.study[number], scene.study.objective)
            let anew = LearningCurve(of: scene.study[number], scene.study.objective)
            #expect(curve.steps == anew.steps && curve.standings == anew.standings)
        }
        #expect(curve.latest?.losses == [3.5])
    }

    @Test func `constraints come before objectives, and breaking them less is better`() {
        let keeping = Standing(losses: [9])
        let breaking = [Standing(violation: 1, losses: [1]), Standing(violation: 2, losses: [0])]
        #expect(keeping.countBetter(among: breaking) == 0)
        #expect(breaking[0].countBetter(among: [keeping, breaking[1]]) == 1)
        #expect(breaking[1].countBetter(among: [keeping, breaking[0]]) == 2)
    }

    @Test func `fronts before its own are better`() {
        let points = [[1.0, 4], [2, 2], [4, 1], [3, 3], [4, 4], [5, 5]].map { Standing(losses: $0) }
        func better(_ losses: [Double]) -> Int { Standing(losses: losses).countBetter(among: points) }
        #expect(
            better([0, 9]) == 0 && better([3, 3]) == 3 && better([6, 6]) == 6 && better([.infinity, .infinity]) == 6)
    }
}
