extension MapReader {
    /// The domain that a `feasibleSpace` describes; nil, with the problems noted, when it describes none.
    func domain(_ type: ParametersReader.ParameterType) -> Domain? {
        switch type {
        case .double: range(type, number: \.decimal, "a number").map { .double($0, step: $1, distribution) }
        case .int: range(type, number: \.integer, "an integer").map { .int($0, step: $1 ?? 1, distribution) }
        case .discrete: choices(type).map { .discrete($0) }
        case .categorical: choices(type).map { .categorical($0) }
        }
    }

    private var distribution: Distribution {
        choice("distribution", remedy: "is not supported; use uniform, logUniform, normal or logNormal") ?? .uniform
    }

    private func range<Number: Comparable>(
        _ type: ParametersReader.ParameterType, number: (String) -> Number?, _ phrase: String
    ) -> (ClosedRange<Number>, step: Number?)? {
        if has("list") {
            log.error(
                field["list"], "is not supported for parameterType \(type); use min and max, or parameterType: discrete"
            )
        }
        let bounds = (bound("min", number, phrase), bound("max", number, phrase))
        let step = bound("step", number, phrase)
        noteMissingBounds(type)
        if has("step"), step == nil { return nil }
        guard let low = bounds.0, let high = bounds.1 else { return nil }
        guard low <= high else {
            log.error(field["min"], found: self["min"]?.summary, "must not exceed max, which is \(high)")
            return nil
        }
        return (low...high, step)
    }

    private func noteMissingBounds(_ type: ParametersReader.ParameterType) {
        let missing = ["max", "min"].filter { !isGiven($0) }
        guard let first = missing.first else { return }
        let place = missing.count == 2 ? field : field[first]
        log.error(
            place,
            "\(missing.map { "feasibleSpace.\($0)" }.joined(separator: " and ")) must be specified for parameterType \(type)"
        )
    }

    /// Whether the field says something; Kubernetes' clients may send an empty text for nothing.
    private func isGiven(_ key: String) -> Bool { self[key].map { $0.content != .string("") } ?? false }

    private func bound<Number>(_ key: String, _ number: (String) -> Number?, _ phrase: String) -> Number? {
        guard isGiven(key), let value = self[key] else { return nil }
        let bound = value.numberText.flatMap(number)
        if bound == nil { log.error(field[key], found: value.summary, "must be \(phrase)") }
        return bound
    }

    private func choices(_ type: ParametersReader.ParameterType) -> [String]? {
        for key in ["max", "min", "step"] where isGiven(key) {
            log.error(field[key], found: self[key]?.summary, "is not supported for parameterType \(type); use list")
        }
        let key = listKey
        guard has(key) else {
            log.error(field["list"], "must be specified for parameterType \(type)")
            return nil
        }
        if key == "list", distribution != .uniform {
            log.warn(
                field["distribution"], found: self["distribution"]?.summary, "has no effect on parameterType \(type)")
        }
        guard let items = list(key), let texts = texts(key), texts.count == items.count else { return nil }
        for item in items { noteTruthValue(item.node, at: item.field) }
        noteEqualNumbers(texts, type, at: field[key])
        return texts
    }

    /// Katib's Python SDK sends the list of a categorical parameter as its distribution.
    private var listKey: String {
        if !has("list"), case .list = self["distribution"]?.content { "distribution" } else { "list" }
    }

    private func noteTruthValue(_ node: SourceNode, at field: FieldPath) {
        guard case .bool(let value) = node.content else { return }
        log.warn(
            field, found: node.summary,
            "put it in quotes; without them a trial gets \(value), however it is capitalised")
    }

    private func noteEqualNumbers(_ texts: [String], _ type: ParametersReader.ParameterType, at field: FieldPath) {
        guard type == .discrete else { return }
        var first: [Double: String] = [:]
        for (index, text) in texts.enumerated() {
            guard let number = text.decimal else { continue }
            if let other = first[number], other != text {
                log.warn(
                    field[index], found: "\"\(text)\"", "is the same number as \"\(other)\"; each is tried on its own")
            }
            first[number] = first[number] ?? text
        }
    }
}
