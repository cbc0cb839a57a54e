/// How much each parameter mattered for the value of a trial.
public struct Importance: Sendable, Hashable {
    public var method: ImportanceMethod
    /// How many trials it rests on.
    public var trials: Int
    /// In the space's order.
    public var parameters: [ParameterImportance]
    /// What pairs do beyond their members, the greatest first; empty where the method does not tell.
    public var interactions: [ParameterInteraction]

    /// The parameters, the most important first.
    public var ranked: [ParameterImportance] {
        parameters.enumerated().sorted { ($1.element.share, $0.offset) < ($0.element.share, $1.offset) }.map(\.element)
    }

    public subscript(name: String) -> ParameterImportance? { parameters.first { $0.name == name } }
}

/// A way to measure importance.
public enum ImportanceMethod: String, Sendable, Hashable, CaseIterable {
    /// How differently the best trials and all trials lie along a parameter: see `PEDANOVA`.
    case pedAnova = "PED-ANOVA"
    /// How much of the variance of a model of all trials a parameter makes: see `FANOVA`.
    case fanova = "fANOVA"
}

/// What one parameter does.
public struct ParameterImportance: Sendable, Hashable {
    public var name: String
    /// By itself, 0 to 1. Of PED-ANOVA's all add up to 1, or all are 0; of fANOVA's they add up to 1 at most, and
    /// interactions to the rest.
    public var share: Double
    /// Together with everything it interacts with, 0 to 1 (Sobol's total index); nil where the method does not tell.
    public var total: Double?
}

/// What two parameters do together, beyond what each does by itself.
public struct ParameterInteraction: Sendable, Hashable {
    /// In the space's order.
    public var first, second: String
    /// Of the variance, 0 to 1.
    public var share: Double
}
