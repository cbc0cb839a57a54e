/// Reads a list of parameters, each as far as it can be read.
struct ParametersReader {
    /// What is known of one parameter; what could not be read is nil and has been noted.
    private struct Draft {
        let map: MapReader
        var name: String?
        var type: ParameterType?
        var domain: Domain?
    }

    /// Katib's names for the kinds of domain.
    enum ParameterType: String, CaseIterable { case double, int, discrete, categorical }

    /// The most parameters that are read.
    static let mostParameters = 1_000

    private let drafts: [Draft]
    private let isComplete: Bool

    /// Reads the field `parameters` of `owner`.
    init(of owner: MapReader) {
        let log = owner.log
        let list = owner.list("parameters") ?? []
        if list.count > ParametersReader.mostParameters {
            log.error(
                owner.field["parameters"], found: "\(list.count) items",
                "must have at most \(ParametersReader.mostParameters)")
        }
        let maps = list.prefix(ParametersReader.mostParameters).compactMap { MapReader($0.node, at: $0.field, log) }
        isComplete = maps.count == list.count
        drafts = maps.map { map in
            let type: ParameterType? = map.parameterType()
            return Draft(
                map: map, name: map.requiredText("name"), type: type,
                domain: type.flatMap { type in map.requiredMap("feasibleSpace")?.domain(type) })
        }
    }

    /// The names of all parameters; nil when there are some that cannot be read.
    var names: [String]? {
        let names = drafts.compactMap(\.name)
        return isComplete && names.count == drafts.count ? names : nil
    }

    /// What each parameter is in an expression; nil when there are some of which that is unknown.
    var kinds: [String: Expression.Kind]? {
        guard names != nil, drafts.allSatisfy({ $0.type != nil }) else { return nil }
        return drafts.reduce(into: [:]) { kinds, draft in
            if let name = draft.name { kinds[name] = draft.type == .categorical ? .text : .number }
        }
    }

    /// The parameters, with what is wrong with them together noted under `owner`.
    ///
    /// Where a parameter could not be read, a harmless one stands in its place, so that the others are still judged.
    func specs(under owner: FieldPath, log: ProblemLog) -> [ParameterSpec] {
        let specs = drafts.enumerated().map { index, draft in
            let place = ParameterSpec(
                draft.name.flatMap { $0.isEmpty ? nil : $0 } ?? "\u{0}\(index)", .categorical(["unread"]))
            guard let domain = draft.domain else { return place }
            return ParameterSpec(
                place.name, domain, when: condition(of: draft), default: draft.map.defaultValue(in: domain))
        }
        if isComplete { log.add(SearchSpace.problems(of: specs), under: owner) }
        return specs
    }

    private func condition(of draft: Draft) -> Condition? {
        guard let when = draft.map.map("when"), let parameter = when.requiredText("parameter") else { return nil }
        let parent = drafts.first { $0.name == parameter }
        let test = when.conditionTest(values: parent?.domain.flatMap { $0.problems.isEmpty ? $0 : nil })
        if let parent, parent.domain == nil { return nil }
        if parent == nil, names == nil { return nil }
        return test.map { Condition(parameter, $0) }
    }
}

extension MapReader {
    fileprivate func parameterType() -> ParametersReader.ParameterType? {
        if !has("parameterType") {
            log.error(field["parameterType"], "must be specified: double, int, discrete or categorical")
        }
        return choice("parameterType", remedy: "is not supported; use double, int, discrete or categorical")
    }

    fileprivate func conditionTest(values domain: Domain?) -> Condition.Test? {
        let values = list("in")?.compactMap { item -> ParameterValue? in
            guard let text = item.node.scalarText else {
                log.error(item.field, found: item.node.summary, "must be a single value")
                return nil
            }
            return domain?.value(reading: text) ?? .text(text)
        }
        let low = conditionBound("min")
        let high = conditionBound("max")
        guard has("in") else {
            if !has("min"), !has("max") { log.rule(field, "must say which values count: in, min or max") }
            return .between(low, high)
        }
        if has("min") || has("max") { log.rule(field, "takes either in or min and max") }
        if let values, values.isEmpty { log.rule(field["in"], "must have at least one value") }
        return values.map { .oneOf($0) }
    }

    private func conditionBound(_ key: String) -> Double? {
        guard let value = self[key] else { return nil }
        guard let number = value.numberText.flatMap({ MetricNumber.value(of: $0) }), !number.isNaN else {
            log.error(field[key], found: value.summary, "must be a number")
            return nil
        }
        return number
    }

    /// What a template gets where the parameter is inactive: of the parameter's type, but not necessarily one of its values.
    fileprivate func defaultValue(in domain: Domain) -> ParameterValue? {
        guard let text = text("default") else { return nil }
        switch domain {
        case .double:
            if let number = text.decimal { return .double(number) }
        case .int:
            if let integer = text.integer { return .int(integer) }
        case .discrete(let list):
            if list.contains(text) || text.decimal != nil { return .text(text) }
        case .categorical: return .text(text)
        }
        log.rule(field["default"], found: "\"\(text)\"", "must be a number, as \(domain) is")
        return .text(text)
    }
}
