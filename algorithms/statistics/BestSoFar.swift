import AttuneCore
import Foundation

/// A trial that was the best of all that had ended when it did.
public struct BestSoFar: Sendable, Hashable {
    public var trial: Trial.Number
    /// When it ended.
    public var time: Date
    public var value: Double

    public init(trial: Trial.Number, time: Date, value: Double) {
        self.trial = trial
        self.time = time
        self.value = value
    }

    /// Those of a history that are better than all before them.
    ///
    /// - Parameter ends: in the order in which they came.
    public static func history(of ends: some Sequence<BestSoFar>, _ direction: Objective.Direction) -> [BestSoFar] {
        ends.reduce(into: []) { history, end in
            guard let best = history.last?.value else { return history.append(end) }
            if direction == .minimize ? end.value < best : end.value > best { history.append(end) }
        }
    }
}

extension Study {
    /// How the best value came about: each trial that was the best when it ended, in the order of ends. Between two of
    /// them the best stays what it was. The last is `best`; a stopped trial never counts.
    ///
    /// - Complexity: O(ended trials).
    public var bestSoFar: [BestSoFar] {
        let ends = ended.lazy.map { self[$0] }.filter { $0.outcome == .succeeded }.compactMap { trial -> BestSoFar? in
            guard let value = trial.value(of: objective), let time = trial.endTime else { return nil }
            return BestSoFar(trial: trial.number, time: time, value: value)
        }
        return BestSoFar.history(of: ends, objective.direction)
    }
}
