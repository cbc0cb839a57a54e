import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Testing

/// What lists and pages read is the fold of the events, however they were written.
struct ReadingTests {
    private let place = TemporaryStore()
    private let experiment = Samples.experiment()

    @Test(arguments: 1...12 as ClosedRange<UInt64>)
    func `lists and pages agree with the study`(seed: UInt64) async throws {
        var store = try place.open()
        try await store.create(experiment, at: Samples.noon)
        var claim = try await store.claim(experiment.id, at: Samples.noon)
        var history = RandomHistory(of: experiment, seed: seed)
        var random = RandomSource(seed: seed, stream: 1)
        var study = Study(experiment, createdAt: Samples.noon)
        for _ in 0..<25 {
            let commits = try (0...random.below(3)).map { _ in
                let events = try history.events(random.below(8))
                for event in events { try study.apply(event) }
                return store.append(events, under: claim)
            }
            for commit in commits { try await commit.wait() }
            try await expect(store, agreesWith: study)
            if random.below(4) == 0 {
                // Another process goes on, and has nothing in memory of what was reported.
                try await store.release(claim)
                store = try place.open()
                claim = try await store.claim(experiment.id, at: Samples.noon)
            }
        }
    }

    private func expect(_ store: SQLiteStore, agreesWith study: Study) async throws {
        let summary = try #require(await store.summary(of: experiment.id))
        #expect(summary.status == study.status)
        #expect(summary.counts == study.counts)
        #expect(summary.maxTrials == study.experiment.budget.maxTrials)
        #expect(summary.best?.number == study.bestNumber)
        #expect(summary.best?.value == study.best?.reported(of: study.objective))
        #expect(try await store.best(of: experiment.id)?.number == study.bestNumber)
        let rows = try await store.trials(of: experiment.id, limit: 1000)
        #expect(rows.map(Line.init(row:)) == study.trials.map { Line($0, study.objective) })
        #expect(rows.map(\.explanation) == study.trials.map(\.suggestion.explanation))
        let running = try await store.trials(of: experiment.id, states: ["Running"])
        #expect(running.map(\.number) == study.running.map(\.number))
    }

    @Test func `a page shows what lies behind its offset`() async throws {
        let store = try place.open()
        try await store.create(experiment, at: Samples.noon)
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        let suggestion = Suggestion(experiment.space.assignment(at: [0.5, 0.5, 0.5, 0.5]))
        var events: [Event] = []
        for number in 1...30 {
            events.append(.started(number, suggestion, at: Samples.noon))
            events.append(.ended(number, number % 3 == 0 ? .earlyStopped : .failed("exit code 1"), at: Samples.noon))
        }
        try await store.append(events, under: claim).wait()
        #expect(try await store.trials(of: "sample", offset: 10, limit: 3).map(\.number) == [11, 12, 13])
        #expect(try await store.trials(of: "sample", offset: 28, limit: 5).map(\.number) == [29, 30])
        let pruned = try await store.trials(of: "sample", offset: 2, limit: 2, states: ["EarlyStopped", "Succeeded"])
        #expect(pruned.map(\.number) == [9, 12])
        #expect(try await store.trials(of: "unknown") == [])
        #expect(try await store.best(of: "sample") == nil)
    }

    @Test func `a summary says how many trials of others the study began with`() async throws {
        let store = try place.open()
        try await store.create(experiment, at: Samples.noon)
        #expect(try await store.summary(of: "sample")?.priorTrials == 0)
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        let trials = Samples.priorTrials(of: experiment)
        let imports: [Event] = ["a", "b"].map { .imported(trials, from: $0, at: Samples.noon) }
        try await store.append(imports, under: claim).wait()
        #expect(try await store.summary(of: "sample")?.priorTrials == 2 * trials.count)
        #expect(try await store.summary(of: "sample")?.counts.total == 0)
    }

    @Test func `experiments are listed by name`() async throws {
        let store = try place.open()
        for name in ["b", "c", "a"] { try await store.create(Samples.experiment(named: name), at: Samples.noon) }
        let list = try await store.experiments()
        #expect(list.map(\.name) == ["a", "b", "c"])
        #expect(list.allSatisfy { $0.status == .running && $0.counts.total == 0 && $0.best == nil && $0.holder == nil })
        #expect(try await store.summary(of: "d") == nil)
    }
}

/// A trial's row as text: not a number equals itself there.
private struct Line: Equatable {
    let text: String

    init(row: TrialRow) {
        text = Line.text(
            row.name, row.outcome, row.value, row.attempt, row.assignment, row.labels,
            row.metrics.mapValues { [$0.latest, $0.min, $0.max] })
    }

    init(_ trial: Trial, _ objective: Objective) {
        text = Line.text(
            trial.name, trial.outcome, trial.value(of: objective), trial.attempt, trial.assignment.json,
            trial.suggestion.labels, trial.metrics.mapValues { [$0.latest, $0.min, $0.max] })
    }

    private static func text(
        _ name: String, _ outcome: Outcome?, _ value: Double?, _ attempt: Int, _ assignment: JSON,
        _ labels: [String: String],
        _ metrics: [String: [Double?]]
    ) -> String {
        let series = metrics.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let remembered = labels.sorted { $0.key < $1.key }
        return
            "\(name) \(outcome, default: "running") \(value, default: "-") \(attempt) \(assignment) \(remembered) \(series)"
    }
}
