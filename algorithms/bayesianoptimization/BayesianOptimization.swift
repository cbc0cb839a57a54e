import AttuneCore
import AttuneMath
import Foundation

/// Gaussian-process Bayesian optimisation: a model of the objective is fitted to what has ended, and the next trial is
/// where an acquisition makes most of it (Jones et al. 1998; Ament et al. 2023).
struct BayesianOptimization: Suggester {
    private let settings: Settings
    private let space: ModelSpace
    private let design: SobolSequence
    private let initialTrials: Int
    private var evidence: Evidence
    private var fitted: Fitted?

    struct Settings: Sendable, Hashable {
        /// How many trials come before the model; at least 1.
        var initialPoints: Int
        var kernel = Kernel.matern52
        var acquisition = Acquisition.logExpectedImprovement
    }

    /// A model and what it was made of.
    private struct Fitted {
        /// How many observations the hyperparameters were fitted to.
        var scheduled: Int
        /// The observations in the model, by position in the evidence.
        var members: [Int]
        /// How many observations were considered.
        var seen: Int
        /// How the objective's values are warped.
        var exponent: Double
        var model: GaussianProcess
    }

    init(_ experiment: Experiment, settings: Settings) throws {
        self.settings = settings
        space = ModelSpace(experiment.space)
        design = try SobolSequence(dimensions: experiment.space.dimensions, seed: experiment.seed)
        initialTrials = experiment.initialTrials.count
        evidence = Evidence(space)
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        evidence.absorb(study)
        let position = study.nextNumber - 1 - initialTrials
        guard position >= settings.initialPoints, evidence.count > 0 else {
            return .run(try initial(position, for: study, using: &random))
        }
        let (model, transform) = model()
        guard let suggestion = search(model, transform, study, using: &random) else {
            return .run(Suggestion(try study.experiment.space.sample(using: &random)))
        }
        return .run(suggestion)
    }

    // MARK: Initial design

    /// The middle of the space first, which users' ranges are often built around, then a Sobol sequence.
    private func initial(_ position: Int, for study: Study, using random: inout RandomSource) throws -> Suggestion {
        let explanation = Explanation("initial design")
        for block in 0..<64 {
            let cube =
                position == 0 && block == 0
                ? Array(repeating: 0.5, count: space.dimensions) : design.point(position + block << 24)
            let assignment = space.space.assignment(at: cube)
            if space.space.isFeasible(assignment), !study.tried.contains(assignment) {
                return Suggestion(assignment, explanation: explanation)
            }
        }
        return Suggestion(try space.space.sample(using: &random), explanation: explanation)
    }

    // MARK: Model

    /// The model of all that has ended: hyperparameters of the last scheduled fit, later observations appended.
    private mutating func model() -> (GaussianProcess, OutputTransform) {
        let scheduled = BayesianOptimization.scheduled(upTo: evidence.count)
        if fitted?.scheduled != scheduled { fitted = fit(scheduled) }
        guard var current = fitted else { preconditionFailure("a fit gives a model") }
        let transform = OutputTransform(evidence.values, exponent: current.exponent)
        let targets = evidence.values.map { transform($0) }
        while current.seen < evidence.count {
            let width = space.featureCount
            let features = Array(evidence.features[current.seen * width..<(current.seen + 1) * width])
            let before = current.model.count
            current.model.append(features: features, target: targets[current.seen])
            if current.model.count > before { current.members.append(current.seen) }
            current.seen += 1
        }
        current.model.retarget(current.members.map { targets[$0] })
        fitted = current
        return (current.model, transform)
    }

    /// Hyperparameters are fitted anew at these numbers of observations: each one at first, then every fifteenth part more.
    static func scheduled(upTo count: Int) -> Int {
        var scheduled = 1
        while true {
            let next = scheduled + max(1, scheduled / Env.refit)
            if next > count { return scheduled }
            scheduled = next
        }
    }

    private func fit(_ count: Int) -> Fitted {
        let values = Array(evidence.values[..<count])
        let members = Array(0..<count)
        let features = Array(evidence.features[..<(count * space.featureCount)])
        let likeliest = OutputTransform(values)
        let transforms = Env.both == 0 || abs(likeliest.exponent - 1) < 0.05 ? [likeliest] : [likeliest, OutputTransform(values, exponent: 1)] + (Env.both == 2 ? [OutputTransform(values, exponent: (1 + likeliest.exponent) / 2)] : [])
        let fits = transforms.map { transform in
            let targets = values.map { transform($0) }
            let fit = Hyperparameters.fitted(to: space, settings.kernel, features: features, targets: targets)
            return (
                transform: transform, targets: targets, hyperparameters: fit.hyperparameters,
                negativeEvidence: fit.negativeLogPosterior - transform.logJacobian(at: values)
            )
        }
        let best = fits.min { $0.negativeEvidence < $1.negativeEvidence } ?? fits[0]
        return Fitted(
            scheduled: count, members: members, seen: count, exponent: best.transform.exponent,
            model: GaussianProcess(
                space, settings.kernel, best.hyperparameters, features: features, targets: best.targets))
    }

    // MARK: Search

    private func search(
        _ model: GaussianProcess, _ transform: OutputTransform, _ study: Study, using random: inout RandomSource
    ) -> Suggestion? {
        let means = model.fittedMeans
        let ranking = means.indices.sorted { (means[$0], $0) < (means[$1], $1) }
        let search = AcquisitionSearch(
            space: space, surrogate: model.imagining(study.running.map { space.point(of: $0.assignment) }),
            acquisition: settings.acquisition, best: means[ranking[0]], success: success(like: model),
            anchors: ranking.prefix(Env.near2).map { evidence.points[fitted?.members[$0] ?? $0] }, region: region(model, around: evidence.points[fitted?.members[ranking[0]] ?? 0])
        ) { space.space.isFeasible($0) && !study.tried.contains($0) }
        guard let candidate = search.best(among: cubes(for: study), using: &random) else { return nil }
        return Suggestion(
            space.assignment(at: candidate.point),
            explanation: explanation(of: candidate, model, transform, best: means[ranking[0]], study.objective))
    }

    /// A box around the best point, wide where the objective varies slowly; nil where the whole space is searched.
    private func region(_ model: GaussianProcess, around centre: [Double]) -> TrustRegion? {
        guard space.dimensions >= Env.trdim else { return nil }
        var size = TrustRegionSize(dimensions: space.dimensions)
        for value in evidence.values { size.absorb(value) }
        let lengths = model.hyperparameters.logLengths
        let mean = lengths.reduce(0, +) / Double(lengths.count)
        return TrustRegion(space: space, centre: centre, sides: lengths.map { size.side * exp(max(min($0 - mean, 2), -2)) })
    }

    /// Positions that cover the cube, others for every trial.
    private func cubes(for study: Study) -> [[Double]] {
        let count = Env.cubes
        return (0..<count).map { design.point(1 << 20 + study.nextNumber * count + $0) }
    }

    /// A model of success: 1 where a trial brought a value, 0 where it failed.
    private func success(like model: GaussianProcess) -> GaussianProcess? {
        guard !evidence.failures.isEmpty else { return nil }
        var hyperparameters = model.hyperparameters
        hyperparameters.logVariance = log(0.25)
        hyperparameters.logNoise = log(0.01)
        let features = evidence.features + evidence.failures.flatMap { space.features(of: $0) }
        let targets =
            Array(repeating: 1.0, count: evidence.count) + Array(repeating: 0, count: evidence.failures.count)
        return GaussianProcess(space, settings.kernel, hyperparameters, features: features, targets: targets)
    }

    private func explanation(
        of candidate: AcquisitionSearch.Candidate, _ model: GaussianProcess, _ transform: OutputTransform, best: Double,
        _ objective: Objective
    ) -> Explanation {
        let belief = model.posterior(features: space.features(of: candidate.point))
        let (mean, deviation) = (belief.means[0], belief.deviations[0])
        let spread = (transform.inverse(mean + deviation) - transform.inverse(mean - deviation)) / 2
        return Explanation(
            "Gaussian process", mean: transform.inverse(mean) * (objective.direction == .minimize ? 1 : -1),
            deviation: spread, acquisition: settings.acquisition.name, score: candidate.score,
            exploration: Acquisition.exploration(mean: mean, deviation: deviation, best: best))
    }
}

extension GaussianProcess {
    /// The model as if running trials had brought what it expects of them (Ginsbourger et al. 2010, kriging believer).
    func imagining(_ points: [[Double]]) -> GaussianProcess {
        var model = self
        for point in points {
            let features = space.features(of: point)
            model.append(features: features, target: model.posterior(features: features).means[0])
        }
        return model
    }
}

extension Algorithm {
    static let bayesianOptimization = Algorithm(
        "bayesianoptimization",
        summary: "A Gaussian process models the objective; best for costly trials, up to a few thousand of them.",
        settings: [.randomState], honours: .all
    ) { try BayesianOptimization($0, settings: BayesianOptimization.Settings(initialPoints: Env.ninit)) }
}

extension AlgorithmSpec {
    public static let bayesianOptimization = AlgorithmSpec("bayesianoptimization")
}
