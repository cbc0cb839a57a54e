import AttuneCore
import AttuneStore
import Benchmark
import Foundation

/// Measures durable appends of one event each to an SQLite store: one after another, and from 64 tasks at once.
func addAppends() {
    for tasks in [1, 64] {
        let folder = FileManager.default.temporaryDirectory.appending(path: "attune-speed-\(UUID().uuidString)")
        let name = tasks == 1 ? "append one after another" : "append from \(tasks) tasks"
        // Many at once are counted by the thousand; single ones each, since a slow disk takes milliseconds for one.
        let configuration = Benchmark.Configuration(
            metrics: [.throughput, .wallClock, .allocations], scalingFactor: tasks == 1 ? .one : .kilo,
            maxDuration: .seconds(2))
        Benchmark(name, configuration: configuration) { benchmark, study in
            try await study.append(benchmark.scaledIterations.count, from: tasks, measuredBy: benchmark)
        } setup: {
            try await StoredStudy(in: folder, trials: tasks)
        } teardown: {
            try FileManager.default.removeItem(at: folder)
        }
    }
}

/// A study with running trials in a store of its own.
final class StoredStudy: Sendable {
    private let store: SQLiteStore
    private let claim: Claim

    init(in folder: URL, trials: Int) async throws {
        let start = Date(timeIntervalSince1970: 0)
        store = try SQLiteStore(at: folder.appending(path: "attune.db").path(percentEncoded: false))
        let x = Parameter("x", in: 0.0...1.0)
        let experiment = Experiment("speed", .minimize("loss"), over: x, parallelism: trials, seed: 1)
        try await store.create(experiment, at: start)
        claim = try await store.claim(experiment.id, at: start)
        let suggestion = Suggestion(experiment.space.assignment(at: [0.5]))
        let starts = (1...trials).map { Event.started($0, suggestion, at: start) }
        try await store.append(starts, under: claim).wait()
    }

    /// Appends `count` events, each task waiting until its last is on disk before its next.
    func append(_ count: Int, from tasks: Int, measuredBy benchmark: Benchmark) async throws {
        let before = Benchmark.allocationCount
        benchmark.startMeasurement()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for trial in 1...tasks {
                group.addTask {
                    for step in stride(from: trial, through: count, by: tasks) {
                        try await self.append(step, of: trial)
                    }
                }
            }
            try await group.waitForAll()
        }
        benchmark.stopMeasurement()
        benchmark.measurement(.allocations, Benchmark.allocationCount - before)
    }

    private func append(_ step: Int, of trial: Trial.Number) async throws {
        let time = Date(timeIntervalSince1970: Double(step))
        let observation = Observation(metric: "loss", value: 1 / Double(step), step: step, time: time)
        try await store.append([.observed(trial, [observation])], under: claim).wait()
    }
}
