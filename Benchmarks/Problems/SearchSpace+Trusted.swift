import AttuneCore

/// Problems are written by hand, so what is wrong with one is a mistake in the program.
extension SearchSpace {
    /// A space whose parts are known to fit.
    init(trusted parameters: [ParameterSpec], constraints: [String] = []) {
        let kinds = Dictionary(uniqueKeysWithValues: parameters.map { ($0.name, $0.domain.kind) })
        do {
            try self.init(parameters, constraints: constraints.map { try Expression($0, kinds: kinds) })
        } catch {
            preconditionFailure("a benchmark's search space is wrong: \(error)")
        }
    }

    /// The assignment with these values, which are known to be right, for the active parameters.
    func assignment(trusted values: [String: ParameterValue]) -> Assignment {
        do {
            return try assignment(reading: values.mapValues(\.description))
        } catch {
            preconditionFailure("a benchmark's optimizer is wrong: \(error)")
        }
    }
}

extension Domain {
    fileprivate var kind: Expression.Kind {
        if case .categorical = self { .text } else { .number }
    }
}

extension Assignment {
    /// A parameter's number; NaN where it is inactive or no number.
    func number(_ name: String) -> Double { self[name]?.number ?? .nan }

    /// The active parameters by name.
    var valuesByName: [String: ParameterValue] {
        Dictionary(uniqueKeysWithValues: active.map { ($0.name, $0.value) })
    }
}
