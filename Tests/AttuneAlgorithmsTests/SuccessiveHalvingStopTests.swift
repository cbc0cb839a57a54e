import AttuneAlgorithms
import AttuneCore
import Testing

struct SuccessiveHalvingStopTests {
    private let settings = ["r_min": "2", "eta": "2", "r_l": "8"]

    @Test func `a trial goes on from a rung when it is among the best 1 of η that came there by then`() throws {
        var scene = RuleScene("asha", settings)
        #expect(try scene.verdict(on: [0.9]) == .proceed, "no rung yet")
        #expect(try scene.verdict(on: [0.9, 0.9]) == .proceed, "the first of all")
        try scene.finish([0.5, 0.5])
        #expect(try scene.verdict(on: [0.9, 0.9]) == .stop)
        #expect(try scene.verdict(on: [0.9, 0.4]) == .proceed)
        try scene.finish([0.6, 0.6], [0.7, 0.7])
        #expect(try scene.verdict(on: [0.55, 0.55]) == .proceed, "second of four")
        #expect(try scene.verdict(on: [0.65, 0.65]) == .stop, "third of four")
    }

    @Test func `those that come later do not count`() throws {
        var scene = RuleScene("asha", settings)
        let number = try scene.run([0.5, 0.5])
        try scene.finish([0.1, 0.1], [0.2, 0.2])
        try scene.report(number, [0.5], step: 2)
        var rule = try #require(try AlgorithmCatalogue.standard.stoppingRule(for: scene.study.experiment))
        #expect(rule.verdict(on: scene.study[number], in: scene.study) == .proceed)
        try scene.report(number, [0.5], step: 3)  // four units: the second rung, where it is the first
        #expect(rule.verdict(on: scene.study[number], in: scene.study) == .proceed)
        try scene.finish([0.1, 0.1, 0.1, 0.1])
        #expect(try scene.verdict(on: [0.05, 0.05, 0.3, 0.3]) == .proceed)
        #expect(try scene.verdict(on: [0.3, 0.3, 0.3, 0.3]) == .stop, "of three the second")
    }

    @Test func `there is no rung at the end`() throws {
        var scene = RuleScene("asha", settings)
        for _ in 0..<4 { try scene.finish([0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]) }
        #expect(try scene.verdict(on: [0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1]) == .proceed)
    }

    @Test func `with several objectives the front goes on`() throws {
        let objective = Objective([.init(.minimize, "loss"), .init(.minimize, "time")])
        var scene = RuleScene("asha", settings, objective: objective)
        for row in [[1.0, 4], [2, 3], [3, 2], [4, 4]] { try scene.finish(rows: [row, row]) }
        #expect(try scene.verdict(on: [[5, 1], [5, 1]]) == .proceed)
        #expect(try scene.verdict(on: [[5, 5], [5, 5]]) == .stop)
    }

    @Test func `a top below the first rung is refused`() {
        #expect(
            RuleScene("asha", ["r_min": "9", "r_l": "3"]).problems == [
                "earlyStopping.algorithmSettings[0].value: found \"3\"; r_l must be greater than r_min, which is 9"
            ])
    }
}
