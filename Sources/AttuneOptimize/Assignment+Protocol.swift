import AttuneCore

extension Assignment {
    /// The active parameters with numbers as JSON numbers, those of discrete lists too, and choices as strings.
    func protocolJSON(in space: SearchSpace) -> JSON {
        var fields = JSON.Fields()
        for (spec, name) in zip(space.parameters, names) {
            guard let value = self[name] else { continue }
            if case .discrete = spec.domain { fields[name] = value.numberJSON } else { fields[name] = value.json }
        }
        return .object(fields)
    }
}

extension ParameterValue {
    /// A listed number, however its list spells it: `016` is no JSON.
    fileprivate var numberJSON: JSON {
        if let whole = Int(description) { return .number(whole) }
        return number.map { .number($0) } ?? json
    }
}
