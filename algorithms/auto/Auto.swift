import AttuneCore
import Foundation

/// The default: a Gaussian process for as long as it predicts, with trials of a Parzen estimator among its own the more the
/// less it does, and joined by an evolution strategy once there are more trials than the process can take in.
///
/// Of architectures, and other choices that share a list, the process is `bananas`'s.
///
/// Members see every trial, whoever proposed it, so that nothing one of them finds is lost to the others.
struct Auto: Suggester {
    enum Member: String, Sendable, CaseIterable {
        case process = "bayesianoptimization"
        case parzen = "tpe"
        case evolution = "cmaes"
        /// In its place with several objectives or constraints, which it knows nothing of.
        case genetic = "nsga2"
    }

    private var process: BayesianOptimization
    private var parzen: TPE
    private var evolution: any Suggester
    private var record = MemberRecord()
    /// Who joins in long studies; nil where the evolution strategy has less than two ordered parameters to work on.
    private let evolver: Member?

    init(_ experiment: Experiment) {
        process = BayesianOptimization(
            experiment, settings: ModelSpace.isArchitecture(experiment.space) ? .predictor : .init())
        var rules = TPERules()
        rules.startupTrials = 1  // the process's initial design is the estimator's too
        parzen = TPE(experiment, rules: rules)
        guard !experiment.objective.hasSeveralTargets, experiment.objective.constraints.isEmpty else {
            evolution = GeneticSearch(experiment, GeneticSettings(), survival: CrowdedSurvival())
            evolver = .genetic
            return
        }
        evolution = CMAES(experiment)
        let ordered = experiment.space.parameters.count { spec in
            if case .categorical = spec.domain { false } else { true }
        }
        evolver = ordered >= 2 && 2 * ordered > experiment.space.dimensions ? .evolution : nil
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        record.absorb(study)
        guard let skill = process.skill(for: study) else {
            return labelled(try process.propose(for: study, using: &random), .process, nil)
        }
        let (member, reason) = choice(skill, study, using: &random)
        return labelled(try propose(member, study, using: &random), member, reason)
    }

    private mutating func propose(
        _ member: Member, _ study: Study, using random: inout RandomSource
    ) throws -> Proposal {
        switch member {
        case .process: try process.propose(for: study, using: &random)
        case .parzen: try parzen.propose(for: study, using: &random)
        case .evolution, .genetic: try evolution.propose(for: study, using: &random)
        }
    }

    /// Who proposes the next trial, and why.
    private func choice(
        _ skill: Double, _ study: Study, using random: inout RandomSource
    ) -> (Member, String) {
        let percent = Int((100 * skill).rounded())
        let isLong = process.isBeyondCapacity
        let shares = shares(skill, isLong: isLong)
        var rest = random.uniform() * shares.reduce(0) { $0 + $1.share }
        let chosen = shares.first { entry in
            rest -= entry.share
            return rest < 0
        }
        let member = chosen?.member ?? .process
        let reason =
            isLong
            ? "\(ObjectiveModel.capacity) trials are in: members by what they improved"
            : "the Gaussian process predicts \(percent) % of the variation"
        return (member, reason)
    }

    private func shares(_ skill: Double, isLong: Bool) -> [(member: Member, share: Double)] {
        guard isLong else {
            // Of few trials, skill says little.
            let certainty = min(Double(process.evidenceCount) / 40, 1)
            let doubt = certainty * (0.1 + 0.4 * (1 - skill) * (1 - skill))
            guard evolver == .genetic else { return [(.process, 1 - doubt), (.parzen, doubt)] }
            return [(.process, 1 - doubt), (.parzen, doubt / 2), (.genetic, doubt / 2)]
        }
        return ([.process, .parzen] + (evolver.map { [$0] } ?? [])).map { ($0, record.rate(of: $0)) }
    }

    /// The proposal with its member's name in the record.
    private func labelled(_ proposal: Proposal, _ member: Member, _ reason: String?) -> Proposal {
        guard case .run(var suggestion) = proposal else { return proposal }
        suggestion.labels[MemberRecord.label] = member.rawValue
        if var explanation = suggestion.explanation {
            explanation.method = ([explanation.method] + (reason.map { [$0] } ?? [])).joined(separator: "; ")
            suggestion.explanation = explanation
        }
        return .run(suggestion)
    }
}

/// Which member's trials improved on the best value, of several objectives on the front, folded from the trials in the
/// order in which they ended.
struct MemberRecord: Sendable {
    /// The label of a suggestion that names the member who made it.
    static let label = "member"

    private var front = ParetoFront<Trial.Number>()
    private var seen = 0
    private var tries: [String: Double] = [:]
    private var wins: [String: Double] = [:]

    /// What happened 60 trials ago counts for half.
    private static let memory = pow(0.5, 1.0 / 60)

    mutating func absorb(_ study: Study) {
        for number in study.ended[seen...] {
            let trial = study[number]
            guard trial.outcome == .succeeded, let result = trial.result(of: study.objective) else { continue }
            let isBetter = result.isFeasible && front.insert(number, at: result.losses) != nil
            guard let member = trial.suggestion.labels[MemberRecord.label] else { continue }
            for name in tries.keys { tries[name, default: 0] *= MemberRecord.memory }
            for name in wins.keys { wins[name, default: 0] *= MemberRecord.memory }
            tries[member, default: 0] += 1
            if isBetter { wins[member, default: 0] += 1 }
        }
        seen = study.ended.count
    }

    /// The share of a member's recent trials that improved on the best value, as if it had made one improvement in ten
    /// trials before.
    func rate(of member: Auto.Member) -> Double {
        ((wins[member.rawValue] ?? 0) + 1) / ((tries[member.rawValue] ?? 0) + 10)
    }
}

extension Algorithm {
    static let auto = Algorithm(
        "auto",
        summary:
            "The default: chooses among the others by the space, by how many trials there are, and by what it learns.",
        settings: .levels + [.randomState], honours: .all,
        objections: { experiment in
            guard experiment.algorithm[ResourceLadder.SettingName.maximum] != nil else { return [] }
            let demands = experiment.features.intersection([.objectives, .outcomeConstraints])
            guard demands.isEmpty else {
                return [
                    Problem(
                        "algorithm.algorithmSettings", found: "r_l",
                        "with several objectives or outcome constraints resource is not handed out; leave r_l out, and let "
                            + "earlyStopping (asha, percentile) save it")
                ]
            }
            return ResourceLadder.objections(to: experiment)
        }
    ) { experiment in
        if experiment.ladder == nil { Auto(experiment) } else { try FreezeThaw(asked: experiment) }
    }
}

extension AlgorithmSpec {
    public static let auto = AlgorithmSpec("auto")
}
