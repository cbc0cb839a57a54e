/// When an experiment is over before its budget is: nothing more is to be had from further trials.
public struct StopWhen: Sendable, Hashable {
    /// The best has not improved by more than `minImprovement` over the latest `trials` ended trials; with several
    /// objectives what is measured is the hypervolume of the front.
    public struct Plateau: Sendable, Hashable {
        /// At least 1.
        public var trials: Int
        /// At least 0; in units of the objective, or of hypervolume.
        public var minImprovement: Double

        public init(trials: Int, minImprovement: Double = 0) {
            self.trials = trials
            self.minImprovement = minImprovement
        }
    }

    /// The algorithm expected less improvement than `below` of each of the latest `trials` trials that it started with a
    /// prediction.
    public struct ExpectedImprovement: Sendable, Hashable {
        /// Greater than 0, in units of the objective.
        public var below: Double
        /// At least 1.
        public var trials: Int

        public init(below: Double, trials: Int = 5) {
            self.below = below
            self.trials = trials
        }
    }

    public var plateau: Plateau?
    /// For one objective.
    public var expectedImprovement: ExpectedImprovement?

    public init(plateau: Plateau? = nil, expectedImprovement: ExpectedImprovement? = nil) {
        self.plateau = plateau
        self.expectedImprovement = expectedImprovement
    }

    public var isEmpty: Bool { plateau == nil && expectedImprovement == nil }
}

extension StopWhen {
    /// As in `spec.stopWhen`; nil when there is nothing to say.
    var json: JSON? {
        guard !isEmpty else { return nil }
        var fields = JSON.Fields()
        fields["plateau"] = plateau.map {
            ["trials": .number($0.trials), "minImprovement": .number($0.minImprovement)]
        }
        fields["expectedImprovement"] = expectedImprovement.map {
            ["below": .number($0.below), "trials": .number($0.trials)]
        }
        return .object(fields)
    }

    /// Reads what `json` wrote.
    init(json: JSON) {
        if let fields = json["plateau"], let trials = fields["trials"]?.int {
            plateau = Plateau(trials: trials, minImprovement: fields["minImprovement"]?.double ?? 0)
        }
        if let fields = json["expectedImprovement"], let below = fields["below"]?.double {
            expectedImprovement = ExpectedImprovement(below: below, trials: fields["trials"]?.int ?? 5)
        }
    }
}
