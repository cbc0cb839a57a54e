/// A value that a parameter of a search space can have in Swift.
public protocol ParameterConvertible: Sendable, Hashable {
    init?(_ value: ParameterValue)
    var parameterValue: ParameterValue { get }
}

extension Double: ParameterConvertible {
    public init?(_ value: ParameterValue) {
        guard let number = value.number else { return nil }
        self = number
    }
    public var parameterValue: ParameterValue { .double(self) }
}

extension Int: ParameterConvertible {
    public init?(_ value: ParameterValue) {
        guard let exact = value.number.flatMap({ Int(exactly: $0) }) else { return nil }
        self = exact
    }
    public var parameterValue: ParameterValue { .int(self) }
}

extension String: ParameterConvertible {
    public init?(_ value: ParameterValue) { self = value.description }
    public var parameterValue: ParameterValue { .text(self) }
}

extension Bool: ParameterConvertible {
    public init?(_ value: ParameterValue) { self.init(value.description) }
    public var parameterValue: ParameterValue { .text(description) }
}

/// A parameter as a script declares it, and reads it back from a trial with its own type: `trial[rate]`.
public struct Parameter<Value: ParameterConvertible>: Sendable, Hashable, SearchDimension {
    public var spec: ParameterSpec
    public var name: String { spec.name }

    /// One of a list: numbers keep their order, anything else is categorical.
    ///
    /// - Precondition: the list is not empty and has no duplicates.
    public init(_ name: String, of choices: [Value]) {
        let spellings = choices.map { $0.parameterValue.description }
        let isNumeric = Value.self == Int.self || Value.self == Double.self
        spec = ParameterSpec(name, isNumeric ? .discrete(spellings) : .categorical(spellings))
    }

    /// The same parameter, active only where `parent` has one of `values`.
    public func when<Parent>(_ parent: Parameter<Parent>, in values: Parent...) -> Self {
        var conditional = self
        let spellings = values.compactMap { parent.spec.domain.value(reading: $0.parameterValue.description) }
        precondition(
            spellings.count == values.count, "a value in the condition of '\(name)' is none of '\(parent.name)'")
        conditional.spec.condition = Condition(parent.name, .oneOf(spellings))
        return conditional
    }

    /// The same parameter, active only where `parent` lies in `range`.
    public func when<Parent>(_ parent: Parameter<Parent>, in range: ClosedRange<Double>) -> Self {
        var conditional = self
        conditional.spec.condition = Condition(parent.name, .between(range.lowerBound, range.upperBound))
        return conditional
    }
}

extension Parameter where Value == Double {
    public init(
        _ name: String, in range: ClosedRange<Double>, step: Double? = nil, _ distribution: Distribution = .uniform
    ) {
        spec = ParameterSpec(name, .double(range, step: step, distribution))
    }
}

extension Parameter where Value == Int {
    public init(_ name: String, in range: ClosedRange<Int>, step: Int = 1, _ distribution: Distribution = .uniform) {
        spec = ParameterSpec(name, .int(range, step: step, distribution))
    }
}

/// A parameter of any type, for lists of parameters of several types.
public protocol SearchDimension: Sendable {
    var spec: ParameterSpec { get }
}
