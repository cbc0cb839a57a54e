import AttuneCore
import AttuneMath
import Foundation

/// Bayesian optimisation over learning curves: at every turn either a trial goes on to its next rung or another begins,
/// whichever is expected to improve most on the best once it has all its resource (Swersky et al. 2014, section 4; Wistuba
/// et al. 2022). Some turns go by rank, as in asynchronous successive halving: while nothing has come far, a process cannot
/// know how much early values say of late ones.
struct FreezeThaw: Suggester {
    /// The share of turns at which ranks decide what goes on.
    private static let rankShare = 0.3

    private let ladder: ResourceLadder
    /// Configurations, without resource.
    private let space: ModelSpace
    /// Nil where there are more parameters than a sequence has dimensions.
    private let design: Sobol?
    private let initialPoints: Int
    private var record: RungRecord
    private var values: [CurveModel.Value] = []
    /// By trial, its configuration in the model's coordinates.
    private var points: [[Double]] = []
    private var seen = 0
    private var fit: (count: Int, hyperparameters: Hyperparameters)?

    init(_ experiment: Experiment, _ ladder: ResourceLadder, initialPoints: Int = 10) {
        self.ladder = ladder
        self.initialPoints = initialPoints
        let reduced = Experiment(
            metadata: experiment.metadata, objective: experiment.objective,
            space: experiment.space.without(ladder.parameter), seed: experiment.seed)
        space = ModelSpace(reduced.space)
        design = try? Sobol(reduced)
        record = RungRecord(rungs: ladder.levels.count)
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        absorb(study)
        let mayBegin = study.mayStartTrial
        let begun = study.trials.count - study.experiment.initialTrials.count
        if mayBegin, begun < initialPoints || values.isEmpty {
            return .run(try initial(for: study, using: &random))
        }
        guard !values.isEmpty else { return study.counts.running > 0 ? .wait : .exhausted }
        let goesByRank = random.uniform() < FreezeThaw.rankShare
        if goesByRank, let first = firstByRank(study) { return resume(first) }
        let model = model(of: study)
        let best = best(model)
        let thawed = goesByRank ? nil : bestResting(study, model, best)
        guard mayBegin else {
            return thawed.map(resume) ?? (study.counts.running > 0 ? .wait : .exhausted)
        }
        guard let fresh = newTrial(for: study, model, best, using: &random) else {
            return try thawed.map(resume) ?? .run(drawn(for: study, using: &random))
        }
        if let thawed, thawed.score >= fresh.score { return resume(thawed) }
        return .run(fresh.suggestion)
    }

    // MARK: Evidence

    private mutating func absorb(_ study: Study) {
        record.absorb(study)
        for trial in study.trials[points.count...] {
            points.append(space.point(of: space.space.configuration(of: trial.assignment)))
        }
        for milestone in study.milestones[seen...] {
            let loss = milestone.losses.flatMap { milestone.violation == 0 ? $0[0] : nil }
            // What failed or broke a constraint is as bad as anything; how bad, others decide.
            values.append(
                CurveModel.Value(
                    trial: milestone.trial, level: ladder.levels[milestone.rung], loss: loss ?? .infinity))
        }
        seen = study.milestones.count
    }

    /// The values with those that are missing put at the worst that was seen.
    private var finiteValues: [CurveModel.Value] {
        let worst = values.lazy.map(\.loss).filter(\.isFinite).max() ?? 0
        return values.map { CurveModel.Value(trial: $0.trial, level: $0.level, loss: min($0.loss, worst)) }
    }

    /// Hyperparameters are fitted anew whenever there is a fifth more to fit to.
    private static func scheduled(upTo count: Int) -> Int {
        var scheduled = 1
        while true {
            let next = scheduled + max(4, scheduled / 5)
            if next > count { return scheduled }
            scheduled = next
        }
    }

    private mutating func model(of study: Study) -> CurveModel {
        let values = finiteValues
        let points = self.points
        let count = FreezeThaw.scheduled(upTo: values.count)
        if fit?.count != count {
            fit = (
                count,
                CurveModel.fit(space, ladder, Array(values[..<count])) { points[$0 - 1] }
            )
        }
        guard let fit else { preconditionFailure("there is a fit") }
        var model = CurveModel(space, ladder, members(values), fit.hyperparameters) { points[$0 - 1] }
        model.imagine(
            study.running.map { trial in
                (points[trial.number - 1], trial.suggestion.resource ?? ladder.maximum, trial.number)
            })
        return model
    }

    /// Of many values those of the trials that came furthest, and of these the best.
    private func members(_ values: [CurveModel.Value]) -> [CurveModel.Value] {
        guard values.count > CurveModel.capacity else { return values }
        var standings: [Trial.Number: (level: Int, loss: Double, count: Int)] = [:]
        for value in values {
            let before = standings[value.trial]
            standings[value.trial] = (value.level, value.loss, (before?.count ?? 0) + 1)
        }
        let ranked = standings.sorted { a, b in
            (-a.value.level, a.value.loss, a.key) < (-b.value.level, b.value.loss, b.key)
        }
        var chosen: Set<Trial.Number> = []
        var count = 0
        for (trial, standing) in ranked where count + standing.count <= CurveModel.capacity {
            chosen.insert(trial)
            count += standing.count
        }
        return values.filter { chosen.contains($0.trial) }
    }

    // MARK: Choices

    /// The best value seen at any rung, in the model's units.
    private func best(_ model: CurveModel) -> Double {
        let losses = record.entries.joined().lazy.filter { $0.violation == 0 }.compactMap(\.loss)
        return losses.min().map { model.target(of: $0) } ?? 0
    }

    private struct Resting {
        var trial: Trial.Number
        var rung: Int
        /// What it promises; 0 where rank alone decided.
        var score = 0.0
    }

    /// The resting trial from which most improvement is expected by the top.
    private func bestResting(_ study: Study, _ model: CurveModel, _ best: Double) -> Resting? {
        let resting = study.paused.map { trial in
            (trial: trial.number, rung: ladder.rung(of: trial.suggestion.resource ?? ladder.maximum))
        }
        guard !resting.isEmpty else { return nil }
        let (means, deviations) = model.beliefs(
            resting.map { (points[$0.trial - 1], ladder.maximum, $0.trial) })
        let scored = resting.indices.map { index in
            let rung = resting[index].rung
            let score = Acquisition.logExpectedImprovement.value(
                mean: means[index], deviation: deviations[index], best: best)
            return Resting(trial: resting[index].trial, rung: rung, score: score.value)
        }
        return scored.max { ($0.score, -$0.trial) < ($1.score, -$1.trial) }
    }

    /// The trial that asynchronous successive halving would send on; nil where none has earned it.
    private func firstByRank(_ study: Study) -> Resting? {
        record.promotion(study, ladder) { trial, rung in study.rests(trial, at: rung, of: ladder) }
            .map { Resting(trial: $0.trial, rung: $0.rung) }
    }

    private func resume(_ resting: Resting) -> Proposal {
        let level = ladder.levels[resting.rung + 1]
        return .resume(
            resting.trial, to: level,
            why: Explanation(
                "goes on to \(level): by rank, or as more improvement is expected of it than of a new trial"))
    }

    private func newTrial(
        for study: Study, _ model: CurveModel, _ best: Double, using random: inout RandomSource
    ) -> (suggestion: Suggestion, score: Double)? {
        let anchors = Array(
            Set(values.sorted { ($0.loss, $0.trial) < ($1.loss, $1.trial) }.prefix(8).map(\.trial)).sorted().prefix(4))
        let told = study.experiment.space
        let search = AcquisitionSearch(
            space: space,
            criterion: Improvement(
                surrogate: model.newTrials(at: ladder.maximum), acquisition: .logExpectedImprovement, best: best),
            anchors: anchors.map { points[$0 - 1] },
            isOpen: { configuration in
                let assignment = told.assignment(configuration, with: ladder.parameter, at: ladder.levels[0])
                return space.space.isFeasible(configuration) && !study.tried.contains(assignment)
            })
        let cubes = (0..<256).map { _ in (0..<space.dimensions).map { _ in random.uniform() } }
        guard let found = search.best(among: cubes, using: &random) else { return nil }
        let explanation = Explanation(
            "Gaussian process over \(values.count) points of learning curves", acquisition: "logEI",
            score: found.score)
        return (suggestion(space.assignment(at: found.point), study, explanation), found.score)
    }

    private func initial(for study: Study, using random: inout RandomSource) throws -> Suggestion {
        let index = study.nextNumber - 1 - study.experiment.initialTrials.count
        guard let design else { return try drawn(for: study, using: &random) }
        let configuration =
            index == 0
            ? space.assignment(at: space.point(at: [Double](repeating: 0.5, count: space.dimensions)))
            : try design.assignment(index, in: space.space, using: &random)
        guard space.space.isFeasible(configuration) else { return try drawn(for: study, using: &random) }
        return suggestion(configuration, study, Explanation("initial design"))
    }

    private func drawn(for study: Study, using random: inout RandomSource) throws -> Suggestion {
        suggestion(try space.space.sample(using: &random), study, Explanation("drawn from the space"))
    }

    private func suggestion(_ configuration: Assignment, _ study: Study, _ why: Explanation) -> Suggestion {
        Suggestion(configuration, explanation: why).given(ladder.levels[0], in: study)
    }
}

extension Algorithm {
    static let freezeThaw = Algorithm(
        "freeze-thaw",
        summary: "A Gaussian process over learning curves decides whether a trial goes on or another begins.",
        settings: .levels + [
            AlgorithmSetting(
                "n_initial_points", .integer(0...Int.max), default: "10", "trials that begin before the model is asked"),
            .randomState,
        ],
        honours: .everySpace, objections: { ResourceLadder.objections(to: $0) }
    ) { try FreezeThaw(asked: $0) }
}

extension FreezeThaw {
    /// As an experiment's settings ask for it.
    ///
    /// - Throws: `InvalidExperiment` where they declare no resource.
    init(asked experiment: Experiment) throws {
        guard let ladder = experiment.ladder else {
            throw InvalidExperiment(ResourceLadder.objections(to: experiment))
        }
        self.init(
            experiment, ladder, initialPoints: experiment.algorithm["n_initial_points"].flatMap { Int($0) } ?? 10)
    }
}

extension AlgorithmSpec {
    public static let freezeThaw = AlgorithmSpec("freeze-thaw")
}
