import AttuneCore

/// A parameter as charts have it for an axis.
public struct ParameterAxis: Sendable, Hashable {
    public let spec: ParameterSpec

    public init(_ spec: ParameterSpec) { self.spec = spec }

    public var name: String { spec.name }

    public var kind: String {
        switch spec.domain {
        case .double: "double"
        case .int: "int"
        case .discrete: "discrete"
        case .categorical(let list): Set(list.map { $0.lowercased() }) == ["true", "false"] ? "bool" : "categorical"
        }
    }

    public var isLogarithmic: Bool {
        switch spec.domain {
        case .double(_, _, let law), .int(_, _, let law): law == .logUniform || law == .logNormal
        case .discrete, .categorical: false
        }
    }

    /// The choices, or the numbers of a list as it spells them; nil for ranges.
    public var values: [String]? {
        switch spec.domain {
        case .double, .int: nil
        case .discrete(let list), .categorical(let list): list
        }
    }

    /// The ends of the axis: of a choice the first and the last place in its list.
    public var range: ClosedRange<Double> {
        switch spec.domain {
        case .double(let range, _, _): return range
        case .int(let range, _, _): return Double(range.lowerBound)...Double(range.upperBound)
        case .discrete(let list):
            let numbers = list.compactMap(Double.init)
            return (numbers.min() ?? 0)...(numbers.max() ?? 0)
        case .categorical(let list): return 0...Double(max(0, list.count - 1))
        }
    }

    private var step: Double? {
        switch spec.domain {
        case .double(_, let step, _): step
        case .int(_, let step, _): Double(step)
        case .discrete, .categorical: nil
        }
    }

    public var json: JSON {
        [
            "name": .string(name), "kind": .string(kind), "min": .page(range.lowerBound),
            "max": .page(range.upperBound), "step": .page(step), "log": .bool(isLogarithmic),
            "values": values.map { .page($0) } ?? .null, "condition": .page(spec.condition?.sentence),
        ]
    }

    /// A value as a number on the axis; nil where it is none of the parameter's.
    public func number(reading text: String) -> Double? {
        guard case .categorical(let list) = spec.domain else { return Double(text) }
        return list.firstIndex(of: text).map(Double.init)
    }

    /// The value at a number of the axis.
    public func value(at number: Double) -> ParameterValue {
        switch spec.domain {
        case .double: return .double(number)
        case .int: return .int(Int(number.rounded()))
        case .discrete(let list):
            return .text(list.min { abs((Double($0) ?? 0) - number) < abs((Double($1) ?? 0) - number) } ?? "")
        case .categorical(let list): return .text(list[min(max(0, Int(number.rounded())), list.count - 1)])
        }
    }
}

extension Condition {
    /// Such as `optimizer is adam or sgd`.
    public var sentence: String {
        switch test {
        case .oneOf(let values): "\(parameter) is \(values.map(\.description).joined(separator: " or "))"
        case .between(let low?, let high?): "\(parameter) is from \(low.text) to \(high.text)"
        case .between(let low?, nil): "\(parameter) is \(low.text) or more"
        case .between(nil, let high?): "\(parameter) is \(high.text) or less"
        case .between(nil, nil): "\(parameter) is active"
        }
    }
}
