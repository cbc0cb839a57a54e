import AttuneCore
import Foundation

/// What a trial would have come to at each of its reports, in order.
///
/// Grows with the trial; one that has lost an attempt is read anew.
struct LearningCurve: Sendable {
    /// Where on the axis of resource each report stands: its step. A program that counts anew when it goes on from a
    /// checkpoint is taken to go on counting.
    private(set) var steps: [Int] = []
    /// When each was first reported.
    private(set) var times: [Date] = []
    /// By position in `steps`; nil while an objective was never reported.
    private(set) var standings: [Standing?] = []
    /// How many reports the attempt that was read had made, and which it was.
    private var attempt = 0
    private var read = 0
    private var metrics: [String: MetricSummary] = [:]

    init() {}

    init(of trial: Trial, _ objective: Objective) { update(with: trial, objective) }

    /// Takes in what the trial has reported since.
    ///
    /// - Complexity: O(new reports).
    mutating func update(with trial: Trial, _ objective: Objective) {
        if trial.attempt != attempt || trial.observations.count < read { self = LearningCurve(attempt: trial.attempt) }
        for observation in trial.observations[read...] { take(observation, objective) }
        read = trial.observations.count
    }

    private init(attempt: Int) { self.attempt = attempt }

    private mutating func take(_ observation: Observation, _ objective: Objective) {
        metrics[observation.metric, default: MetricSummary()].add(observation)
        if observation.metric == objective.metric {
            let latest = steps.last
            if latest != observation.step {
                steps.append(latest.map { max($0 + 1, observation.step) } ?? observation.step)
                times.append(observation.time)
                standings.append(nil)
            }
        } else {
            // What comes before the first metric's report of the same step counts from that on.
            guard let latest = steps.last, observation.step <= latest else { return }
        }
        standings[steps.count - 1] = Standing(metrics, of: objective)
    }

    /// How many steps it has reported.
    var count: Int { steps.count }
    /// Where it stands now.
    var latest: Standing? { standings.last ?? nil }

    /// Where it stood at a step, which it must have reported; nil otherwise.
    func standing(at step: Int) -> Standing? {
        let position = steps.partitioningIndex { $0 >= step }
        return position < steps.count && steps[position] == step ? standings[position] : nil
    }

    /// The position of the first report of at least so many units of resource, counted from 1; nil before.
    ///
    /// A step stands for itself, or for one more where steps count from 0.
    func position(reaching resource: Int) -> Int? {
        guard let first = steps.first else { return nil }
        let shift = first == 0 ? 1 : 0
        let position = steps.partitioningIndex { $0 + shift >= resource }
        return position < steps.count ? position : nil
    }
}

extension RandomAccessCollection where Index == Int {
    /// The first index whose element satisfies a condition that holds from some index on; `endIndex` where none does.
    func partitioningIndex(_ belongsToSecond: (Element) -> Bool) -> Int {
        var (low, high) = (startIndex, endIndex)
        while low < high {
            let middle = low + (high - low) / 2
            if belongsToSecond(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
