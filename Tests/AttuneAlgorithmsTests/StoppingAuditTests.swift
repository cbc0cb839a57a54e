import AttuneAlgorithms
import AttuneCore
import Foundation
import Testing

/// A log whose answer can be worked out by hand.
struct StoppingAuditTests {
    private let created = Date(timeIntervalSince1970: 0)

    /// Each trial reports its values at steps 1, 2, … after those before it, and ends.
    private func stored(
        _ trials: [([Double], Outcome)], rule: String? = "percentile", _ settings: [String: String] = [:],
        objective: Objective = Objective(.minimize, "loss", strategies: ["loss": .latest]), seed: UInt64 = 0
    ) -> StoredExperiment {
        var experiment = Experiment("audited", objective, over: Parameter("x", in: 0.0...1.0), seed: seed)
        experiment.earlyStopping = rule.map { AlgorithmSpec($0, settings.map { .init($0.key, $0.value) }) }
        var events: [Event] = []
        var time: Date { created.addingTimeInterval(Double(events.count)) }
        for (index, (values, outcome)) in trials.enumerated() {
            let assignment = experiment.space.assignment(at: [Double(index) / 100])
            events.append(.started(index + 1, Suggestion(assignment), at: time))
            for (step, value) in values.enumerated() {
                events.append(
                    .observed(index + 1, [Observation(metric: "loss", value: value, step: step + 1, time: time)]))
            }
            events.append(.ended(index + 1, outcome, at: time))
        }
        return StoredExperiment(experiment: experiment, createdAt: created, events: events)
    }

    private let settings = ["min_trials_required": "3", "start_step": "2"]
    /// The fourth would be stopped after 2 of 4 units; the fifth, the best of all, begins badly.
    private let curves: [([Double], Outcome)] = [
        ([0.9, 0.5, 0.5, 0.5], .succeeded), ([0.9, 0.6, 0.6, 0.6], .succeeded), ([0.9, 0.7, 0.7, 0.7], .succeeded),
        ([0.9, 0.9, 0.9, 0.9], .succeeded), ([0.9, 0.8, 0.2, 0.1], .succeeded), ([0.9, 0.4, 0.4, 0.4], .succeeded),
    ]

    @Test func `of whole curves all is known`() throws {
        let spec = AlgorithmSpec("percentile", settings.map { .init($0.key, $0.value) })
        let audit = try StoppingAudit(stored(curves, rule: nil), rules: [spec, AlgorithmSpec("threshold")])
        #expect(audit.resource == 24 && audit.reporting == 6 && audit.front == [5])
        let (percentile, threshold) = (audit.rows[0], audit.rows[1])
        #expect(!percentile.isInUse)
        #expect(percentile.stopped == [4, 5] && percentile.finished.isEmpty)
        #expect(percentile.saved == 4)
        #expect(percentile.frontStopped == [5])
        #expect(percentile.best == 0.4)
        #expect(percentile.wouldGoOn.isEmpty)
        #expect(threshold.stopped.isEmpty && threshold.saved == 0 && threshold.best == 0.1)
        #expect(audit.stopped.trials.isEmpty && audit.control == nil)
    }

    @Test func `a trial that a rule would have stopped says nothing more to it`() throws {
        // Patience counts the fourth's end as a success, and the best is then what it had by then.
        let patience = AlgorithmSpec("patience", [.init("patience", "2")])
        let audit = try StoppingAudit(
            stored(curves + [([0.05, 0.06, 0.07, 0.01], .succeeded)], rule: nil), rules: [patience])
        #expect(audit.front == [7])
        #expect(audit.rows[0].finished == [4, 7], "the others improve at their third report from the end")
        #expect(audit.rows[0].frontStopped.isEmpty, "it was ended, not stopped")
        #expect(audit.rows[0].best == 0.07, "the latest counts, which it had got worse by then")
        #expect(audit.rows[0].saved == 2)
    }

    @Test func `what the rule in use cut short is an estimate, and bounds the others`() throws {
        var trials = curves
        trials[3] = ([0.9, 0.9], .earlyStopped)
        let audit = try StoppingAudit(stored(trials, settings))
        #expect(audit.rows[0].isInUse && audit.rows[0].rule.name == "percentile")
        #expect(audit.rows[0].stopped.contains(4) && audit.rows[0].wouldGoOn.isEmpty)
        #expect(audit.rows.map(\.rule.name).sorted() == AlgorithmCatalogue.standard.stoppingRules.map(\.name).sorted())
        let threshold = try #require(audit.rows.first { $0.rule.name == "threshold" })
        #expect(threshold.wouldGoOn == [4])
        #expect(audit.resource == 22 && audit.fullResource == 24)
        #expect(threshold.savedUnrecorded == 0 && audit.rows[0].savedUnrecorded == 2)
        #expect(audit.stopped.trials == [4] && audit.stopped.used == 2 && audit.stopped.saved == 2)
        let chance = try #require(audit.stopped.chanceOfBest)
        #expect(chance > 0 && chance < 0.25, "\(chance)")
    }

    @Test func `the control group shows what becomes of those that the rule would have stopped`() throws {
        var spared = settings
        spared["control_share"] = "0.5"
        // A seed whose control group has the fourth and the fifth trial.
        let seed = try #require(
            (0..<100).first { seed in
                let group = ControlGroup(share: 0.5, seed: UInt64(seed))
                return group.contains(4) && group.contains(5) && !group.contains(6)
            })
        let audit = try StoppingAudit(stored(curves, spared, seed: UInt64(seed)), rules: [])
        let control = try #require(audit.control)
        #expect(control.trials.contains(4) && control.trials.contains(5) && !control.trials.contains(6))
        #expect(control.stoppable == [4, 5] && control.better == [5])
        #expect(control.chanceOfEach == 0.5)
        #expect(audit.rows[0].stopped == [4, 5], "the rule is replayed as it judges trials that are not spared")
    }

    @Test func `nothing is known of an experiment in which nobody reported`() throws {
        let audit = try StoppingAudit(stored([([], .failed("out of memory"))], rule: "asha"))
        #expect(audit.reporting == 0 && audit.resource == 0 && audit.front.isEmpty)
        #expect(audit.rows.allSatisfy { $0.stopped.isEmpty && $0.best == nil })
        #expect(audit.stopped.chanceOfBest == nil && audit.stopped.saved == nil)
    }

    @Test func `a rule with settings that it refuses is refused`() {
        let none = stored(curves, rule: nil)
        #expect(throws: InvalidExperiment.self) { try StoppingAudit(none, rules: [AlgorithmSpec("halve")]) }
        #expect(throws: InvalidExperiment.self) {
            try StoppingAudit(none, rules: [AlgorithmSpec("asha", [.init("eta", "1")])])
        }
    }

    // MARK: Why each was stopped

    @Test func `why a trial was stopped is told with the numbers that were compared then`() throws {
        let stopped: ([Double], Outcome) = ([0.95, 0.93], .earlyStopped)
        let later: ([Double], Outcome) = ([0.1, 0.1, 0.1, 0.1], .succeeded)
        let log = stored(
            [curves[0], curves[1], curves[2], stopped, later], rule: "medianstop",
            ["min_trials_required": "3", "start_step": "2"])
        let stop = try #require(try StoppedTrials(log).stops.first)
        #expect(stop.trial == 4 && stop.step == 2 && stop.value == 0.93 && stop.lastStep == 4)
        // The averages of the first two values of the three before: 0.7, 0.75 and 0.8. What came later does not count.
        #expect(stop.grounds?.compared == [.init("best loss", 0.93), .init("median loss", 0.75)])
        #expect(
            stop.grounds?.sentence
                == "its best loss so far, 0.93, is worse than 0.75, the median of what 3 finished trials averaged over "
                + "their first 2 values")
        #expect(try StoppedTrials(log, only: 4).stops.map(\.grounds) == [stop.grounds])
        #expect(try StoppedTrials(log, only: 3).stops.isEmpty)
    }

    @Test func `a trial that someone else stopped has no grounds`() throws {
        let log = stored([([0.5, 0.4], .succeeded), ([0.9], .earlyStopped)], rule: "medianstop")
        let stops = try StoppedTrials(log).stops
        #expect(stops.map(\.trial) == [2] && stops[0].grounds == nil)
    }
}
