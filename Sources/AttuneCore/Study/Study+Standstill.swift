import Foundation

/// Whether anything more is to be had, as `StopWhen` asks. All of it is read from the log, and since the last opening.
extension Study {
    /// Whether the best, or the front's hypervolume, has improved by no more than the plateau's least improvement over its
    /// number of ended trials. Nothing stands still before a trial has come to something.
    ///
    /// - Complexity: O(1) while no recent trial is on the front, else O(trials), and that of hypervolume for several
    ///   objectives.
    func hasReached(_ plateau: StopWhen.Plateau) -> Bool {
        guard ended.count - endedAtOpening >= plateau.trials, !frontNumbers.isEmpty else { return false }
        let cut = ended.count - plateau.trials
        let recent = Set(ended[cut...])
        // A trial that rests came to its level lately when it did so after the last of the earlier ends.
        let moment = cut > 0 ? self[ended[cut - 1]].endTime ?? createdAt : createdAt
        func isRecent(_ trial: Trial) -> Bool {
            recent.contains(trial.number) || trial.restTime.map { $0 > moment } ?? false
        }
        guard frontNumbers.contains(where: { isRecent(self[$0]) }) else { return true }
        let earlier = trials.filter { !isRecent($0) }.compactMap(\.standing)
        guard !earlier.isEmpty else { return false }
        return improvement(from: earlier, to: front.compactMap(\.standing)) <= plateau.minImprovement
    }

    /// By how much the values of some trials are better than those of others that are among them.
    private func improvement(from earlier: [[Double]], to all: [[Double]]) -> Double {
        guard objective.hasSeveralTargets else {
            let (before, now) = (earlier.map { $0[0] }.min() ?? .infinity, all.map { $0[0] }.min() ?? .infinity)
            return before - now
        }
        let reference = reference(of: earlier + all)
        return Hypervolume.of(all, reference: reference) - Hypervolume.of(earlier, reference: reference)
    }

    /// The targets' references as losses; where one is not given, a tenth of the range beyond the worst of the trials that
    /// are compared, so that those at the ends of the front count.
    private func reference(of points: [[Double]]) -> [Double] {
        objective.targets.enumerated().map { index, target in
            if let reference = target.reference { return target.direction.loss(reference) }
            let values = points.map { $0[index] }
            let (best, worst) = (values.min() ?? 0, values.max() ?? 0)
            return worst + (worst > best ? (worst - best) / 10 : 1)
        }
    }

    /// Whether each of the latest trials that the algorithm had a prediction for was expected to improve on the best by
    /// less than is asked for.
    func hasReached(_ limit: StopWhen.ExpectedImprovement) -> Bool {
        guard let best = best?.value(of: objective) else { return false }
        var count = 0
        for trial in trials[startedAtOpening...].reversed() {
            guard let improvement = trial.suggestion.explanation?.expectedImprovement(on: best, objective.direction)
            else { continue }
            guard improvement < limit.below else { return false }
            count += 1
            if count == limit.trials { return true }
        }
        return false
    }
}

extension Explanation {
    /// Expected improvement on a value (Jones et al. 1998, eq. 15) by the model's mean and deviation, in the objective's
    /// units; nil where it gave none.
    func expectedImprovement(on best: Double, _ direction: Objective.Direction) -> Double? {
        guard let mean, let deviation, mean.isFinite, deviation.isFinite else { return nil }
        let gain = direction.loss(best) - direction.loss(mean)
        guard deviation > 0 else { return max(gain, 0) }
        let z = gain / deviation
        let density = exp(-z * z / 2) / (2 * Double.pi).squareRoot()
        return max(gain * erfc(-z / 2.squareRoot()) / 2 + deviation * density, 0)
    }
}
