/// A map of a manifest: gives its fields by type, and notes what is wrong with them.
///
/// A field that is null counts as absent, as it does for Kubernetes. Reading an absent field gives nil and is no
/// problem; reading one of a wrong type gives nil and is.
package struct MapReader {
    /// The longest list that is read.
    static let mostItems = 10_000

    package let node: SourceNode
    package let field: FieldPath
    package let log: ProblemLog

    /// Nil, with a problem noted, when `node` is no map.
    package init?(_ node: SourceNode, at field: FieldPath, _ log: ProblemLog) {
        guard case .map = node.content else {
            log.error(field, found: node.summary, "must be a map")
            return nil
        }
        self.node = node
        self.field = field
        self.log = log
    }

    package subscript(key: String) -> SourceNode? {
        guard let value = node[key], value.content != .null else { return nil }
        return value
    }

    package func has(_ key: String) -> Bool { self[key] != nil }

    package func map(_ key: String) -> MapReader? { self[key].flatMap { MapReader($0, at: field[key], log) } }

    package func requiredMap(_ key: String) -> MapReader? {
        if !has(key) { log.error(field[key], "must be specified") }
        return map(key)
    }

    /// The items of a list, each with its place.
    package func list(_ key: String) -> [(node: SourceNode, field: FieldPath)]? {
        guard let value = self[key] else { return nil }
        guard case .list(let items) = value.content else {
            log.error(field[key], found: value.summary, "must be a list")
            return nil
        }
        guard items.count <= MapReader.mostItems else {
            log.error(field[key], found: "\(items.count) items", "must have at most \(MapReader.mostItems)")
            return nil
        }
        return items.enumerated().map { ($1, field[key][$0]) }
    }

    /// The items of a list of maps; without those that are none.
    package func maps(_ key: String) -> [MapReader]? {
        list(key)?.compactMap { MapReader($0.node, at: $0.field, log) }
    }

    /// A text, or a number or truth value as it is written.
    package func text(_ key: String) -> String? {
        guard let value = self[key] else { return nil }
        if let text = value.scalarText { return text }
        log.error(field[key], found: value.summary, "must be a single value")
        return nil
    }

    /// The same for a field that must be there and not be empty.
    package func requiredText(_ key: String) -> String? {
        guard has(key) else {
            log.error(field[key], "must be specified")
            return nil
        }
        let text = text(key)
        if text?.isEmpty == true { log.rule(field[key], found: "\"\"", "must be specified") }
        return text
    }

    /// The texts of a list; without items that are none.
    package func texts(_ key: String) -> [String]? {
        list(key)?.compactMap { item in
            if let text = item.node.scalarText { return text }
            log.error(item.field, found: item.node.summary, "must be a single value")
            return nil
        }
    }

    /// A map of texts.
    package func dictionary(_ key: String) -> [String: String]? {
        guard let map = map(key), case .map(let members) = map.node.content else { return nil }
        return members.reduce(into: [:]) { $0[$1.key] = map.text($1.key) ?? "" }
    }

    package func flag(_ key: String) -> Bool? {
        guard let value = self[key] else { return nil }
        let flag = value.scalarText.flatMap { Bool($0.lowercased()) }
        if flag == nil { log.error(field[key], found: value.summary, "must be true or false") }
        return flag
    }

    /// An integer, which may be written as `"3"` or `3.0`.
    func integer(_ key: String) -> Int? {
        guard let value = self[key] else { return nil }
        let integer = value.numberText?.integer
        if integer == nil { log.error(field[key], found: value.summary, "must be an integer") }
        return integer
    }

    func number(_ key: String) -> Double? {
        guard let value = self[key] else { return nil }
        let number = value.numberText.flatMap { log.checksRules ? $0.decimal : Double($0) }
        if number == nil { log.error(field[key], found: value.summary, "must be a finite number") }
        return number
    }

    func duration(_ key: String) -> Duration? {
        guard let value = self[key] else { return nil }
        guard let duration = value.scalarText.flatMap({ Duration(reading: $0) }) else {
            log.error(
                field[key], found: value.summary, "must be a number of seconds or a duration such as 90s, 5m or 1h30m")
            return nil
        }
        if duration <= .zero { log.rule(field[key], found: value.summary, "must be greater than 0") }
        return duration
    }

    /// One of a few words.
    ///
    /// - Parameter remedy: what to say of another word; nil for a sentence that lists the words.
    package func choice<Choice: RawRepresentable<String> & CaseIterable>(
        _ key: String, of type: Choice.Type = Choice.self, remedy: String? = nil
    ) -> Choice? {
        guard let value = self[key] else { return nil }
        if let choice = value.scalarText.flatMap(Choice.init(rawValue:)) { return choice }
        let words = Choice.allCases.map(\.rawValue)
        let hint = value.scalarText.flatMap { nearest(to: $0, among: words) }.map { "; did you mean \($0)?" } ?? ""
        log.error(
            field[key], found: value.summary, (remedy ?? "must be one of \(words.joined(separator: ", "))") + hint)
        return nil
    }
}

extension SourceNode {
    /// What a report says was found.
    package var summary: String {
        switch content {
        case .null: "nothing"
        case .bool(let value): value ? "true" : "false"
        case .number(let text): text
        case .string(let text): "\"\(text.count <= 80 ? text : text.prefix(80) + "…")\""
        case .list: "a list"
        case .map: "a map"
        }
    }

    /// The text of a string, number or truth value.
    var scalarText: String? {
        switch content {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .null, .list, .map: nil
        }
    }

    /// The text of a number, or of a string that may hold one.
    var numberText: String? {
        switch content {
        case .string(let text), .number(let text): text
        default: nil
        }
    }
}

extension String {
    /// The finite decimal number this is; nil for anything else, hexadecimal and infinities included.
    var decimal: Double? { MetricNumber.value(of: self).flatMap { $0.isFinite ? $0 : nil } }

    /// The integer this is, also when it is written with a fraction or an exponent that come to nothing.
    var integer: Int? { Int(self) ?? decimal.flatMap { Int(exactly: $0) } }
}
