import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttunePage

struct HistoryTests {
    @Test(arguments: 1...20 as ClosedRange<UInt64>)
    func `the best so far is what a plain walk over the trials finds`(seed: UInt64) throws {
        let (view, study) = try ExperimentView.random(300, seed: seed)
        let history = view.history()
        var best: [Int] = []
        for (index, trial) in study.trials.enumerated() {
            guard let value = trial.standing?[0] else { continue }
            if best.isEmpty || value < study.trials[best[best.count - 1]].standing![0] { best.append(index) }
        }
        #expect(history.best == best)
        let last = history.best.last.map { view.standings[$0] }
        #expect(last == study.best?.value(of: study.objective))
        #expect(history.bestByTime.last.map { view.standings[$0] } == last)
        #expect(history.total == study.trials.count && !history.isThinned)
        #expect(history.shown == Array(study.trials.indices))
    }

    @Test func `a thinned history keeps each best, the extremes, the first and the last, in order`() throws {
        var random = RandomSource(seed: 5)
        let experiment = Samples.experiment()
        let rows = (0..<3_000).map { _ in ["loss": random.normal()] }
        let view = try ExperimentView(try succeeded(experiment, rows), events: 9_000)
        let full = view.history(points: 3_000)
        let thinned = view.history(points: 100)
        #expect(!full.isThinned && thinned.isThinned && thinned.total == 3_000)
        #expect(thinned.best == full.best && thinned.bestByTime == full.bestByTime)
        #expect(Set(full.best).isSubset(of: thinned.shown))
        let values = rows.map { $0["loss"]! }
        for extreme in [values.min()!, values.max()!] {
            #expect(thinned.shown.contains(values.firstIndex(of: extreme)!))
        }
        #expect(thinned.shown == thinned.shown.sorted() && Set(thinned.shown).count == thinned.shown.count)
        #expect(thinned.shown.first == 0 && thinned.shown.last == 2_999)
        #expect(thinned.shown.count <= 100 + full.best.count + full.bestByTime.count + 4)
        // The mean of the shown is the mean of all, as chance goes with 100 normal draws.
        let mean = thinned.shown.reduce(0) { $0 + values[$1] } / Double(thinned.shown.count)
        #expect(abs(mean) < 0.4)
    }

    @Test func `a trial that was stopped, failed or broke a constraint is never best`() throws {
        let objective = Objective([.init(.maximize, "score")], constraints: [.init("cost", max: 1)])
        let experiment = Experiment("limited", objective, over: Parameter("x", in: 0.0...1.0))
        var study = try succeeded(
            experiment, [["score": 1, "cost": 0], ["score": 9, "cost": 2], ["score": 2, "cost": 1]])
        try study.apply(.started(4, Suggestion(study.trials[0].assignment), at: Samples.noon))
        try study.apply(.observed(4, Observation.all(["score": 50, "cost": 0], step: 0, at: Samples.noon)))
        try study.apply(.ended(4, .earlyStopped, at: Samples.noon))
        let view = try ExperimentView(study, events: 12)
        #expect(view.history().best == [0, 2])
        #expect(view.bestTrials(5) == [2, 0])
    }

    @Test func `any other metric has a history of its own, in the direction in which it counts`() throws {
        let objective = Objective(.minimize, "loss", additionalMetrics: ["accuracy"], strategies: ["accuracy": .max])
        let experiment = Experiment("two", objective, over: Parameter("x", in: 0.0...1.0))
        let study = try succeeded(
            experiment,
            [["loss": 3, "accuracy": 0.1], ["loss": 2, "accuracy": 0.5], ["loss": 1, "accuracy": .nan], ["loss": 5]])
        let view = try ExperimentView(study, events: 12)
        let history = view.history(of: "accuracy")
        #expect(history.maximizes && history.best == [0, 1])
        #expect(view.json(of: history)["value"] == [.number("0.1"), .number("0.5"), .null, .null])
        #expect(view.history(of: "unknown").best.isEmpty)
    }
}
