import Foundation
import Synchronization

/// Carries trials out by calling a function of this process.
///
/// The function cannot outlive the process, nor the task that follows it: letting go cancels it, and a later run of the
/// trial calls it again.
public final class ClosureRunner: TrialRunner {
    public typealias Body = @Sendable (LiveTrial) async throws -> [String: Double]

    private let body: Body
    private let timeout: Duration?
    private let clock: TunerClock
    private let calls = Mutex<[Attempt: Call]>([:])

    /// One attempt at a trial, told apart from those of other experiments that were given the same name.
    private struct Attempt: Hashable {
        let name: String
        let startTime: Date
        let number: Int

        init(_ trial: Trial) {
            name = trial.name
            startTime = trial.startTime
            number = trial.attempt
        }
    }

    private struct Call {
        /// Nil when it was stopped before it began.
        var task: Task<[String: Double], any Error>?
        var interruption: Interruption?
    }

    private enum Interruption { case stopped, timedOut }

    /// - Parameters:
    ///   - timeout: how long a call may take before it is cancelled and the trial fails.
    ///   - body: gives the trial's final metrics. It should honour cancellation: that is how a trial is stopped, and
    ///     until it returns, neither stopping nor letting go is complete.
    public init(timeout: Duration? = nil, clock: TunerClock = .system, _ body: @escaping Body) {
        self.body = body
        self.timeout = timeout
        self.clock = clock
    }

    public func run(
        _ trial: Trial, report: @escaping @Sendable ([Observation]) async throws -> Void
    ) async throws -> WorkEnd {
        guard let task = call(for: trial, report) else { return WorkEnd(.stopped) }
        let watchdog = timeout.map { limit in
            Task { [clock] in
                try await clock.sleepFor(limit)
                self.interrupt(trial, .timedOut)
            }
        }
        defer { watchdog?.cancel() }
        let result = await withTaskCancellationHandler {
            await task.result
        } onCancel: {
            task.cancel()
        }
        let interruption = calls.withLock { $0.removeValue(forKey: Attempt(trial))?.interruption }
        // What came to its end all the same is kept, so that it is not done again.
        if case .failure = result { try Task.checkCancellation() }
        return end(result, interruption)
    }

    public func stop(_ trial: Trial) async throws { interrupt(trial, .stopped) }

    /// Begins the call, unless the trial was stopped before.
    private func call(
        for trial: Trial, _ report: @escaping @Sendable ([Observation]) async throws -> Void
    ) -> Task<[String: Double], any Error>? {
        calls.withLock { calls in
            if calls.removeValue(forKey: Attempt(trial))?.interruption != nil { return nil }
            let task = Task { [body, clock] in try await body(LiveTrial(trial, now: clock.now, report: report)) }
            calls[Attempt(trial)] = Call(task: task)
            return task
        }
    }

    private func interrupt(_ trial: Trial, _ interruption: Interruption) {
        calls.withLock { calls in
            // A call that has not begun can be stopped; one that has returned cannot time out any more.
            guard var call = calls[Attempt(trial)] ?? (interruption == .stopped ? Call() : nil) else { return }
            call.interruption = call.interruption ?? interruption
            calls[Attempt(trial)] = call
            call.task?.cancel()
        }
    }

    private func end(_ result: Result<[String: Double], any Error>, _ interruption: Interruption?) -> WorkEnd {
        switch (interruption, result) {
        case (.timedOut, _): return WorkEnd(.failed("timed out after \(timeout?.seconds.text ?? "0") s"))
        case (.stopped, .failure): return WorkEnd(.stopped)
        case (nil, .failure(let error)): return WorkEnd(.failed("\(error)"))
        case (_, .success(let metrics)):
            let observations = metrics.sorted { $0.key < $1.key }.map {
                Observation(metric: $0.key, value: $0.value, step: 0, time: clock.now())
            }
            return WorkEnd(interruption == nil ? .completed : .stopped, observations: observations)
        }
    }
}

/// A trial as the function that carries it out sees it: its parameters, and a way to report progress.
public struct LiveTrial: Sendable {
    public let trial: Trial
    private let now: @Sendable () -> Date
    private let send: @Sendable ([Observation]) async throws -> Void

    init(
        _ trial: Trial, now: @escaping @Sendable () -> Date,
        report: @escaping @Sendable ([Observation]) async throws -> Void
    ) {
        self.trial = trial
        self.now = now
        send = report
    }

    public var number: Trial.Number { trial.number }

    /// The value of `parameter`.
    ///
    /// - Precondition: it is active in this trial; see `subscript(optional:)`.
    public subscript<Value>(parameter: Parameter<Value>) -> Value { trial[parameter] }

    /// The value of `parameter`; nil where it is inactive.
    public subscript<Value>(optional parameter: Parameter<Value>) -> Value? { trial[optional: parameter] }

    /// Reports a metric at a step, durable when it returns. A trial judged hopeless is cancelled here.
    ///
    /// - Throws: `CancellationError` when the trial is to stop.
    public func report(_ metric: String, _ value: Double, step: Int) async throws {
        try await send([Observation(metric: metric, value: value, step: step, time: now())])
        try Task.checkCancellation()
    }
}

extension Tuner {
    /// Calls `body` for every trial, `parallelTrials` at a time, until the experiment is over.
    ///
    /// - Parameter body: gives the objective's value. Throwing makes the trial fail; the experiment goes on.
    public func run(_ body: @escaping @Sendable (LiveTrial) async throws -> Double) async throws -> Study {
        let metric = experiment.objective.metric
        return try await run(with: ClosureRunner(timeout: experiment.trialTimeout) { [metric: try await body($0)] })
    }
}
