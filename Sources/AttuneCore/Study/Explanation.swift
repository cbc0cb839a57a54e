/// Why an algorithm proposed what it did, as far as it can say.
public struct Explanation: Sendable, Hashable {
    /// The part of the algorithm that spoke, and why it did: `initial design`, `Gaussian process: fewer than 4 dimensions`.
    public var method: String
    /// The objective that the model expected, in the objective's units; nil where there is no model.
    public var mean: Double?
    /// The model's standard deviation, in the objective's units.
    public var deviation: Double?
    /// The acquisition's name, as users set it: `logEI`, `UCB`, `density ratio`.
    public var acquisition: String?
    /// Its value at the proposal; only differences within one algorithm mean anything.
    public var score: Double?
    /// The part of the acquisition that comes from uncertainty, 0 pure exploitation to 1 pure exploration.
    public var exploration: Double?

    public init(
        _ method: String, mean: Double? = nil, deviation: Double? = nil, acquisition: String? = nil,
        score: Double? = nil, exploration: Double? = nil
    ) {
        self.method = method
        self.mean = mean
        self.deviation = deviation
        self.acquisition = acquisition
        self.score = score
        self.exploration = exploration
    }
}
