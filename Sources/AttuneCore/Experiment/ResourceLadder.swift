import Foundation

/// How much of what training costs (epochs, mostly) a trial may be given, and the levels at which trials are compared.
///
/// Declared by an algorithm's settings, with Katib's names: `r_l`, `resource_name`, `eta`, and beside them `r_min` and
/// `resume`.
public struct ResourceLadder: Sendable, Hashable {
    /// How a trial that earned more resource gets it.
    public enum Continuation: String, Sendable, Hashable, CaseIterable {
        /// The trial rests at its level and goes on from its checkpoint directory, as a further attempt.
        case sameTrial = "same-trial"
        /// Another trial begins at the higher level, with a copy of the checkpoints (Katib's Hyperband).
        case newTrial = "new-trial"
    }

    /// The parameter that tells a trial its level. Nil: the trial goes on until it is told to rest.
    public let parameter: String?
    /// What a trial has used in all when it reaches each rung, ascending; the last is the most one trial may use.
    public let levels: [Int]
    /// One trial in so many goes on from a rung to the next; greater than 1.
    public let reduction: Double
    public let continuation: Continuation

    /// Levels R·η⁻ᵏ as Hyperband has them (Li et al. 2018, Algorithm 1), those that are not below `minimum`, rounded.
    ///
    /// - Precondition: 1 ≤ minimum ≤ maximum, reduction > 1.
    public init(
        parameter: String? = nil, minimum: Int = 1, maximum: Int, reduction: Double = 3,
        continuation: Continuation = .sameTrial
    ) {
        precondition(minimum >= 1 && minimum <= maximum && reduction > 1, "a ladder rises from 1 or more")
        self.parameter = parameter
        self.reduction = reduction
        self.continuation = continuation
        // A hair is taken off because 3⁵/3⁵ may come out below 1.
        let descending = sequence(first: Double(maximum)) { $0 / reduction }.lazy
            .prefix { $0 >= Double(minimum) * (1 - 1e-9) }.map { Int($0.rounded()) }
        levels = Array(descending).reversed().reduce(into: []) { levels, level in
            if levels.last != level { levels.append(level) }
        }
    }

    public var maximum: Int { levels[levels.count - 1] }

    /// The first rung at or above a level.
    public func rung(of level: Int) -> Int { levels.firstIndex { $0 >= level } ?? levels.count - 1 }

    /// Whether a trial that completed a level rests there rather than ends.
    func rests(at level: Int) -> Bool { continuation == .sameTrial && level < maximum }
}

extension ResourceLadder {
    /// Names of the settings that declare one.
    public enum SettingName {
        public static let maximum = "r_l"
        public static let minimum = "r_min"
        public static let parameter = "resource_name"
        public static let reduction = "eta"
        public static let continuation = "resume"
    }

    /// The ladder that an algorithm's settings declare; nil where they give no usable `r_l`.
    ///
    /// - Parameter continuation: where the settings do not say.
    public init?(_ settings: AlgorithmSpec) {
        guard let maximum = settings[SettingName.maximum].flatMap({ Double($0) }), maximum >= 1, maximum < 1e15 else {
            return nil
        }
        let minimum = settings[SettingName.minimum].flatMap { Double($0) } ?? 1
        let reduction = settings[SettingName.reduction].flatMap { Double($0) } ?? 3
        guard minimum <= maximum else { return nil }
        // Katib's own default: its Hyperband begins trials anew.
        let usual: Continuation = settings.name == "hyperband" ? .newTrial : .sameTrial
        self.init(
            parameter: settings[SettingName.parameter], minimum: max(Int(minimum), 1), maximum: Int(maximum),
            reduction: reduction > 1 ? reduction : 3,
            continuation: settings[SettingName.continuation].flatMap { Continuation(rawValue: $0) } ?? usual)
    }
}

extension Experiment {
    /// What the algorithm's settings say of resource; nil where they declare none.
    public var ladder: ResourceLadder? { ResourceLadder(algorithm) }
}

extension SearchSpace {
    /// The assignment that tells a trial how much it may use in all.
    ///
    /// - Parameters:
    ///   - configuration: values of the other parameters.
    ///   - parameter: the one that stands for resource, an int or a double; nil where the trial is not told.
    public func assignment(_ configuration: Assignment, with parameter: String?, at level: Int) -> Assignment {
        guard let parameter, let domain = self[parameter]?.domain else { return configuration }
        let isDouble = if case .double = domain { true } else { false }
        let value: ParameterValue = isDouble ? .double(Double(level)) : .int(level)
        return Assignment(names: names, values: names.map { $0 == parameter ? value : configuration[$0] })
    }

    /// The space without one of its parameters.
    ///
    /// - Precondition: no condition and no constraint refers to the parameter.
    public func without(_ parameter: String?) -> SearchSpace {
        guard let parameter else { return self }
        do {
            return try SearchSpace(parameters.filter { $0.name != parameter }, constraints: constraints)
        } catch {
            preconditionFailure("\(parameter) cannot be left out: \(error)")
        }
    }

    /// What an assignment of a space with more parameters says of this one's.
    public func configuration(of assignment: Assignment) -> Assignment {
        Assignment(names: names, values: names.map { assignment[$0] })
    }
}
