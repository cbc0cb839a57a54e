import AttuneCore
import AttuneKubernetes
import AttuneStore
import Foundation
import Synchronization

/// What trials report through Katib's DBManager, on its way to whoever follows them. The store has it all; what comes here
/// only says that there is more.
final class PushedReports: Sendable {
    private struct State {
        var followers: [String: [Int: AsyncStream<Void>.Continuation]] = [:]
        var last = 0
    }

    private let store: SQLiteStore
    private let state = Mutex(State())

    init(_ store: SQLiteStore) { self.store = store }

    /// Notes that a trial has reported something, now that it is durable.
    func take(_ trial: String) {
        let followers = state.withLock { Array(($0.followers[trial] ?? [:]).values) }
        for follower in followers { follower.yield() }
    }

    /// What the followers of trials have of it.
    var ofTrials: TrialReports {
        TrialReports(
            forget: { [store] trial in try await store.deleteLog(of: trial.name, in: "default") },
            follow: { self.series(of: $0, $1) })
    }

    /// Everything that an attempt has reported, and will until it is closed.
    private func series(of trial: Trial, _ objective: Objective) -> TrialReports.Series {
        let arrivals = follow(trial.name)
        arrivals.continuation.yield()
        let (stream, continuation) = AsyncStream.makeStream(of: [Observation].self)
        let texts = objective.textMetrics
        let reading = Task {
            var last: Int64 = 0
            var steps: [String: Int] = [:]
            for await _ in arrivals.stream {
                guard let new = await arrived(trial.name, after: last) else { return }
                last = new.last
                continuation.yield(new.values.compactMap { PushedReports.observation($0, texts, &steps) })
            }
            continuation.finish()
        }
        continuation.onTermination = { _ in reading.cancel() }
        return TrialReports.Series(stream) {
            arrivals.continuation.yield()
            arrivals.continuation.finish()
        }
    }

    /// What has come since; nil when nobody wants it any more. A store that does not answer is asked again.
    private func arrived(_ trial: String, after last: Int64) async -> (values: [LoggedValue], last: Int64)? {
        while !Task.isCancelled {
            do {
                return try await store.arrivals(of: trial, in: "default", after: last)
            } catch {
                Terminal.complain("cannot read what \(trial) reported, and tries again: \(error)")
            }
            do { try await Task.sleep(for: .seconds(1)) } catch { return nil }
        }
        return nil
    }

    private func follow(
        _ trial: String
    ) -> (stream: AsyncStream<Void>, continuation: AsyncStream<Void>.Continuation) {
        let (stream, continuation) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
        let number = state.withLock { state in
            state.last += 1
            state.followers[trial, default: [:]][state.last] = continuation
            return state.last
        }
        continuation.onTermination = { [weak self] _ in self?.unfollow(trial, number) }
        return (stream, continuation)
    }

    private func unfollow(_ trial: String, _ number: Int) {
        state.withLock { state in
            state.followers[trial]?[number] = nil
            if state.followers[trial]?.isEmpty == true { state.followers[trial] = nil }
        }
    }

    /// Steps count what is reported of a metric, as Katib's reports have none.
    ///
    /// - Parameter texts: the metrics of which texts are values too.
    private static func observation(
        _ value: LoggedValue, _ texts: [String], _ steps: inout [String: Int]
    ) -> Observation? {
        let text = texts.contains(value.metric) ? ReportedValue(reading: value.value) : nil
        guard let reported = text ?? Double(value.value).map({ .number($0) }) else { return nil }
        defer { steps[value.metric, default: 0] += 1 }
        return Observation(
            metric: value.metric, value: reported, step: steps[value.metric, default: 0],
            time: Date(timeIntervalSince1970: value.time))
    }
}
