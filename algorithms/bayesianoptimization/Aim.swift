import AttuneCore

/// What the next trial is chosen by: where models, front and constraints have brought the search.
struct Aim {
    let criterion: any Criterion
    /// The best points so far, best first: candidates gather around them.
    let anchors: [[Double]]
    /// As users name the acquisition.
    let name: String
}

/// The front of several objectives as models believe it, in units of `OutputTransform.scaled`.
struct BelievedFront {
    /// Positions in the evidence, those that contribute most to the volume first.
    let positions: [Int]
    /// `[positions][objectives]`.
    let points: [[Double]]
    /// `[objectives]`, the worst that counts.
    let reference: [Double]

    /// - Parameters:
    ///   - models: by objective.
    ///   - feasible: positions of the trials that kept the constraints.
    ///   - references: by objective, what users gave, as losses.
    init(_ models: [ObjectiveModel], _ evidence: Evidence, feasible: [Int], references: [Double?]) {
        let beliefs = models.enumerated().map { BelievedFront.beliefs(of: $1, evidence.columns[$0]) }
        let all = feasible.map { position in beliefs.map { $0[position] } }
        let front = Pareto.nondominated(of: all)
        let reference = BelievedFront.reference(
            front: front.map { all[$0] }, all: all,
            given: zip(models, references).map { model, value in value.map { model.transform.scaled($0) } })
        let shares = Hypervolume.contributions(of: front.map { all[$0] }, reference: reference)
        let order = front.indices.sorted { (shares[$0], front[$1]) > (shares[$1], front[$0]) }
        positions = order.map { feasible[front[$0]] }
        points = order.map { all[front[$0]] }
        self.reference = reference
    }

    /// The belief at each observation, and what was seen where the model left one out.
    private static func beliefs(of model: ObjectiveModel, _ values: [Double]) -> [Double] {
        var beliefs = values.map { model.transform.scaled($0) }
        for (position, mean) in model.ranking { beliefs[position] = model.transform.scaled(undoing: mean).value }
        return beliefs
    }

    /// The user's; else what nine trials in ten are better than, and all of the front, and a tenth of the way there
    /// beyond.
    ///
    /// One that clings to the front leaves its ends to be found last, as a point beyond the reference is worth nothing;
    /// one that all trials are better than lets a single disaster turn the search to nothing but the ends.
    private static func reference(front: [[Double]], all: [[Double]], given: [Double?]) -> [Double] {
        given.indices.map { objective in
            if let value = given[objective] { return value }
            let values = all.map { $0[objective] }.sorted()
            let usual = values[(values.count - 1) * 9 / 10]
            let worst = max(usual, front.map { $0[objective] }.max() ?? usual)
            return worst + 0.1 * (worst > values[0] ? worst - values[0] : 1)
        }
    }
}
