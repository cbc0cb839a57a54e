import AttuneCore
import Foundation
import Synchronization

/// The observations of one attempt on their way to whoever wants them: read in one place, reported one batch after another.
final class TrialMetrics: Sendable {
    private struct State {
        var delivered: Delivered
        var failure: (any Error)?
        /// The last lines that the program printed.
        var lines: [String] = []
    }

    private let state: Mutex<State>
    private let report: @Sendable ([Observation]) async throws -> Void
    private let queue: AsyncStream<[Observation]>
    private let input: AsyncStream<[Observation]>.Continuation
    private let isFinished = Signal()

    init(
        _ experiment: Experiment, _ trial: Trial, report: @escaping @Sendable ([Observation]) async throws -> Void
    ) throws {
        self.report = report
        state = Mutex(State(delivered: Delivered(trial.attemptObservations)))
        (queue, input) = AsyncStream.makeStream(of: [Observation].self)
    }

    /// Takes in what was read, of which an earlier follower may have reported some.
    func take(_ observations: [Observation]) {
        guard !observations.isEmpty else { return }
        state.withLock { state in
            let new = state.delivered.new(among: observations)
            if !new.isEmpty { input.yield(new) }
        }
    }

    func take(line: String) {
        state.withLock { state in
            state.lines.append(String(line.prefix(400)))
            if state.lines.count > 10 { state.lines.removeFirst() }
        }
    }

    var lastOutput: String { state.withLock { $0.lines.joined(separator: "\n") } }

    /// Reports until `finish` is called, or a report fails.
    func deliver(telling signal: Signal) async {
        do {
            for await observations in queue { try await report(observations) }
        } catch {
            state.withLock { $0.failure = $0.failure ?? error }
        }
        isFinished.raise()
        signal.raise()
    }

    /// Returns when everything is reported.
    ///
    /// - Throws: what a report threw.
    func finish() async throws {
        input.finish()
        try await isFinished.wait()
        try check()
    }

    func fail(_ error: any Error) { state.withLock { $0.failure = $0.failure ?? error } }

    /// - Throws: why nothing more is reported.
    func check() throws {
        if let failure = state.withLock({ $0.failure }) { throw failure }
    }
}
