import AttuneCore
import AttuneMath
import Foundation

/// Bayesian optimisation: a model of the objective is fitted to what has ended, and the next trial is where an acquisition
/// makes most of it (Jones et al. 1998; Ament et al. 2023).
struct BayesianOptimization: Suggester {
    private let settings: Settings
    private let space: ModelSpace
    /// Nil where there are more parameters than the sequence has dimensions.
    private let design: SobolSequence?
    private let initialTrials: Int
    private let objective: Objective
    private var evidence: Evidence
    /// Of each target, then of each constraint's metric.
    private var models: [ObjectiveModel] = []
    /// What earlier experiments say; made when first asked for, as it never changes.
    private var prior: PriorKnowledge??

    init(_ experiment: Experiment, settings: Settings) {
        self.settings = settings
        space = ModelSpace(experiment.space, choices: settings.choices)
        design = try? SobolSequence(dimensions: experiment.space.dimensions, seed: experiment.seed)
        initialTrials = experiment.initialTrials.count
        objective = experiment.objective
        evidence = Evidence(space)
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        evidence.absorb(study)
        let prior = priorKnowledge(of: study)
        guard !isInitial(study, prior) else { return .run(try initial(for: study, prior, using: &random)) }
        let models = currentModels(prior)
        if let suggestion = suggestion(for: study, models, using: &random) { return .run(suggestion) }
        return .run(
            Suggestion(
                try study.experiment.space.sample(using: &random),
                explanation: Explanation("drawn: every candidate was tried before")))
    }

    /// How much of the objective's variation the model predicts where it has not looked, 0 to 1, of several objectives
    /// that of the least predictable; nil while the initial design goes on.
    mutating func skill(for study: Study) -> Double? {
        evidence.absorb(study)
        let prior = priorKnowledge(of: study)
        guard !isInitial(study, prior) else { return nil }
        return currentModels(prior).prefix(objective.targets.count).map(\.skill).min()
    }

    /// How many trials have brought a value.
    var evidenceCount: Int { evidence.count }
    /// Whether more has ended than a model takes in.
    var isBeyondCapacity: Bool { evidence.count > ObjectiveModel.capacity }

    private func isInitial(_ study: Study, _ prior: PriorKnowledge?) -> Bool {
        study.nextNumber - 1 - initialTrials
            < (prior == nil ? settings.initialPoints : 1) || evidence.count == 0
    }

    private mutating func priorKnowledge(of study: Study) -> PriorKnowledge? {
        if let prior { return prior }
        let made =
            objective.hasSeveralTargets
            ? nil : PriorKnowledge(study.priorTrials, direction: objective.direction, space: space)
        prior = .some(made)
        return made
    }

    private mutating func currentModels(_ prior: PriorKnowledge?) -> [ObjectiveModel] {
        let scheduled = ObjectiveModel.scheduled(upTo: evidence.count)
        if models.first?.scheduled != scheduled {
            models = evidence.columns.indices.map { column in
                ObjectiveModel(
                    evidence, column: column, count: scheduled, settings: settings(ofColumn: column),
                    prior: column == 0 ? prior : nil)
            }
        }
        for column in models.indices { models[column].extend(evidence) }
        return models
    }

    /// Noise that is known is that of the objectives; that of constraints is learned.
    private func settings(ofColumn column: Int) -> Settings {
        var own = settings
        if column >= objective.targets.count { own.noise = .learned }
        return own
    }

    // MARK: Initial design

    /// The middle of the space first, which users' ranges are often built around, then a Sobol sequence; where earlier
    /// experiments have a say, what they make most of. Choices have no middle.
    private func initial(
        for study: Study, _ prior: PriorKnowledge?, using random: inout RandomSource
    ) throws -> Suggestion {
        if let prior, let suggestion = suggestion(for: study, from: prior, using: &random) { return suggestion }
        let position = study.nextNumber - 1 - initialTrials
        for block in 0..<64 {
            let isMiddle = position == 0 && block == 0 && space.axes.contains(where: \.isOrderedOrContinuous)
            let cube =
                isMiddle
                ? Array(repeating: 0.5, count: space.dimensions) : cube(position + block << 24, using: &random)
            let assignment = space.space.assignment(at: cube)
            guard space.space.isFeasible(assignment), !study.tried.contains(assignment) else { continue }
            return Suggestion(
                assignment, explanation: Explanation("initial design: \(isMiddle ? "the middle" : "Sobol sequence")"))
        }
        return Suggestion(
            try space.space.sample(using: &random), explanation: Explanation("initial design: drawn"))
    }

    private func suggestion(
        for study: Study, from prior: PriorKnowledge, using random: inout RandomSource
    ) -> Suggestion? {
        let model = prior.model.imagining(study.running.map { space.point(of: $0.assignment) })
        let search = AcquisitionSearch(
            space: space,
            criterion: Improvement(
                surrogate: model, acquisition: .logExpectedImprovement,
                best: model.fittedMeans.min() ?? 0), modifiers: success(like: prior.model).map { [$0] } ?? [],
            anchors: [],
            isOpen: { space.space.isFeasible($0) && !study.tried.contains($0) })
        guard let candidate = search.best(among: cubes(for: study, using: &random), using: &random) else { return nil }
        return Suggestion(space.assignment(at: candidate.point), explanation: Explanation(prior.sources))
    }

    // MARK: Search

    private func suggestion(
        for study: Study, _ models: [ObjectiveModel], using random: inout RandomSource
    ) -> Suggestion? {
        let aim = aim(study, models, using: &random)
        let search = AcquisitionSearch(
            space: space, criterion: aim.criterion, modifiers: modifiers(models),
            anchors: aim.anchors,
            region: aim.anchors.first.flatMap { region(models[0], around: $0) },
            followsGradients: settings.followsGradients,
            isOpen: { space.space.isFeasible($0) && !study.tried.contains($0) })
        let cubes = cubes(for: study, using: &random)
        var found: AcquisitionSearch.Candidate?
        if settings.policy == .thompson, let improvement = aim.criterion as? Improvement {
            found = search.drawn(from: improvement.surrogate, among: cubes, using: &random)
        } else {
            found = search.best(among: cubes, using: &random)
        }
        guard let found else { return nil }
        return Suggestion(
            space.assignment(at: found.point),
            labels: settings.policy == .hedge ? [AcquisitionPortfolio.label: aim.name] : [:],
            explanation: explanation(of: found, aim, search, models, study))
    }

    // MARK: Aims

    private func aim(_ study: Study, _ models: [ObjectiveModel], using random: inout RandomSource)
        -> Aim
    {
        let feasible = evidence.results.indices.filter { evidence.results[$0].isFeasible }
        guard !feasible.isEmpty else {
            let nearest = evidence.order(of: evidence.count).prefix(4)
            return Aim(
                criterion: Indifference(featureCount: space.featureCount),
                anchors: nearest.map { evidence.points[$0] }, name: "probability of feasibility")
        }
        return objective.hasSeveralTargets
            ? frontAim(study, models, feasible, using: &random)
            : singleAim(study, models[0], using: &random)
    }

    private func singleAim(_ study: Study, _ model: ObjectiveModel, using random: inout RandomSource)
        -> Aim
    {
        let ranking = model.ranking.filter { evidence.results[$0.position].isFeasible }
        let targets = evidence.values.map { model.transform($0) }
        let acquisition = self.acquisition(targets, using: &random)
        let surrogate = surrogate(model, targets, study, using: &random)
        return Aim(
            criterion: Improvement(
                surrogate: surrogate, acquisition: acquisition,
                best: best(ranking.first?.mean ?? 0, study, surrogate)),
            anchors: ranking.prefix(4).map { evidence.points[$0.position] },
            name: settings.policy == .thompson ? "Thompson" : acquisition.name)
    }

    /// The volume that the front dominates is to grow, running trials taken at what is expected of them.
    private func frontAim(
        _ study: Study, _ models: [ObjectiveModel], _ feasible: [Int], using random: inout RandomSource
    ) -> Aim {
        let targets = objective.targets
        let front = BelievedFront(
            Array(models.prefix(targets.count)), evidence, feasible: feasible,
            references: targets.map { target in target.reference.map { target.direction.loss($0) } })
        let surrogates = targets.indices.map { index in
            surrogate(
                models[index], evidence.columns[index].map { models[index].transform($0) }, study,
                using: &random)
        }
        let running = study.running.map { space.features(of: space.point(of: $0.assignment)) }
        let expected = running.map { features in
            zip(surrogates, models).map { surrogate, model in
                model.transform.scaled(undoing: surrogate.posterior(features: features).means[0]).value
            }
        }
        return Aim(
            criterion: FrontImprovement(
                surrogates: surrogates, transforms: models.prefix(targets.count).map(\.transform),
                improvement: ExpectedHypervolumeImprovement(
                    front: front.points + expected, reference: front.reference)),
            anchors: front.positions.prefix(8).map { evidence.points[$0] }, name: "logEHVI")
    }

    /// The best value so far, running trials taken at what is expected of them: there is nothing to gain beside them.
    private func best(_ ended: Double, _ study: Study, _ surrogate: any Surrogate) -> Double {
        let running = study.running.flatMap { space.features(of: space.point(of: $0.assignment)) }
        return running.isEmpty ? ended : min(ended, surrogate.posterior(features: running).means.min() ?? ended)
    }

    private func acquisition(_ targets: [Double], using random: inout RandomSource) -> Acquisition {
        switch settings.policy {
        case .fixed(let acquisition): acquisition
        case .hedge: AcquisitionPortfolio.choice(evidence.choosers, targets, using: &random)
        case .thompson: .logExpectedImprovement  // unused: a draw has no acquisition
        }
    }

    private func surrogate(
        _ model: ObjectiveModel, _ targets: [Double], _ study: Study, using random: inout RandomSource
    ) -> any Surrogate {
        let running = study.running.map { space.point(of: $0.assignment) }
        guard settings.estimator != .GP else { return model.surrogate(imagining: running) }
        // Trees take running trials at what the process expects of them.
        let imagined = running.map { space.features(of: $0) }
        let expected =
            imagined.isEmpty ? [] : model.surrogate(imagining: []).posterior(features: imagined.flatMap { $0 }).means
        let features = model.members.flatMap { evidence.features(of: $0) } + imagined.flatMap { $0 }
        let values = model.members.map { targets[$0] } + expected
        switch settings.estimator {
        case .RF: return TreeSurrogate.forest(space, features: features, targets: values, using: &random)
        case .ET: return TreeSurrogate.extraTrees(space, features: features, targets: values, using: &random)
        case .GBRT, .GP: return TreeSurrogate.boosting(space, features: features, targets: values, using: &random)
        }
    }

    /// Positions that cover the cube, others for every trial.
    private func cubes(for study: Study, using random: inout RandomSource) -> [[Double]] {
        (0..<BayesianOptimization.cubeCount).map {
            cube(1 << 20 + study.nextNumber * BayesianOptimization.cubeCount + $0, using: &random)
        }
    }

    private func cube(_ index: Int, using random: inout RandomSource) -> [Double] {
        design?.point(index) ?? (0..<space.dimensions).map { _ in random.uniform() }
    }

    private static let cubeCount = 512

    /// A box around the best point, wide where the objective varies slowly, once a model can no longer take in all
    /// observations; nil while the whole space is searched.
    private func region(_ model: ObjectiveModel, around centre: [Double]) -> TrustRegion? {
        guard evidence.count > ObjectiveModel.capacity, !objective.hasSeveralTargets else { return nil }
        let logLengths = model.process.hyperparameters.logLengths
        let lengths = space.offsets.map { logLengths[space.lengths[$0]] }
        let mean = lengths.reduce(0, +) / Double(lengths.count)
        let side = evidence.regionSize.side
        return TrustRegion(
            space: space, centre: centre, sides: lengths.map { side * exp(max(min($0 - mean, 2), -2)) })
    }

    // MARK: What else counts

    private func modifiers(_ models: [ObjectiveModel]) -> [ScoreModifier] {
        var modifiers = zip(objective.constraints, models.dropFirst(objective.targets.count)).map(
            feasibility)
        if let success = success(like: models[0].process) { modifiers.append(success) }
        if settings.countsSeconds, let cost = cost(like: models[0].process) { modifiers.append(cost) }
        return modifiers
    }

    /// The probability that a trial keeps a constraint (Gardner et al. 2014).
    private func feasibility(_ constraint: OutcomeConstraint, _ model: ObjectiveModel)
        -> ScoreModifier
    {
        let lower = constraint.min.map { model.transform($0) } ?? -.infinity
        let upper = constraint.max.map { model.transform($0) } ?? .infinity
        return ScoreModifier(term: .logWithin(lower...max(lower, upper)), model: model.process)
    }

    /// A model of success: 1 where a trial brought a value, 0 where it failed, in earlier experiments too.
    private func success(like process: GaussianProcess) -> ScoreModifier? {
        let failures = evidence.failures.suffix(200) + (prior??.failures ?? [])
        guard !failures.isEmpty else { return nil }
        var hyperparameters = process.hyperparameters
        // Success may end anywhere, however slowly the objective varies.
        let reach = log(0.3 * Double(space.dimensions).squareRoot())
        hyperparameters.logLengths = hyperparameters.logLengths.map { min($0, reach) }
        hyperparameters.logVariance = log(0.25)
        hyperparameters.logNoise = log(0.01)
        let members = representatives(of: evidence.values, atMost: 200)
        let successes = members.flatMap { evidence.features(of: $0) } + (prior??.model.features ?? [])
        let features = successes + failures.flatMap { space.features(of: $0) }
        let targets =
            Array(repeating: 1.0, count: successes.count / space.featureCount)
            + Array(repeating: 0, count: failures.count)
        return ScoreModifier(
            term: .logChance,
            model: GaussianProcess(space, settings.kernel, hyperparameters, features: features, targets: targets))
    }

    /// A model of the logarithm of the time that a trial takes.
    private func cost(like process: GaussianProcess) -> ScoreModifier? {
        let members = representatives(of: evidence.values, atMost: ObjectiveModel.capacity)
        let logs = members.map { log(max(evidence.durations[$0], 1e-3)) }
        let mean = logs.reduce(0, +) / Double(logs.count)
        let deviation = (logs.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(logs.count)).squareRoot()
        guard deviation > 1e-6 else { return nil }
        var hyperparameters = process.hyperparameters
        hyperparameters.logNoise = log(0.1)
        return ScoreModifier(
            term: .cost(deviation),
            model: GaussianProcess(
                space, settings.kernel, hyperparameters, features: members.flatMap { evidence.features(of: $0) },
                targets: logs.map { ($0 - mean) / deviation }))
    }

    // MARK: Explanation

    private func explanation(
        of found: AcquisitionSearch.Candidate, _ aim: Aim, _ search: AcquisitionSearch, _ models: [ObjectiveModel],
        _ study: Study
    ) -> Explanation {
        let model = models[0]
        var explanation = Explanation(method(search, model), acquisition: aim.name, score: found.score)
        guard !objective.hasSeveralTargets else { return explanation }
        // What is expected of running trials is no knowledge: it would make the deviation too small.
        let belief = model.surrogate(imagining: []).posterior(features: space.features(of: found.point))
        let (mean, deviation, transform) = (belief.means[0], belief.deviations[0], model.transform)
        let spread = (transform.inverse(mean + deviation) - transform.inverse(mean - deviation)) / 2
        explanation.mean = objective.direction.loss(transform.inverse(mean))
        explanation.deviation = abs(spread)
        if let improvement = aim.criterion as? Improvement {
            explanation.exploration = Acquisition.exploration(mean: mean, deviation: deviation, best: improvement.best)
        }
        return explanation
    }

    private func method(_ search: AcquisitionSearch, _ model: ObjectiveModel) -> String {
        var parts = [settings.estimator.description]
        if objective.hasSeveralTargets { parts.append("\(objective.targets.count) objectives") }
        if search.region != nil {
            let side = (evidence.regionSize.side * 1_000).rounded() / 1_000
            parts.append("trust region of side \(side.text)")
        }
        if let prior = prior ?? nil {
            let weight = (model.priorWeight * 100).rounded() / 100
            parts.append("\(prior.sources) at weight \(weight.text)")
        }
        return parts.joined(separator: ", ")
    }
}

extension BayesianOptimization.Settings.Estimator {
    fileprivate var description: String {
        switch self {
        case .GP: "Gaussian process"
        case .RF: "random forest"
        case .ET: "extra trees"
        case .GBRT: "gradient-boosted trees"
        }
    }
}

extension GaussianProcess {
    /// The model as if trials at these points had brought what it expects of them.
    func imagining(_ points: [[Double]]) -> GaussianProcess {
        var model = self
        for point in points {
            let features = space.features(of: point)
            model.append(features: features, target: model.means(features: features)[0])
        }
        return model
    }
}

extension Algorithm {
    static let bayesianOptimization = Algorithm(
        "bayesianoptimization",
        summary: "A Gaussian process models the objective; best for costly trials, up to a few thousand of them.",
        settings: BayesianOptimization.Settings.descriptions, honours: .all,
        objections: BayesianOptimization.Settings.objections
    ) { BayesianOptimization($0, settings: BayesianOptimization.Settings($0.algorithm)) }
}

extension AlgorithmSpec {
    public static let bayesianOptimization = AlgorithmSpec("bayesianoptimization")
}
