import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

/// What the search finds, and keeps away from.
struct BayesianOptimizationTests {
    // MARK: Quality

    @Test func `it finds better trials than random search in a mixed and conditional space`() throws {
        let own = try medianBest(.bayesianOptimization)
        let drawn = try medianBest(.random)
        #expect(own < drawn / 2, "\(own), at random \(drawn)")
    }

    private func medianBest(_ algorithm: AlgorithmSpec) throws -> Double {
        try (1...5 as ClosedRange<UInt64>).map { seed in
            let study = try Study.search(.mixed(algorithm, seed: seed), trials: 20) { assignment in
                guard let rate = assignment["rate"]?.number, let width = assignment["width"]?.number else { return nil }
                let depth = assignment["depth"]?.number.map { abs($0 - 0.8) } ?? 1
                return pow(log10(rate) + 2.5, 2) + pow((width - 40) / 20, 2) + depth
            }
            return try #require(study.best?.value(of: study.objective))
        }.sorted()[2]
    }

    @Test func `a bowl's bottom is found in twenty trials`() throws {
        let bests = try (1...3 as ClosedRange<UInt64>).map { seed in
            let study = try Study.search(.square(seed: seed), trials: 20, bowl)
            return try #require(study.best?.value(of: study.objective))
        }
        #expect(bests.sorted()[1] < 1e-3, "\(bests)")
    }

    @Test func `maximising a metric is minimising its negative`() throws {
        var up = Experiment.square(seed: 2)
        up.objective = .maximize("loss")
        let down = try Study.search(.square(seed: 2), trials: 12, bowl)
        let mirrored = try Study.search(up, trials: 12) { -bowl($0) }
        #expect(down.trials.map(\.assignment) == mirrored.trials.map(\.assignment))
    }

    @Test func `where trials fail it does not go, though the best values lie at the edge`() throws {
        let experiment = Experiment.square(seed: 3)
        let study = try Study.search(experiment, trials: 30) { $0.x < 0.5 ? nil : $0.x }
        // The edge itself is searched from both sides; a random draw lies well beyond it seven times in eighteen.
        let late = study.trials.dropFirst(12).map(\.assignment.x)
        #expect(late.count { $0 < 0.4 } <= 3, "places of the last 18: \(late)")
        #expect(try #require(study.best?.value(of: study.objective)) < 0.55)
    }

    @Test func `with nothing but failures it still proposes, something else every time`() throws {
        let study = try Study.search(.square(seed: 4), trials: 15) { _ in nil }
        #expect(Set(study.trials.map(\.assignment)).count == 15)
    }

    @Test func `a constraint is kept, and the best lies on it`() throws {
        var experiment = Experiment(
            "budget", .maximize("score"), over: Parameter("x", in: 0.0...1.0), Parameter("y", in: 0.0...1.0),
            constraints: ["x + y <= 1"], seed: 3)
        experiment.algorithm = .bayesianOptimization
        let study = try Study.search(experiment, trials: 20) { $0.x * $0.y }
        #expect(study.trials.allSatisfy { experiment.space.isFeasible($0.assignment) })
        #expect(try #require(study.best?.value(of: study.objective)) > 0.24)
    }

    // MARK: Pending trials

    @Test(arguments: ["EI", "TS", "LCB"]) func `eight trials at once differ and spread`(_ function: String) throws {
        var experiment = Experiment.square(("acq_func", function), seed: 5)
        experiment.budget.parallelTrials = 8
        var study = try Study.search(experiment, trials: 10) { sin(9 * $0.x) + cos(7 * $0.y) }
        var suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        for _ in 0..<8 { try study.startNext(&suggester) }
        let batch = study.running.map(\.assignment)
        #expect(batch.count == 8 && Set(batch).count == 8)
        let distances = batch.indices.flatMap { i in
            batch.indices.filter { $0 > i }.map { hypot(batch[i].x - batch[$0].x, batch[i].y - batch[$0].y) }
        }
        // Thompson sampling may draw the same place twice, hardly eight times.
        #expect(try #require(distances.max()) > 0.1, "\(batch)")
        if function != "TS" { #expect(try #require(distances.min()) > 5e-4, "\(batch)") }
    }

    // MARK: Policies

    @Test func `a portfolio says who chose`() throws {
        let study = try Study.search(.square(("acq_func", "gp_hedge"), seed: 6), trials: 20, bowl)
        let choosers = study.trials.map { $0.suggestion.labels["acquisition"] }
        #expect(choosers.prefix(6).allSatisfy { $0 == nil })
        #expect(choosers.dropFirst(6).allSatisfy { ["logEI", "logPI", "LCB"].contains($0) })
        #expect(Set(choosers.dropFirst(6)).count > 1)
        for trial in study.trials.dropFirst(6) {
            #expect(trial.suggestion.explanation?.acquisition == trial.suggestion.labels["acquisition"])
        }
        let alone = try Study.search(.square(seed: 6), trials: 8, bowl)
        #expect(alone.trials.allSatisfy { $0.suggestion.labels.isEmpty })
    }

    /// Two valleys of the same depth, of which the left takes a second and the right a hundred.
    @Test func `improvement by the second prefers the cheap one of two valleys`() throws {
        let seeds = 1...4 as ClosedRange<UInt64>
        let plain = try seeds.reduce(0) { $0 + (try leftOfSix("EI", seed: $1)) }
        let bySecond = try seeds.reduce(0) { $0 + (try leftOfSix("EIps", seed: $1)) }
        #expect(bySecond >= 18 && bySecond > plain, "\(bySecond) of 24 with the cost, \(plain) without")
    }

    /// How many of the six trials that follow the initial design lie in the left half.
    private func leftOfSix(_ function: String, seed: UInt64) throws -> Int {
        let experiment = Experiment.square(("acq_func", function), seed: seed)
        var study = Study(experiment, createdAt: Samples.noon)
        var suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        for number in 1...12 {
            try study.startNext(&suggester)
            let place = study[number].assignment
            let valley = min(abs(place.x - 0.2), abs(place.x - 0.8))
            try study.finish(number, with: valley * valley + 0.1 * place.y, after: place.x < 0.5 ? 1 : 100)
        }
        return study.trials.dropFirst(6).count { $0.assignment.x < 0.5 }
    }

    // MARK: Laws

    static let variants: [[(String, String)]] = [
        [("acq_func", "TS")], [("acq_func", "PI")], [("acq_func", "LCB"), ("kappa", "3")], [("acq_func", "gp_hedge")],
        [("acq_func", "EIps")], [("acq_func", "PIps"), ("kernel", "rbf")], [("base_estimator", "RF")],
        [("base_estimator", "ET"), ("acq_func", "TS")], [("base_estimator", "GBRT")], [("acq_optimizer", "sampling")],
        [("noise", "none")], [("noise", "1e200")], [("noise", "0.3"), ("n_initial_points", "0")],
    ]

    @Test(arguments: variants.indices) func `every policy and model keeps the laws`(_ variant: Int) throws {
        let settings = BayesianOptimizationTests.variants[variant] + [("random_state", "3")]
        let few = settings.contains { $0.0 == "n_initial_points" } ? settings : settings + [("n_initial_points", "3")]
        let algorithm = Algorithm("bayesianoptimization", summary: "", honours: .all) { experiment in
            var experiment = experiment
            experiment.algorithm = .bayesian(few)
            return try AlgorithmCatalogue.standard.suggester(for: experiment)
        }
        let laws = SuggesterLaws(algorithm, .mixed(.bayesianOptimization, seed: 8, parallelism: 2))
        try laws.suggestionsLieInTheSpace(trials: 8)
        try laws.freshAgreesWithOld(trials: 8)
        try laws.replayGivesTheLog(trials: 7)
    }

    /// Beyond the capacity of a model, where a region is searched.
    @Test func `after 450 trials a fresh one agrees with one that saw them end`() throws {
        let experiment = Experiment.square(seed: 9)
        var study = Study(experiment, createdAt: Samples.noon)
        var random = RandomSource(seed: 10)
        for number in 1...450 {
            let place = try experiment.space.sample(using: &random)
            try study.apply(.started(number, Suggestion(place), at: study.createdAt))
            try study.finish(number, with: bowl(place), after: 1)
        }
        var grown = try AlgorithmCatalogue.standard.suggester(for: experiment)
        try study.startNext(&grown)
        try study.finish(451, with: bowl(study[451].assignment), after: 1)
        let proposal = try grown.proposal(for: study)
        var fresh = try AlgorithmCatalogue.standard.suggester(for: experiment)
        #expect(try fresh.proposal(for: study) == proposal)
        guard case .run(let suggestion) = proposal else { throw AttuneError("no proposal") }
        #expect(try #require(suggestion.explanation).method.contains("trust region of side"))
        #expect(bowl(suggestion.assignment) < 0.05 && bowl(study[451].assignment) < 0.05)
    }

    @Test func `hyperparameters are fitted at ever fewer numbers of observations`() {
        #expect((1...40).allSatisfy { ObjectiveModel.scheduled(upTo: $0) == $0 })
        for count in 41...2000 {
            let scheduled = ObjectiveModel.scheduled(upTo: count)
            #expect(scheduled <= count && count - scheduled < min(max(1, count / 20), 20))
            #expect(ObjectiveModel.scheduled(upTo: scheduled) == scheduled)
        }
    }

    // MARK: Explanations

    @Test func `the first trial is the middle, the next are spread, and all say so`() throws {
        let study = try Study.search(.square(seed: 2), trials: 7, bowl)
        #expect(study[1].assignment.x == 0.5 && study[1].assignment.y == 0.5)
        #expect(study[1].suggestion.explanation?.method == "initial design: the middle")
        for number in 2...6 {
            #expect(study[number].suggestion.explanation?.method == "initial design: Sobol sequence")
        }
        #expect(study[7].suggestion.explanation?.method == "Gaussian process")
    }

    @Test(arguments: [Objective.Direction.minimize, .maximize])
    func `the mean expected is near the value found, in the metric's units`(_ direction: Objective.Direction) throws {
        var experiment = Experiment.square(seed: 11)
        experiment.objective = Objective(direction, "loss")
        let sign = direction == .minimize ? 1.0 : -1
        let study = try Study.search(experiment, trials: 24) { 100 + sign * 10 * bowl($0) }
        var errors: [Double] = []
        for trial in study.trials.dropFirst(16) {
            let explanation = try #require(trial.suggestion.explanation)
            let (mean, value) = (try #require(explanation.mean), try #require(trial.value(of: study.objective)))
            let deviation = try #require(explanation.deviation)
            #expect(abs(mean - value) < 4 * deviation + 0.1, "\(mean) ± \(deviation) was expected, \(value) found")
            errors.append(abs(mean - value))
            #expect(try deviation >= 0 && #require(explanation.score).isFinite)
            #expect(try (0...1).contains(#require(explanation.exploration)))
            #expect(explanation.acquisition == "logEI")
        }
        // The values of the space reach from 100 to 108.5.
        #expect(errors.sorted()[4] < 0.05, "\(errors)")
    }

    @Test(arguments: [
        ("base_estimator", "RF", "random forest"), ("base_estimator", "ET", "extra trees"),
        ("base_estimator", "GBRT", "gradient-boosted trees"),
    ]) func `the model in use is named`(_ name: String, _ value: String, _ method: String) throws {
        let study = try Study.search(.square((name, value), seed: 2), trials: 7, bowl)
        #expect(study[7].suggestion.explanation?.method == method)
    }

    // MARK: Settings

    @Test(arguments: [
        ("base_estimator", "SVM", "base_estimator SVM is not supported in Bayesian optimization"),
        ("n_initial_points", "-1", "n_initial_points should be great or equal than zero"),
        ("acq_func", "UCB", "acq_func UCB is not supported in Bayesian optimization"),
        ("acq_optimizer", "adam", "acq_optimizer adam is not supported in Bayesian optimization"),
        ("random_state", "-1", "random_state should be great or equal than zero"),
        ("n_initial_points", "few", "failed to validate n_initial_points(few): must be an integer"),
        ("kernel", "linear", "kernel must be one of matern52, rbf"),
        ("noise", "-1", "noise is learned, none, or a standard deviation of 0 or more"),
        ("noise", "inf", "noise is learned, none, or a standard deviation of 0 or more"),
        ("noise", "nan", "noise is learned, none, or a standard deviation of 0 or more"),
        ("noise", "loud", "noise is learned, none, or a standard deviation of 0 or more"),
    ]) func `a wrong setting is refused, Katib's in Katib's words`(_ name: String, _ value: String, _ message: String) {
        let problems = AlgorithmCatalogue.standard.problems(of: .square((name, value), seed: 1))
        #expect(problems.map(\.remedy) == [message])
    }

    @Test func `every value of Katib's is accepted`() {
        let values = [
            "base_estimator": ["GP", "RF", "ET", "GBRT"], "n_initial_points": ["0", "10"],
            "acq_func": ["gp_hedge", "LCB", "EI", "PI", "EIps", "PIps", "logEI", "TS"],
            "acq_optimizer": ["auto", "sampling", "lbfgs"], "random_state": ["0", "10"],
            "noise": ["learned", "none", "0", "1e-3"], "kernel": ["matern52", "rbf"], "kappa": ["0", "2.5"],
        ]
        for (name, texts) in values {
            for text in texts {
                #expect(AlgorithmCatalogue.standard.problems(of: .square((name, text), seed: 1)).isEmpty)
            }
        }
    }

    @Test func `settings become rules`() {
        let settings = BayesianOptimization.Settings(
            .bayesian([
                ("base_estimator", "ET"), ("n_initial_points", "0"), ("acq_func", "LCB"), ("kappa", "3"),
                ("acq_optimizer", "sampling"), ("kernel", "rbf"), ("noise", "0.25"),
            ]))
        #expect(settings.estimator == .ET && settings.initialPoints == 1 && !settings.followsGradients)
        #expect(settings.policy == .fixed(.confidenceBound(3)) && settings.kernel == .rbf)
        #expect(settings.noise == .known(0.25) && !settings.countsSeconds)
        #expect(BayesianOptimization.Settings(.bayesian([])) == BayesianOptimization.Settings())
        #expect(BayesianOptimization.Settings(.bayesian([("noise", "none")])).noise == .known(0))
        #expect(BayesianOptimization.Settings(.bayesian([("acq_func", "PIps")])).countsSeconds)
        #expect(BayesianOptimization.Settings(.bayesian([("acq_func", "TS")])).policy == .thompson)
        #expect(BayesianOptimization.Settings(.bayesian([("acq_func", "gp_hedge")])).policy == .hedge)
        #expect(
            BayesianOptimization.Settings(.bayesian([("acq_func", "EI")]))
                == BayesianOptimization.Settings(.bayesian([("acq_func", "logEI")])))
    }

    @Test func `noise that is known is that of the model, in the objective's units`() throws {
        let experiment = Experiment.square(seed: 1)
        let study = try Study.search(experiment, trials: 8) { 50 * bowl($0) }
        var evidence = Evidence(ModelSpace(experiment.space))
        evidence.absorb(study)
        var settings = BayesianOptimization.Settings()
        settings.noise = .known(2)
        let model = ObjectiveModel(evidence, count: 8, settings: settings, prior: nil)
        let deviation = model.process.hyperparameters.noise.squareRoot() / model.transform.slopeAtMedian
        #expect(abs(deviation - 2) < 1e-6)
    }
}

// MARK: - Experiments and studies

/// Least, at 0, in (0.3, 0.6).
func bowl(_ place: Assignment) -> Double { pow(place.x - 0.3, 2) + pow(place.y - 0.6, 2) }

extension Assignment {
    var x: Double { self["x"]?.number ?? .nan }
    var y: Double { self["y"]?.number ?? .nan }
}

extension AlgorithmSpec {
    static func bayesian(_ settings: [(String, String)]) -> AlgorithmSpec {
        AlgorithmSpec("bayesianoptimization", settings.map { Setting($0.0, $0.1) })
    }
}

extension Experiment {
    /// Two numbers from 0 to 1.
    static func square(_ settings: (String, String)..., seed: UInt64) -> Experiment {
        var experiment = Experiment(
            "square", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), Parameter("y", in: 0.0...1.0), seed: seed)
        experiment.algorithm = .bayesian(settings)
        return experiment
    }
}

extension Study {
    /// Ends a running trial with a value, so many seconds after it started.
    mutating func finish(_ number: Trial.Number, with value: Double, after seconds: Double) throws {
        let time = createdAt.addingTimeInterval(seconds)
        try apply(.observed(number, [Observation(metric: objective.metric, value: value, step: 0, time: time)]))
        try apply(.ended(number, .succeeded, at: time))
    }
}
