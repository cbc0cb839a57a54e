/// One dimension of a search space: its name, its values, and when it counts.
public struct ParameterSpec: Sendable, Hashable {
    public var name: String
    public var domain: Domain
    /// The parameter is part of an assignment only where this holds; nil means always.
    public var condition: Condition?
    /// What a trial template gets where the parameter is inactive, and what a constraint sees there.
    public var defaultValue: ParameterValue?

    public init(
        _ name: String, _ domain: Domain, when condition: Condition? = nil, default defaultValue: ParameterValue? = nil
    ) {
        self.name = name
        self.domain = domain
        self.condition = condition
        self.defaultValue = defaultValue
    }
}

/// A parameter is active only if another has one of some values, or lies in a range. The other must be active itself.
public struct Condition: Sendable, Hashable {
    public enum Test: Sendable, Hashable {
        case oneOf([ParameterValue])
        /// Both ends inclusive; nil is open.
        case between(Double?, Double?)
    }

    public var parameter: String
    public var test: Test

    public init(_ parameter: String, _ test: Test) {
        self.parameter = parameter
        self.test = test
    }

    /// Whether it holds where the parameter has `value`; nil, for inactive, never does.
    public func holds(for value: ParameterValue?) -> Bool {
        guard let value else { return false }
        switch test {
        case .oneOf(let values): return values.contains(value)
        case .between(let low, let high):
            guard let x = value.number else { return false }
            return x >= low ?? -.infinity && x <= high ?? .infinity
        }
    }
}
