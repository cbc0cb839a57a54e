import AttuneAlgorithms
import AttuneCore
import Testing

struct PercentileTests {
    private let settings = ["percentile": "50", "min_trials_required": "3", "start_step": "2"]

    @Test(
        arguments: [
            ([0.9], Verdict.proceed),  // one report is too few
            ([0.9, 0.55], .proceed), ([0.9, 0.6], .proceed), ([0.9, 0.65], .stop), ([0.1, 0.9], .proceed),
            ([.nan, 0.65], .stop), ([0.9, 0.65, 0.65, 0.65], .proceed),  // no other has a fourth report
        ] as [([Double], Verdict)])
    func `a trial stops when more than half of the others were better at the same step`(
        _ values: [Double], _ verdict: Verdict
    ) throws {
        var scene = RuleScene("percentile", settings)
        // What counts at the second step is the smallest so far: 0.5, 0.6 and 0.7.
        try scene.finish([0.5, 0.8, 0.1], [0.6, 0.6, 0.6], [0.9, 0.7, 0.6])
        #expect(try scene.verdict(on: values) == verdict)
    }

    @Test func `trials that were stopped count as well, else the bar would rise for ever`() throws {
        var scene = RuleScene("percentile", settings)
        try scene.finish([0.1, 0.1], [0.2, 0.2], [0.3, 0.3])
        #expect(try scene.verdict(on: [0.4, 0.4]) == .stop)
        for loss in [0.5, 0.6, 0.7] { try scene.end(scene.run([loss, loss]), .earlyStopped) }
        #expect(try scene.verdict(on: [0.4, 0.4]) == .proceed, "three of six are better")
        #expect(try scene.verdict(on: [0.55, 0.55]) == .stop)
    }

    @Test func `a trial is judged at every so many reports`() throws {
        var scene = RuleScene("percentile", settings.merging(["interval": "2"]) { $1 })
        for _ in 0..<3 { try scene.finish([0.1, 0.1, 0.1, 0.1]) }
        #expect(try scene.verdict(on: [1, 1]) == .stop)
        #expect(try scene.verdict(on: [1, 1, 1]) == .proceed)
        #expect(try scene.verdict(on: [1, 1, 1, 1]) == .stop)
    }

    @Test func `with several objectives a trial stops behind the fronts of half of the others`() throws {
        let objective = Objective([.init(.minimize, "loss"), .init(.maximize, "accuracy")])
        var scene = RuleScene("percentile", settings, objective: objective)
        for row in [[1.0, 0.9], [2, 0.95], [0.5, 0.7], [3, 0.8]] { try scene.finish(rows: [row, row]) }
        #expect(try scene.verdict(on: [[4, 0.99], [4, 0.99]]) == .proceed, "the most accurate of all")
        #expect(try scene.verdict(on: [[0.4, 0.1], [0.4, 0.1]]) == .proceed, "the least loss of all")
        #expect(try scene.verdict(on: [[2.5, 0.85], [2.5, 0.85]]) == .stop, "three of four stand before it")
        #expect(try scene.verdict(on: [[5, nil], [5, nil]]) == .proceed, "one objective was never reported")
    }

    @Test func `a trial that breaks a constraint stands behind those that keep it`() throws {
        let objective = Objective([.init(.minimize, "loss")], constraints: [.init("latency", max: 10)])
        var scene = RuleScene("percentile", settings, objective: objective)
        for loss in [0.5, 0.6, 0.7] { try scene.finish(rows: [[loss, 9], [loss, 9]]) }
        #expect(try scene.verdict(on: [[0.1, 12], [0.1, 12]]) == .stop)
        #expect(try scene.verdict(on: [[0.1, nil], [0.1, nil]]) == .proceed, "not known yet")
        for _ in 0..<5 { try scene.finish(rows: [[0.1, 20], [0.1, 20]]) }
        #expect(try scene.verdict(on: [[0.9, 12], [0.9, 12]]) == .proceed, "most break it by more")
    }

    @Test func `a lost attempt does not count`() throws {
        var scene = RuleScene("percentile", settings)
        for _ in 0..<3 { try scene.finish([0.1, 0.1]) }
        let number = try scene.run([1, 1])
        #expect(try scene.verdict() == .stop)
        try scene.lose(number)
        try scene.report(number, [1], step: 0)
        #expect(try scene.verdict() == .proceed, "it has reported once")
    }
}
