import AttuneCore

/// Population based training (Jaderberg et al. 2017, Algorithm 1): members train side by side, and between two
/// generations the worst take over the weights and settings of the best, and try others near them.
///
/// A trial is one member in one generation. It begins with the checkpoints of its parent: its own trial before, or the one
/// that it was replaced by. So settings become a schedule, which no single trial has.
struct PBT: Suggester {
    let settings: PBTSettings
    /// What is known of a study is who trained what; a cache.
    private var population: Population

    init(_ settings: PBTSettings, space: SearchSpace) {
        self.settings = settings
        // No two members of the first generation are the same.
        population = Population(size: max(space.countFeasible(atMost: settings.population), 1))
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        population.read(study)
        guard population.isBorn else {
            return .run(try newcomer(to: 0, replacing: nil, in: study, using: &random))
        }
        guard let member = population.nextMember(in: study) else { return .wait }
        let own = population.latest[member]
        let ranking = Ranking(population.generations[own.generation], in: study, truncation: settings.truncation)
        if let rank = ranking.survives(own.trial) {
            return .run(goingOn(own, as: member, rank: rank, of: ranking.count, in: study))
        }
        guard let winner = winner(for: own, by: ranking, in: study, using: &random) else {
            return .run(try newcomer(to: own.generation + 1, replacing: member, in: study, using: &random))
        }
        return .run(try child(of: winner, replacing: own, as: member, in: study, using: &random))
    }

    func beginning(_ suggestion: Suggestion, in study: Study) -> Suggestion {
        var suggestion = suggestion
        suggestion.resource = settings.interval
        return suggestion
    }

    /// One of the best of its generation, each as likely; of an earlier one where none in this has a value.
    private func winner(
        for loser: Population.Place, by ranking: Ranking, in study: Study, using random: inout RandomSource
    ) -> Trial.Number? {
        let earlier = population.generations[..<loser.generation].reversed().lazy.map {
            Ranking($0, in: study, truncation: settings.truncation).winners
        }
        let winners = ranking.winners.isEmpty ? earlier.first { !$0.isEmpty } ?? [] : ranking.winners
        return winners.isEmpty ? nil : winners[random.below(winners.count)]
    }
}

extension PBT {
    private func goingOn(
        _ own: Population.Place, as member: Int, rank: Int, of count: Int, in study: Study
    ) -> Suggestion {
        suggestion(
            study[own.trial].assignment, generation: own.generation + 1, member: member, parent: own.trial, in: study,
            "generation \(own.generation + 1): goes on as it is, number \(rank) of \(count)")
    }

    private func child(
        of winner: Trial.Number, replacing own: Population.Place, as member: Int, in study: Study,
        using random: inout RandomSource
    ) throws -> Suggestion {
        let exploration = Exploration(resampling: settings.resampling)
        let chosen = try settings.hasModel ? chosen(for: own.generation + 1, in: study, using: &random) : nil
        let assignment =
            chosen
            ?? exploration.neighbour(of: study[winner].assignment, in: study.experiment.space, using: &random)
        return suggestion(
            assignment, generation: own.generation + 1, member: member, parent: winner, in: study,
            "generation \(own.generation + 1): trial \(own.trial) was among the worst; begins with the checkpoints of "
                + "trial \(winner), and settings \(chosen == nil ? "near its own" : "that a model expects to gain most")"
        )
    }

    /// A member that inherits nothing.
    private func newcomer(
        to generation: Int, replacing member: Int?, in study: Study, using random: inout RandomSource
    ) throws -> Suggestion {
        suggestion(
            try study.experiment.space.sample(using: &random), generation: generation, member: member, parent: nil,
            in: study,
            generation == 0
                ? "generation 0: drawn by the parameters' own laws"
                : "generation \(generation): drawn anew, as no trial before has anything to go on from")
    }

    private func suggestion(
        _ assignment: Assignment, generation: Int, member: Int?, parent: Trial.Number?, in study: Study, _ why: String
    ) -> Suggestion {
        Suggestion(
            assignment, resource: settings.interval.map { $0 * (generation + 1) }, parent: parent,
            labels: PBTLabel.labels(
                generation: generation, member: member ?? population.latest.count,
                parent: parent.map { study[$0].name }),
            explanation: Explanation(why))
    }
}

extension PBT {
    /// The settings from which a model expects the largest gain, of 200 drawn from the space and 100 near those that
    /// gained most; nil where there is too little to learn from.
    private func chosen(
        for generation: Int, in study: Study, using random: inout RandomSource
    ) throws -> Assignment? {
        let gains = gains(in: study)
        let space = study.experiment.space
        guard let model = GainModel(gains, in: ModelSpace(space)) else { return nil }
        let best = gains.sorted { $0.amount > $1.amount }.prefix(5)
        let near = (0..<100).map { index in
            Exploration(resampling: 0).neighbour(of: best[index % best.count].assignment, in: space, using: &random)
        }
        let drawn = try (0..<200).map { _ in try space.sample(using: &random) }
        return model.best(of: near + drawn, in: generation, pending: population.pending(in: generation, of: study))
    }

    /// What the latest trials gained on their parents, in the order in which they started.
    private func gains(in study: Study) -> [Gain] {
        let objective = study.objective
        let gains = study.trials.reversed().lazy.compactMap { trial -> Gain? in
            guard trial.outcome == .succeeded, let parent = trial.suggestion.parent,
                let value = trial.value(of: objective), let before = study[parent].value(of: objective)
            else { return nil }
            let amount = objective.direction.loss(before) - objective.direction.loss(value)
            return amount.isFinite
                ? Gain(assignment: trial.assignment, generation: population.generation(of: trial), amount: amount) : nil
        }
        return gains.prefix(GainModel.capacity).reversed()
    }
}

extension SearchSpace {
    /// How many feasible assignments there are, as far as that is less than `limit`.
    fileprivate func countFeasible(atMost limit: Int) -> Int {
        isFinite ? enumeration.prefix(limit).reduce(0) { count, _ in count + 1 } : limit
    }
}
