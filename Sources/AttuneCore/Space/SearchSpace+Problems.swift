extension SearchSpace {
    /// Everything that keeps `parameters` from being a search space, with fields relative to the experiment's `spec`.
    public static func problems(of parameters: [ParameterSpec]) -> [Problem] {
        let field: FieldPath = "parameters"
        var problems: [Problem] = []
        for (index, spec) in parameters.enumerated() {
            problems += spec.domain.problems.map { $0.under(field[index]["feasibleSpace"]) }
            if spec.name.isEmpty { problems.append(Problem(field[index]["name"], "must be specified")) }
            if let first = parameters.firstIndex(where: { $0.name == spec.name }), first < index {
                problems.append(
                    Problem(
                        field[index]["name"], found: "\"\(spec.name)\"",
                        "name is already used by parameters[\(first)]; names must be unique"))
            }
            problems += conditionProblems(of: index, in: parameters).map { $0.under(field[index]["when"]) }
        }
        return problems
    }

    private static func conditionProblems(of index: Int, in parameters: [ParameterSpec]) -> [Problem] {
        guard let condition = parameters[index].condition else { return [] }
        guard let parent = parameters.first(where: { $0.name == condition.parameter }) else {
            let known = parameters.map(\.name).filter { $0 != parameters[index].name }
            let hint = nearest(to: condition.parameter, among: known).map { "; did you mean \"\($0)\"?" } ?? ""
            return [Problem("parameter", found: "\"\(condition.parameter)\"", "must name another parameter\(hint)")]
        }
        guard !isCircular(index, in: parameters) else {
            return [Problem("parameter", found: "\"\(condition.parameter)\"", "conditions must not form a circle")]
        }
        return parent.domain.problems.isEmpty ? testProblems(of: condition.test, on: parent) : []
    }

    private static func testProblems(of test: Condition.Test, on parent: ParameterSpec) -> [Problem] {
        switch test {
        case .oneOf(let values):
            return values.enumerated().filter { !parent.domain.contains($1) }.map { position, value in
                Problem(
                    FieldPath("in")[position], found: "\"\(value)\"",
                    "must be a value of \(parent.name): \(parent.domain)")
            }
        case .between(let low, let high):
            if case .categorical = parent.domain {
                return [Problem("", "a range needs a numeric parameter; use in: for the categorical \(parent.name)")]
            }
            guard (low ?? -.infinity) <= (high ?? .infinity) else {
                return [Problem("min", "must not exceed max")]
            }
            return []
        }
    }

    private static func isCircular(_ index: Int, in parameters: [ParameterSpec]) -> Bool {
        var seen: Set<String> = [parameters[index].name]
        var next = parameters[index].condition?.parameter
        while let name = next {
            guard seen.insert(name).inserted else { return true }
            next = parameters.first { $0.name == name }?.condition?.parameter
        }
        return false
    }
}

extension Domain {
    /// What keeps this from being a domain, with fields relative to `feasibleSpace`.
    var problems: [Problem] {
        switch self {
        case .double(let range, let step, let law):
            Domain.rangeProblems(range, step: step, law)
        case .int(let range, let step, let law):
            Domain.rangeProblems(range, step: step, law)
        case .discrete(let list):
            Domain.listProblems(list)
                + list.enumerated().filter { Double($1)?.isFinite != true }.map { position, text in
                    Problem(
                        FieldPath("list")[position], found: "\"\(text)\"",
                        "must be a number; for other values use parameterType: categorical")
                }
        case .categorical(let list): Domain.listProblems(list)
        }
    }

    private static func rangeProblems(_ range: ClosedRange<Double>, step: Double?, _ law: Distribution) -> [Problem] {
        var problems: [Problem] = []
        let width = range.upperBound - range.lowerBound
        if !width.isFinite { problems.append(Problem("max", "the range must be finite")) }
        if let step {
            if !(step > 0 && step.isFinite) {
                problems.append(Problem("step", found: step.text, "must be greater than 0"))
            } else if step > width, width > 0 || step != 1 {
                problems.append(Problem("step", found: step.text, "must not exceed max - min, which is \(width.text)"))
            } else if width / step > 9e15 {
                problems.append(Problem("step", found: step.text, "is too small for the range; leave it out"))
            }
        }
        if law.isLogarithmic, range.lowerBound <= 0 {
            problems.append(
                Problem(
                    "min", found: range.lowerBound.text,
                    "cannot start a \(law.rawValue) range; use a positive number"))
        }
        return problems
    }

    /// Integers take part in arithmetic as doubles, which hold them up to 2⁵³.
    private static func rangeProblems(_ range: ClosedRange<Int>, step: Int, _ law: Distribution) -> [Problem] {
        let largest = 1 << 53
        let outside = [("min", range.lowerBound), ("max", range.upperBound)].filter { $1.magnitude > largest }
        guard outside.isEmpty else {
            return outside.map { name, bound in
                Problem(FieldPath([.key(name)]), found: "\(bound)", "must lie between -\(largest) and \(largest)")
            }
        }
        return rangeProblems(Double(range.lowerBound)...Double(range.upperBound), step: Double(step), law)
    }

    private static func listProblems(_ list: [String]) -> [Problem] {
        guard !list.isEmpty else { return [Problem("list", "must have at least one value")] }
        var seen: Set<String> = []
        return list.enumerated().compactMap { position, text in
            guard !seen.insert(text).inserted else { return nil }
            return Problem(
                FieldPath("list")[position], found: "\"\(text)\"", "is listed already; values must be unique")
        }
    }
}
