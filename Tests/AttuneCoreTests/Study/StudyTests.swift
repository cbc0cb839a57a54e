import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneCore

/// Laws of the fold; what single histories come to is in Scenarios.
struct StudyTests {
    @Test(arguments: 0..<20 as Range<UInt64>) func `the same events give the same study`(_ seed: UInt64) throws {
        let history = try Self.history(seed: seed)
        let again = try history.stored.study()
        let text = history.study
        #expect(again.trials.map(Self.digest) == text.trials.map(Self.digest))
        #expect(again.ended == text.ended)
        #expect(again.counts == text.counts)
        #expect(again.status == text.status)
        #expect(again.bestNumber == text.bestNumber)
        #expect(again.tried == text.tried)
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func `a study read back from JSON is the same`(_ seed: UInt64) throws {
        let history = try Self.history(seed: seed)
        var read = history.stored
        read.events = try history.events.map {
            try Event(json: JSON(parsing: $0.json.description), space: read.experiment.space)
        }
        #expect(try read.study().trials.map(Self.digest) == history.study.trials.map(Self.digest))
    }

    @Test(arguments: 0..<20 as Range<UInt64>) func `counts are those of the trials`(_ seed: UInt64) throws {
        let study = try Self.history(seed: seed).study
        func count(_ state: String) -> Int { study.trials.count { $0.state == state } }
        #expect(study.counts.running == count("Running") && study.counts.running == study.running.count)
        #expect(study.counts.succeeded == count("Succeeded"))
        #expect(study.counts.failed == count("Failed"))
        #expect(study.counts.killed == count("Killed"))
        #expect(study.counts.earlyStopped == count("EarlyStopped"))
        #expect(study.counts.metricsUnavailable == count("MetricsUnavailable"))
        #expect(study.counts.total == study.trials.count)
        #expect(study.counts.ended == study.ended.count && Set(study.ended).count == study.ended.count)
    }

    @Test(arguments: 0..<20 as Range<UInt64>, Objective.Direction.allCases)
    func `the best is the first to succeed with the best value`(_ seed: UInt64, _ direction: Objective.Direction) throws
    {
        let study = try Self.history(seed: seed, direction).study
        let candidates = study.ended.map { study[$0] }.filter { $0.outcome == .succeeded }
            .compactMap { trial in trial.value(of: study.objective).map { (trial.number, $0) } }
        let values = candidates.map(\.1)
        let best = direction == .minimize ? values.min() : values.max()
        #expect(study.bestNumber == candidates.first { $0.1 == best }?.0)
    }

    @Test func `an event that cannot follow leaves the study as it was`() throws {
        var history = try Self.history(seed: 3)
        try history.settle()
        var study = history.study
        let suggestion = Suggestion(study[1].assignment)
        let time = Date(timeIntervalSince1970: 0)
        let row = Observation(metric: "loss", value: 0, step: 0, time: time)
        var impossible: [Event] = [
            .started(study.nextNumber + 1, suggestion, at: time), .started(1, suggestion, at: time),
            .started(0, suggestion, at: time),
            .observed(1, [row]), .observed(0, [row]), .observed(-1, []), .observed(999, [row]),
            .ended(1, .succeeded, at: time), .ended(999, .succeeded, at: time), .lost(1, reason: "", at: time),
        ]
        try Self.expect(impossible, refusedBy: &study)
        try study.apply(.finished(.goalReached, at: time))
        impossible += [
            .started(study.nextNumber, suggestion, at: time), .finished(.maxTrialsReached, at: time),
            .stopped(at: time),
        ]
        try Self.expect(impossible, refusedBy: &study)
        try study.apply(.budgetEdited(Budget(), at: time))
        try study.apply(.started(study.nextNumber, suggestion, at: time))
    }

    @Test func `run time counts from creation and again from an edit`() throws {
        let start = Date(timeIntervalSince1970: 1_000)
        var experiment = Self.experiment(.minimize)
        experiment.budget.maxRunTime = .seconds(60)
        var study = Study(experiment, createdAt: start)
        #expect(study.dueFinish(at: start.addingTimeInterval(59.9)) == nil)
        #expect(study.dueFinish(at: start.addingTimeInterval(60)) == .maxRunTimeReached)
        try study.apply(.finished(.maxRunTimeReached, at: start.addingTimeInterval(60)))
        try study.apply(.budgetEdited(experiment.budget, at: start.addingTimeInterval(100)))
        #expect(study.dueFinish(at: start.addingTimeInterval(159)) == nil)
        #expect(study.dueFinish(at: start.addingTimeInterval(160)) == .maxRunTimeReached)
    }

    private static func expect(_ events: [Event], refusedBy study: inout Study) throws {
        let before = (
            study.trials.map(digest), study.ended, study.counts, study.status, study.bestNumber, study.running.count
        )
        for event in events {
            #expect(throws: AttuneError.self, "\(event)") { try study.apply(event) }
            #expect(study.trials.map(digest) == before.0 && study.ended == before.1 && study.counts == before.2)
            #expect(study.status == before.3 && study.bestNumber == before.4 && study.running.count == before.5)
        }
    }

    private static func history(seed: UInt64, _ direction: Objective.Direction = .minimize) throws -> SuggestedHistory {
        var history = SuggestedHistory(of: experiment(direction), seed: seed)
        var random = RandomSource(seed: seed, stream: 1)
        while history.study.trials.count < 25 {
            if history.wantsTrial() {
                try history.start(
                    Suggestion(try history.study.experiment.space.sample(using: &random), labels: ["level": "\(seed)"]))
            } else {
                try history.proceed()
            }
        }
        return history
    }

    private static func experiment(_ direction: Objective.Direction) -> Experiment {
        Experiment("fold", Objective(direction, "loss"), over: Parameter("x", in: 0.0...1.0), parallelism: 5)
    }

    /// All of a trial as text, as NaN is not equal to itself.
    private static func digest(_ trial: Trial) -> String { "\(trial)" }
}
