import AttuneCore
import Foundation

/// Events in an order that can happen, drawn at random: trials start, report, get lost and end in every way; few
/// different values, so that many are equal; some not finite; times that repeat and run backwards.
public struct RandomHistory {
    private let experiment: Experiment
    private var random: RandomSource
    private var started = 0
    private var running: [Trial.Number] = []
    /// Nothing starts, stops or finishes while the experiment is over; trials that run may still report and end.
    private var isOver = false

    public init(of experiment: Experiment, seed: UInt64) {
        self.experiment = experiment
        random = RandomSource(seed: seed)
    }

    /// The next `count` events.
    public mutating func events(_ count: Int) throws -> [Event] {
        var events: [Event] = []
        for _ in 0..<count { events.append(try next()) }
        return events
    }

    private mutating func next() throws -> Event {
        if running.isEmpty { return isOver ? reopening() : try start() }
        switch random.below(20) {
        case 0..<4: return isOver ? reopening() : try start()
        case 4..<13: return .observed(anyRunning(), observations())
        case 13: return .lost(anyRunning(), reason: "evicted", at: time())
        case 14..<19: return end()
        default: return change()
        }
    }

    private mutating func start() throws -> Event {
        started += 1
        running.append(started)
        let why = started % 3 == 0 ? nil : Explanation("drawn", mean: random.uniform(), score: random.normal())
        return .started(started, Suggestion(try experiment.space.sample(using: &random), explanation: why), at: time())
    }

    private mutating func end() -> Event {
        let outcomes: [Outcome] = [
            .succeeded, .succeeded, .succeeded, .earlyStopped, .failed("exit code 1"), .killed("stopped"),
            .metricsUnavailable("never reported loss"),
        ]
        return .ended(
            running.remove(at: random.below(running.count)), outcomes[random.below(outcomes.count)], at: time())
    }

    private mutating func change() -> Event {
        guard !isOver, random.below(3) > 0 else { return reopening() }
        isOver = true
        if random.below(2) == 0 { return .stopped(at: time()) }
        return .finished(random.below(2) == 0 ? .goalReached : .failed("too many failures"), at: time())
    }

    private mutating func reopening() -> Event {
        isOver = false
        return .budgetEdited(Budget(maxTrials: random.below(2) == 0 ? nil : random.below(100) + 1), at: time())
    }

    private mutating func observations() -> [Observation] {
        let values: [Double] = [0.1, 0.2, 0.2, 0.3, 1, -1, .nan, .infinity, -.infinity]
        let metrics = ["loss", "loss", "accuracy", "temperature"]
        return (0...random.below(3)).map { step in
            let metric = metrics[random.below(metrics.count)]
            return Observation(metric: metric, value: values[random.below(values.count)], step: step, time: time())
        }
    }

    private mutating func anyRunning() -> Trial.Number { running[random.below(running.count)] }

    private mutating func time() -> Date { Samples.noon.addingTimeInterval(Double(random.below(1000)) * 0x1p-20) }
}
