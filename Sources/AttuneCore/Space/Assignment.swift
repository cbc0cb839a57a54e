/// Names to values: one configuration.
///
/// A parameter whose condition does not hold is absent. All assignments of a space share one list of names, so a long
/// study stays small.
public struct Assignment: Sendable, Hashable {
    /// Every parameter of the space, in its order.
    public let names: [String]
    /// By position in `names`; nil where the parameter is inactive.
    var values: [ParameterValue?]

    init(names: [String], values: [ParameterValue?]) {
        self.names = names
        self.values = values
    }

    public init(_ pairs: KeyValuePairs<String, ParameterValue>) {
        self.init(names: pairs.map(\.key), values: pairs.map(\.value))
    }

    /// The value of that name; nil when it is inactive or unknown. O(parameters).
    public subscript(name: String) -> ParameterValue? {
        names.firstIndex(of: name).flatMap { values[$0] }
    }

    /// The active parameters with their values, in the space's order.
    public var active: [(name: String, value: ParameterValue)] {
        zip(names, values).compactMap { name, value in value.map { (name, $0) } }
    }

    /// An object of the active parameters.
    public var json: JSON { .object(JSON.Fields(active.map { ($0.name, $0.value.json) })) }
}

extension Assignment: CustomStringConvertible {
    public var description: String { active.map { "\($0.name)=\($0.value)" }.joined(separator: " ") }
}
