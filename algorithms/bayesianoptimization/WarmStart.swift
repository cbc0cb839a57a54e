import AttuneCore

/// What earlier experiments say of a space: a Gaussian process over their trials, used as far as it agrees with the new
/// ones.
struct PriorKnowledge: Sendable {
    let space: ModelSpace
    let model: GaussianProcess
    /// Where earlier trials failed.
    let failures: [[Double]]
    /// For the record: `warm start from a, b`.
    let sources: String

    /// How many earlier trials the model takes in: the best quarter of these, and the others evenly.
    private static let capacity = 240

    /// Nil where fewer than three earlier trials brought a value.
    init?(_ trials: [PriorTrial], direction: Objective.Direction, space: ModelSpace) {
        let valued = trials.filter { $0.value != nil }
        guard valued.count >= 3 else { return nil }
        self.space = space
        sources = "warm start from " + Array(Set(trials.map(\.experiment))).sorted().joined(separator: ", ")
        failures = trials.filter { $0.value == nil }.suffix(PriorKnowledge.capacity)
            .map { space.point(of: $0.assignment) }
        let (points, targets) = PriorKnowledge.observations(valued, direction, space)
        let chosen = representatives(of: targets, atMost: PriorKnowledge.capacity)
        let features = chosen.flatMap { space.features(of: points[$0]) }
        let kept = chosen.map { targets[$0] }
        let fit = Hyperparameters.fitted(to: space, .matern52, features: features, targets: kept)
        model = GaussianProcess(space, .matern52, fit.hyperparameters, features: features, targets: kept)
    }

    /// Values are standardised source by source: experiments may differ in level and scale.
    private static func observations(
        _ trials: [PriorTrial], _ direction: Objective.Direction, _ space: ModelSpace
    ) -> (points: [[Double]], targets: [Double]) {
        var transforms: [Experiment.ID: OutputTransform] = [:]
        let sign = direction == .minimize ? 1.0 : -1
        for (source, own) in Dictionary(grouping: trials, by: \.experiment) {
            transforms[source] = OutputTransform(own.compactMap { $0.value.map { sign * $0 } })
        }
        let targets = trials.map { trial in
            transforms[trial.experiment].flatMap { transform in trial.value.map { transform(sign * $0) } } ?? 0
        }
        return (trials.map { space.point(of: $0.assignment) }, targets)
    }

    /// How much of the earlier model to add: its rank correlation with what was seen, as if it had been right twice before
    /// there was anything to see, times the slope between the two.
    ///
    /// - Parameters:
    ///   - predictions: the earlier model's means where there are new trials.
    ///   - targets: what these brought, standardised.
    static func agreement(_ predictions: [Double], _ targets: [Double]) -> Double {
        let count = Double(targets.count)
        let correlation = targets.count > 1 ? rankCorrelation(predictions, targets) : 1
        let trust = min(max((2 + correlation * count) / (2 + count), 0), 1)
        let means = (predictions.reduce(0, +) / max(count, 1), targets.reduce(0, +) / max(count, 1))
        let products = zip(predictions, targets).reduce(2) { $0 + ($1.0 - means.0) * ($1.1 - means.1) }
        let squares = predictions.reduce(2) { $0 + ($1 - means.0) * ($1 - means.0) }
        return trust * min(max(products / squares, 0), 2)
    }
}

/// Spearman's: the correlation of ranks, ties at their mean rank.
private func rankCorrelation(_ a: [Double], _ b: [Double]) -> Double {
    let (x, y) = (ranks(a), ranks(b))
    let middle = Double(a.count - 1) / 2
    var (xx, yy, xy) = (0.0, 0.0, 0.0)
    for (p, q) in zip(x, y) {
        xx += (p - middle) * (p - middle)
        yy += (q - middle) * (q - middle)
        xy += (p - middle) * (q - middle)
    }
    return xx > 0 && yy > 0 ? xy / (xx * yy).squareRoot() : 0
}

private func ranks(_ values: [Double]) -> [Double] {
    let order = values.indices.sorted { (values[$0], $0) < (values[$1], $1) }
    var ranks = [Double](repeating: 0, count: values.count)
    var first = 0
    while first < order.count {
        var last = first
        while last + 1 < order.count, values[order[last + 1]] == values[order[first]] { last += 1 }
        for position in first...last { ranks[order[position]] = Double(first + last) / 2 }
        first = last + 1
    }
    return ranks
}

/// The earlier model and what the new trials add to it.
struct WarmSurrogate: Surrogate {
    /// Of what the earlier model leaves unexplained.
    let residual: GaussianProcess
    let prior: GaussianProcess
    let weight: Double

    func posterior(features: [Double]) -> (means: [Double], deviations: [Double]) {
        var (means, deviations) = residual.posterior(features: features)
        for (index, mean) in prior.means(features: features).enumerated() { means[index] += weight * mean }
        return (means, deviations)
    }

    func posterior(
        at features: [Double], meanGradient: inout [Double], deviationGradient: inout [Double]
    ) -> Posterior? {
        var (byPrior, unused) = (meanGradient, deviationGradient)
        guard
            var belief = residual.posterior(
                at: features, meanGradient: &meanGradient, deviationGradient: &deviationGradient),
            let earlier = prior.posterior(at: features, meanGradient: &byPrior, deviationGradient: &unused)
        else { return nil }
        belief.mean += weight * earlier.mean
        for index in meanGradient.indices { meanGradient[index] += weight * byPrior[index] }
        return belief
    }

    func draw(features: [Double], using random: inout RandomSource) -> [Double] {
        zip(residual.draw(features: features, using: &random), prior.means(features: features))
            .map { $0 + weight * $1 }
    }
}

/// Positions of observations that say most in little: the best quarter of the capacity, and of the others one in so many.
///
/// - Parameter targets: smaller is better.
func representatives(of targets: [Double], atMost capacity: Int) -> [Int] {
    guard targets.count > capacity else { return Array(targets.indices) }
    let order = targets.indices.sorted { (targets[$0], $0) < (targets[$1], $1) }
    return representatives(order, best: capacity / 4, atMost: capacity)
}

/// So many of the best, and of the others one in so many, ascending.
///
/// - Parameter order: positions, the best first, more than `capacity`.
func representatives(_ order: [Int], best count: Int, atMost capacity: Int) -> [Int] {
    let best = order.prefix(count)
    let rest = order.dropFirst(count)
    let wanted = capacity - best.count
    let even = (0..<wanted).map { rest[rest.startIndex + $0 * rest.count / wanted] }
    return (best + even).sorted()
}
