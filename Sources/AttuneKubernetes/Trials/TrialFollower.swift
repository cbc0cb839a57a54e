import AttuneCore
import Foundation
import Synchronization

/// Follows one attempt at a trial from its resource's creation to its end.
struct TrialFollower: Sendable {
    private let runner: KubernetesRunner
    private let trial: Trial
    /// Raised when something may have changed.
    private let signal: Signal
    private let metrics: TrialMetrics

    init(
        _ runner: KubernetesRunner, _ trial: Trial, _ signal: Signal,
        _ report: @escaping @Sendable ([Observation]) async throws -> Void
    ) throws {
        self.runner = runner
        self.trial = trial
        self.signal = signal
        metrics = try TrialMetrics(runner.experiment, trial, report: report)
    }

    func follow() async throws -> WorkEnd {
        let subscriptions = [
            runner.resources.subscribe(signal, to: trial.name), runner.pods.subscribe(signal, to: trial.name),
        ]
        defer { withExtendedLifetime(subscriptions) {} }
        let end = try await withThrowingTaskGroup(of: Void.self) { group in
            defer { group.cancelAll() }
            return try await follow(in: &group)
        }
        runner.forget(trial)
        return end
    }

    private func follow(in group: inout ThrowingTaskGroup<Void, any Error>) async throws -> WorkEnd {
        let (runner, trial, signal, metrics) = (runner, trial, signal, metrics)
        var timers = Timers()
        var readers = PodReaders()
        group.addTask { await metrics.deliver(telling: signal) }
        let reports = runner.reports.map { ReportReader($0.follow(trial, runner.experiment.objective)) }
        if let reports { group.addTask { await reports.read(into: metrics, telling: signal) } }
        var ending: Ending?
        while true {
            try metrics.check()
            try runner.resources.check()
            try runner.pods.check()
            let now = runner.clock.now()
            let pods = runner.pods.objects(trial.name)
            for reader in readers.due(among: pods, runner, trial) {
                group.addTask { await reader.read(into: metrics, telling: signal) }
            }
            if ending == nil, let verdict = verdict() {
                ending = verdict
                reports?.close()
                timers.graceEnd = now + runner.options.logGrace.seconds
            }
            if ending == nil, let reason = overdue(pods, at: now) {
                ending = .known(.failed(reason))
                reports?.close()
                timers.graceEnd = now
                try await runner.giveUp(trial)
            }
            let isReported = reports?.isDone ?? true
            if let ending, ending == .known(.stopped) || isReported && isRead(readers, pods, at: now, timers) {
                return try await conclude(ending, readers, pods)
            }
            if let wait = timers.next(self, pods, at: now) {
                group.addTask {
                    try await runner.clock.sleepFor(wait)
                    signal.raise()
                }
            }
            try await signal.wait()
        }
    }

    /// Whether there is nothing more to read, or it takes too long. What containers that have ended printed is waited for
    /// as long as it takes.
    private func isRead(_ readers: PodReaders, _ pods: [JSON], at now: Date, _ timers: Timers) -> Bool {
        readers.areDone(pods, runner) || timers.isGraceOver(at: now) && !readers.areAtTheEnd
    }

    private enum Ending: Equatable {
        case known(WorkEnd.Kind)
        /// The resource has failed; its pods say why, which may be heard of a little later.
        case failed(reason: String?, message: String?)
    }

    private func conclude(_ ending: Ending, _ readers: PodReaders, _ pods: [JSON]) async throws -> WorkEnd {
        try await metrics.finish()
        let kind =
            switch ending {
            case .known(let kind): kind
            case .failed(let reason, let message): failure(reason, message, pods)
            }
        var output = metrics.lastOutput
        if kind == .completed, readers.isEmpty { output = readers.reasonForNone(pods, runner) }
        return WorkEnd(kind, lastOutput: output)
    }

    // MARK: Judging

    /// How the attempt has ended; nil while it goes on.
    private func verdict() -> Ending? {
        if runner.isStopped(trial) { return .known(.stopped) }
        guard let object = runner.resources[runner.key(trial)], TrialMark(object) == runner.mark(trial) else {
            return .known(runner.isStopping(trial) ? .stopped : .lost("\(kind) \(trial.name) was deleted"))
        }
        switch runner.condition.verdict(on: object) {
        case .succeeded: return .known(.completed)
        case .failed(let reason, let message): return .failed(reason: reason, message: message)
        case .running where object.isBeingDeleted && !runner.isStopping(trial):
            return .known(.lost("\(kind) \(trial.name) is being deleted"))
        case .running:
            return TrialResource.troubledEnd(of: object).map { .known(.lost("\(kind) \(trial.name) broke: \($0)")) }
        }
    }

    private var kind: String { runner.resource.kind }

    private func failure(_ reason: String?, _ message: String?, _ pods: [JSON]) -> WorkEnd.Kind {
        let trouble = pods.sorted { $0.creationTime < $1.creationTime }.last { PodTrouble($0) != nil }
            .flatMap { PodTrouble($0) }
        let said = [reason, message].compactMap { $0 }.filter { !$0.isEmpty }.joined(separator: ": ")
        let told = said.isEmpty ? "\(kind) \(trial.name) failed" : said
        guard let trouble else { return .failed(told) }
        let all = "\(told); \(trouble.description)"
        return trouble.kind == .lost ? .lost(all) : .failed(all)
    }

    /// What has taken too long.
    private func overdue(_ pods: [JSON], at now: Date) -> String? {
        limits(pods).first { $0.end <= now }?.reason
    }

    private struct Limit {
        var end: Date
        var reason: String
    }

    private func limits(_ pods: [JSON]) -> [Limit] {
        var limits: [Limit] = []
        if let timeout = runner.experiment.trialTimeout {
            limits.append(
                Limit(
                    end: trial.startTime + timeout.seconds,
                    reason: "DeadlineExceeded: it ran for longer than trialTimeout allows"))
        }
        for pod in pods where pod["status"]?["phase"]?.string == "Pending" {
            guard let trouble = PodTrouble(pod) else { continue }
            let timeout = trouble.kind == .stuck ? runner.options.stuckTimeout : runner.options.pendingTimeout
            guard let timeout, trouble.kind == .stuck || trouble.kind == .waiting else { continue }
            limits.append(
                Limit(
                    end: pod.creationTime + timeout.seconds,
                    reason: "\(trouble.description) (pod \(pod.name) has waited for \(timeout.seconds.text) s)"))
        }
        return limits
    }

    /// When to look again though nothing has changed.
    private struct Timers {
        var graceEnd: Date?
        private var set: Date?

        func isGraceOver(at now: Date) -> Bool { graceEnd.map { $0 <= now } ?? false }

        /// How long to wait until the next limit; nil where that was said already.
        mutating func next(_ follower: TrialFollower, _ pods: [JSON], at now: Date) -> Duration? {
            var ends = [graceEnd].compactMap { $0 }
            if graceEnd == nil { ends += follower.limits(pods).map(\.end) }
            guard let end = ends.min(), end > now, set.map({ end != $0 }) ?? true else { return nil }
            set = end
            return .seconds(end.timeIntervalSince(now))
        }
    }
}

extension JSON {
    /// When it was created; long ago where it does not say.
    var creationTime: Date {
        self["metadata"]?["creationTimestamp"]?.string.flatMap { RFC3339.date($0) } ?? .distantPast
    }
}
