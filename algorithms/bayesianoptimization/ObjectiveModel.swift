import AttuneCore

/// A model of the objective made of what has ended: hyperparameters of the last scheduled fit, later observations appended.
struct ObjectiveModel: Sendable {
    /// Which of the evidence's columns it is a model of.
    private let column: Int
    /// How many observations the hyperparameters were fitted to.
    let scheduled: Int
    /// How the objective's values are warped.
    private let exponent: Double
    /// Whether values count by their ranks alone.
    private let ranks: Bool
    /// What earlier experiments say, and how much of it counts.
    private let prior: PriorKnowledge?
    let priorWeight: Double
    /// The observations in the model, by position in the evidence.
    private(set) var members: [Int]
    /// How many observations were considered.
    private var seen: Int
    private(set) var process: GaussianProcess
    /// How much of the variation the hyperparameters predicted of each observation from the others, 0 to 1.
    let skill: Double
    private(set) var transform: OutputTransform

    /// How many observations a model is made of at most: beyond, those near the best point and an even choice of others
    /// stand for all, and the search keeps to a region around it.
    static let capacity = 400

    /// Hyperparameters are fitted anew at these numbers of observations: each one at first, then every twentieth part more,
    /// and at least every 20.
    static func scheduled(upTo count: Int) -> Int {
        var scheduled = 1
        while true {
            let next = scheduled + max(1, min(scheduled / 20, 20))
            if next > count { return scheduled }
            scheduled = next
        }
    }

    /// - Parameters:
    ///   - column: which of the evidence's columns to model.
    ///   - count: how many of the observations to fit to; at least one.
    init(
        _ evidence: Evidence, column: Int = 0, count: Int, settings: BayesianOptimization.Settings,
        prior: PriorKnowledge?
    ) {
        self.column = column
        let values = Array(evidence.columns[column][..<count])
        let members = ObjectiveModel.members(evidence, count)
        let features = members.flatMap { evidence.features(of: $0) }
        let predictions = prior?.model.means(features: features) ?? []
        let own = members.map { values[$0] }
        let ranks = settings.countsRanks && column == 0 && !evidence.hasSeveralObjectives
        let fits = (ranks ? [OutputTransform(ranking: values)] : ObjectiveModel.transforms(of: values)).map {
            transform in
            Fit(evidence.space, own, features, predictions, transform, settings)
        }
        // With several objectives a warp has to earn itself: through it the improvement is known less well.
        let handicap = evidence.hasSeveralObjectives ? 0.3 * Double(own.count) : 0
        func cost(_ fit: Fit) -> Double { fit.negativeEvidence + (fit.transform.exponent == 1 ? 0 : handicap) }
        let best = fits.min { cost($0) < cost($1) } ?? fits[0]
        scheduled = count
        self.ranks = ranks
        self.members = members
        seen = count
        self.prior = prior
        priorWeight = best.priorWeight
        transform = best.transform
        exponent = best.transform.exponent
        process = GaussianProcess(
            evidence.space, settings.kernel, best.hyperparameters, features: features, targets: best.targets)
        skill = ObjectiveModel.explainedShare(of: own.map { best.transform($0) }, leaving: process.leaveOneOutResiduals)
    }

    /// The share of the values' variance that is not left over; of a single value nothing is known, and 1 assumed.
    private static func explainedShare(of values: [Double], leaving residuals: [Double]) -> Double {
        let average = values.reduce(0, +) / Double(values.count)
        let all = values.reduce(0) { $0 + ($1 - average) * ($1 - average) }
        return all > 0 ? max(1 - residuals.reduce(0) { $0 + $1 * $1 } / all, 0) : 1
    }

    /// Takes in what has ended since; O(1) when nothing has.
    mutating func extend(_ evidence: Evidence) {
        guard seen < evidence.count else { return }
        let values = evidence.columns[column]
        transform = ranks ? OutputTransform(ranking: values) : OutputTransform(values, exponent: exponent)
        while seen < evidence.count {
            let before = process.count
            process.append(features: evidence.features(of: seen), target: 0)
            if process.count > before { members.append(seen) }
            seen += 1
        }
        let predictions = prior?.model.means(features: members.flatMap { evidence.features(of: $0) })
        process.retarget(
            members.indices.map { index in
                transform(values[members[index]]) - (predictions.map { priorWeight * $0[index] } ?? 0)
            })
    }

    /// The best beliefs at observations, best first, as positions in the evidence.
    var ranking: [(position: Int, mean: Double)] {
        let means = process.fittedMeans
        let predictions = prior?.model.means(features: process.features) ?? []
        return members.indices.map { index in
            (members[index], means[index] + (predictions.isEmpty ? 0 : priorWeight * predictions[index]))
        }.sorted { ($0.1, $0.0) < ($1.1, $1.0) }
    }

    /// The belief, as if running trials had brought what it expects of them (Ginsbourger et al. 2010, kriging believer).
    func surrogate(imagining running: [[Double]]) -> any Surrogate {
        let residual = process.imagining(running)
        guard let prior, priorWeight > 0 else { return residual }
        return WarmSurrogate(residual: residual, prior: prior.model, weight: priorWeight)
    }

    // MARK: Fitting

    /// Values as they are and with the likeliest warp; the evidence decides.
    private static func transforms(of values: [Double]) -> [OutputTransform] {
        let likeliest = OutputTransform(values)
        return abs(likeliest.exponent - 1) < 0.05 ? [likeliest] : [likeliest, OutputTransform(values, exponent: 1)]
    }

    private struct Fit {
        let transform: OutputTransform
        let targets: [Double]
        let priorWeight: Double
        let hyperparameters: Hyperparameters
        let negativeEvidence: Double

        init(
            _ space: ModelSpace, _ values: [Double], _ features: [Double], _ predictions: [Double],
            _ transform: OutputTransform, _ settings: BayesianOptimization.Settings
        ) {
            let transformed = values.map { transform($0) }
            let weight = predictions.isEmpty ? 0 : PriorKnowledge.agreement(predictions, transformed)
            let targets =
                predictions.isEmpty ? transformed : zip(transformed, predictions).map { $0 - weight * $1 }
            let fit = Hyperparameters.fitted(
                to: space, settings.kernel, features: features, targets: targets,
                knownNoise: settings.noise.variance(in: transform))
            self.transform = transform
            self.targets = targets
            priorWeight = weight
            hyperparameters = fit.hyperparameters
            negativeEvidence = fit.negativeLogPosterior - transform.logJacobian(at: values)
        }
    }

    /// All of the first `count` observations; of many, half those nearest to the best one, a quarter the best, and an even
    /// choice of the others.
    private static func members(_ evidence: Evidence, _ count: Int) -> [Int] {
        guard count > capacity else { return Array(0..<count) }
        let order = evidence.order(of: count)
        // A front has no centre: the fittest half of the capacity, and of the others one in so many.
        if evidence.hasSeveralObjectives { return representatives(order, best: capacity / 2, atMost: capacity) }
        let centre = evidence.features(of: order[0])
        let distances = (0..<count).map { index in
            zip(centre, evidence.features(of: index)).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        }
        let nearest = (0..<count).sorted { (distances[$0], $0) < (distances[$1], $1) }
        var chosen = Set(nearest.prefix(capacity / 2)).union(order.prefix(capacity / 4))
        let rest = (0..<count).filter { !chosen.contains($0) }
        let wanted = capacity - chosen.count
        for step in 0..<min(wanted, rest.count) { chosen.insert(rest[step * rest.count / wanted]) }
        return chosen.sorted()
    }
}

extension BayesianOptimization.Settings.Noise {
    /// The noise's variance in units of transformed values; nil where it is to be learned.
    fileprivate func variance(in transform: OutputTransform) -> Double? {
        switch self {
        case .learned: return nil
        case .known(let deviation):
            // Beyond the values' own spread more noise explains no more of them.
            let scaled = min(deviation * transform.slopeAtMedian, 1)
            return scaled.isNaN ? 1 : scaled * scaled
        }
    }
}
