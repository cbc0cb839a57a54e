import Foundation
import Synchronization

/// Carries trials out by calling a function of this process.
public final class ClosureRunner: TrialRunner {
    public typealias Body = @Sendable (LiveTrial) async throws -> [String: Double]

    private let body: Body
    private let timeout: Duration?
    private let clock: TunerClock
    private let tasks = Mutex<[Trial.Number: Task<[String: Double], any Error>]>([:])

    /// - Parameter body: gives the trial's final metrics. It should honour cancellation: that is how a trial is stopped.
    public init(timeout: Duration? = nil, clock: TunerClock = .system, _ body: @escaping Body) {
        self.body = body
        self.timeout = timeout
        self.clock = clock
    }

    public func run(
        _ trial: Trial, report: @escaping @Sendable ([Observation]) async throws -> Void
    ) async throws -> WorkEnd {
        let task = Task { [body, clock] in try await body(LiveTrial(trial, now: clock.now, report: report)) }
        tasks.withLock { $0[trial.number] = task }
        defer { tasks.withLock { $0[trial.number] = nil } }
        let watchdog = timeout.map { limit in Task { [clock] in
            try await clock.sleepFor(limit)
            task.cancel()
            return true
        } }
        defer { watchdog?.cancel() }
        let result = await withTaskCancellationHandler { await task.result } onCancel: { task.cancel() }
        try Task.checkCancellation()
        return end(of: trial, result, wasStopped: task.isCancelled)
    }

    private func end(of trial: Trial, _ result: Result<[String: Double], any Error>, wasStopped: Bool) -> WorkEnd {
        switch result {
        case .success(let metrics):
            let observations = metrics.sorted { $0.key < $1.key }.map {
                Observation(metric: $0.key, value: $0.value, step: 0, time: clock.now())
            }
            return WorkEnd(wasStopped ? .stopped : .completed, observations: observations)
        case .failure where wasStopped: return WorkEnd(.stopped)
        case .failure(let error): return WorkEnd(.failed("\(error)"))
        }
    }

    public func stop(_ trial: Trial) async throws {
        tasks.withLock { $0[trial.number] }?.cancel()
    }
}

/// A trial as the function that carries it out sees it: its parameters, and a way to report progress.
public struct LiveTrial: Sendable {
    public let trial: Trial
    private let now: @Sendable () -> Date
    private let send: @Sendable ([Observation]) async throws -> Void

    init(_ trial: Trial, now: @escaping @Sendable () -> Date, report: @escaping @Sendable ([Observation]) async throws -> Void) {
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
