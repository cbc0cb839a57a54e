import AttuneCore

extension GJSONPath {
    /// A change of a whole value.
    struct Modifier: Sendable, Hashable {
        enum Name: String, Sendable, Hashable {
            case this, reverse, flatten, join, keys, values, valid, pretty, ugly, tostr, fromstr, group, dig
        }

        var name: Name
        /// `@flatten:{"deep":true}`: arrays within arrays within arrays too.
        var isDeep = false
        /// `@join:{"preserve":true}`: of members with one name the first is kept, not the last.
        var keepsFirst = false
        /// What `@dig` looks for everywhere.
        var target: [Step] = []

        /// - Throws: for an argument that begins like JSON and is none.
        init(_ name: Name, argument: String = "") throws(AttuneError) {
            self.name = name
            guard argument.first.map({ "{[\"".contains($0) }) ?? false else { return }
            let options = try JSON(parsing: argument)
            isDeep = options["deep"]?.isTrueish ?? false
            keepsFirst = options["preserve"]?.isTrueish ?? false
        }

        init(dig target: [Step]) {
            name = .dig
            self.target = target
        }
    }
}

extension JSON {
    fileprivate var isTrueish: Bool { GJSONPath.Tilde.trueish.holds(of: self) }
}

/// What each modifier makes of a value, but `@dig`, which asks again.
extension GJSONPath.Modifier {
    func changed(_ value: JSON) -> JSON? {
        switch name {
        case .this, .valid, .pretty, .ugly: value
        case .reverse: GJSONPath.Modifier.reversed(value)
        case .flatten: flattened(value)
        case .join: joined(value)
        case .keys: GJSONPath.Modifier.keys(of: value)
        case .values: GJSONPath.Modifier.values(of: value)
        case .tostr: .string(value.description)
        case .fromstr: GJSONPath.Modifier.parsed(value)
        case .group: GJSONPath.Modifier.grouped(value)
        case .dig: nil
        }
    }

    private static func reversed(_ value: JSON) -> JSON {
        switch value {
        case .array(let items): .array(items.reversed())
        case .object(let fields): .object(JSON.Fields(fields.reversed().map { ($0.key, $0.value) }))
        default: value
        }
    }

    private func flattened(_ value: JSON) -> JSON {
        guard case .array(let items) = value else { return value }
        return .array(
            items.flatMap { item -> [JSON] in
                guard let inner = item.array else { return [item] }
                return isDeep ? flattened(item).array ?? [] : inner
            })
    }

    private func joined(_ value: JSON) -> JSON {
        guard case .array(let items) = value else { return value }
        var fields = JSON.Fields()
        for (key, value) in items.compactMap(\.object).joined() where !keepsFirst || fields[key] == nil {
            fields[key] = value
        }
        return .object(fields)
    }

    private static func keys(of value: JSON) -> JSON {
        switch value {
        case .object(let fields): .array(fields.map { .string($0.key) })
        case .array(let items): .array(items.map { _ in .null })
        default: [.null]
        }
    }

    private static func values(of value: JSON) -> JSON {
        switch value {
        case .object(let fields): .array(fields.map(\.value))
        case .array: value
        default: .array([value])
        }
    }

    private static func parsed(_ value: JSON) -> JSON? {
        switch value {
        case .string(let text): try? JSON(parsing: text)
        case .null: nil
        default: value
        }
    }

    /// An object of arrays as an array of objects.
    private static func grouped(_ value: JSON) -> JSON? {
        guard let fields = value.object else { return nil }
        var groups: [JSON.Fields] = []
        for (key, value) in fields {
            for (index, item) in (value.array ?? []).enumerated() {
                if index == groups.count { groups.append(JSON.Fields()) }
                groups[index][key] = item
            }
        }
        return .array(groups.map { .object($0) })
    }
}
