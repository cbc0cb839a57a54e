import AttuneCore

/// One asking of a path, which keeps account of what it costs: a path may multiply a value without bounds.
struct GJSONEvaluation {
    private var credit = 1_000_000
    var isExhausted: Bool { credit <= 0 }

    mutating func value(of steps: [GJSONPath.Step], in json: JSON?) -> JSON? {
        var value = json
        for step in steps {
            guard spend(1) else { return nil }
            value = apply(step, to: value)
        }
        return value
    }

    private mutating func spend(_ cost: Int) -> Bool {
        credit -= min(cost, credit)
        return !isExhausted
    }

    /// Of nothing, only a literal makes something.
    private mutating func apply(_ step: GJSONPath.Step, to value: JSON?) -> JSON? {
        if case .literal(let literal) = step { return literal }
        guard let value else { return nil }
        return switch step {
        case .member(let name): member(name, of: value)
        case .anyMember(let pattern, let steps): anyMember(pattern, steps, of: value)
        case .count: count(value)
        case .each(let steps): each(steps, in: value)
        case .first(let query): value.array?.first { answers(query, $0) }
        case .all(let query, let steps): all(query, steps, in: value)
        case .modifier(let modifier): modify(value, modifier)
        case .list(let paths): .array(paths.compactMap { self.value(of: $0, in: value) })
        case .object(let selectors): object(selectors, in: value)
        case .literal(let literal): literal
        case .lines: .array([value])
        }
    }

    private func member(_ name: String, of value: JSON) -> JSON? {
        guard case .array(let items) = value else { return value[name] }
        guard name.utf8.allSatisfy({ (0x30...0x39).contains($0) }), let index = Int(name) else { return nil }
        return items.indices.contains(index) ? items[index] : nil
    }

    private mutating func anyMember(_ pattern: WildcardPattern, _ steps: [GJSONPath.Step], of value: JSON) -> JSON? {
        guard case .object(let fields) = value else { return nil }
        for (key, value) in fields {
            guard spend(pattern.count * key.utf8.count / 16 + 1) else { return nil }
            if pattern.matches(key), let found = self.value(of: steps, in: value) { return found }
        }
        return nil
    }

    /// An object may have a member `#`.
    private func count(_ value: JSON) -> JSON? {
        value.array.map { .number($0.count) } ?? value["#"]
    }

    private mutating func each(_ steps: [GJSONPath.Step], in value: JSON) -> JSON? {
        guard let items = value.array else { return self.value(of: steps, in: value["#"]) }
        return .array(items.compactMap { self.value(of: steps, in: $0) })
    }

    private mutating func all(_ query: GJSONPath.Query, _ steps: [GJSONPath.Step], in value: JSON) -> JSON? {
        guard let items = value.array else { return nil }
        return .array(items.compactMap { answers(query, $0) ? self.value(of: steps, in: $0) : nil })
    }

    private mutating func answers(_ query: GJSONPath.Query, _ element: JSON) -> Bool {
        let isContainer = element.array != nil || element.object != nil
        guard spend(1), isContainer || query.path == nil else { return false }
        let value = isContainer ? self.value(of: query.path ?? Self.unnamed, in: element) : element
        guard let test = query.test else { return value != nil }
        if case .text(let pattern) = test.operand, case .string(let text)? = value {
            guard spend(pattern.utf8.count * text.utf8.count / 16) else { return false }
        }
        return test.holds(of: value)
    }

    private static let unnamed: [GJSONPath.Step] = [.member("")]

    private mutating func object(_ selectors: [GJSONPath.Selector], in value: JSON) -> JSON {
        var fields = JSON.Fields()
        for selector in selectors where fields[selector.name] == nil {
            fields[selector.name] = self.value(of: selector.steps, in: value)
        }
        return .object(fields)
    }

    private mutating func modify(_ value: JSON, _ modifier: GJSONPath.Modifier) -> JSON? {
        if modifier.name == .dig {
            var found: [JSON] = []
            dig(modifier.target, in: value, into: &found)
            return .array(found)
        }
        if modifier.needsWhole, !spend(for: value) { return nil }
        return modifier.changed(value)
    }

    private mutating func dig(_ steps: [GJSONPath.Step], in value: JSON, into found: inout [JSON]) {
        guard spend(1) else { return }
        if let hit = self.value(of: steps, in: value) { found.append(hit) }
        switch value {
        case .array(let items): for item in items { dig(steps, in: item, into: &found) }
        case .object(let fields): for (_, item) in fields { dig(steps, in: item, into: &found) }
        default: break
        }
    }

    /// Pays for reading all of a value.
    private mutating func spend(for value: JSON) -> Bool {
        switch value {
        case .null, .bool: return spend(1)
        case .number(let text), .string(let text): return spend(1 + text.utf8.count / 16)
        case .array(let items):
            guard spend(1) else { return false }
            return items.allSatisfy { spend(for: $0) }
        case .object(let fields):
            guard spend(1) else { return false }
            return fields.allSatisfy { spend($0.key.utf8.count / 16 + 1) && spend(for: $0.value) }
        }
    }
}

extension GJSONPath.Modifier {
    /// Whether the change costs what the value holds.
    fileprivate var needsWhole: Bool {
        switch name {
        case .this, .valid, .pretty, .ugly, .dig: false
        case .reverse, .flatten, .join, .keys, .values, .tostr, .fromstr, .group: true
        }
    }
}
