import AttuneCore

/// Puts one document together from its events.
struct YAMLComposer {
    typealias Failure = YAMLEvents.Failure

    /// A value, and how deep maps and lists are inside one another in it.
    private struct Composed {
        var node: SourceNode
        var height = 0
        /// The value and all values in it.
        var count = 1
    }

    private let events: YAMLEvents
    private var anchors: [String: Composed] = [:]
    private var count = 0

    init(events: YAMLEvents) { self.events = events }

    /// Reads to the end of the document.
    mutating func document(from first: YAMLEvent) throws(Failure) -> SourceNode {
        guard case .documentEnd = first.kind else {
            let root = try value(from: first, depth: 0).node
            _ = try events.next()
            return root
        }
        return SourceNode(.null, at: first.position)
    }

    private mutating func value(from event: YAMLEvent, depth: Int) throws(Failure) -> Composed {
        if case .alias = event.kind { return try repeated(event, depth: depth) }
        try add(1, at: event.position)
        let before = count
        var composed = try fresh(event, depth: depth)
        composed.count = count - before + 1
        if let anchor = event.anchor { anchors[anchor] = composed }
        return composed
    }

    private mutating func fresh(_ event: YAMLEvent, depth: Int) throws(Failure) -> Composed {
        switch event.kind {
        case .scalar(let scalar): return Composed(node: SourceNode(scalar.content, at: event.position))
        case .listStart: return try list(at: event.position, depth: depth + 1)
        case .mapStart: return try map(at: event.position, depth: depth + 1)
        case .alias, .listEnd, .mapEnd, .documentEnd: throw refusal("a value is missing here", at: event.position)
        }
    }

    private mutating func repeated(_ event: YAMLEvent, depth: Int) throws(Failure) -> Composed {
        let name = event.anchor ?? ""
        guard let composed = anchors[name] else {
            throw refusal("no value is named &\(name) before this", at: event.position)
        }
        try add(composed.count, at: event.position)
        try check(depth: depth + composed.height, at: event.position)
        return composed
    }

    private mutating func list(at position: SourceNode.Position, depth: Int) throws(Failure) -> Composed {
        try check(depth: depth, at: position)
        var items: [SourceNode] = []
        var height = 0
        while true {
            let event = try events.next()
            if case .listEnd = event.kind { break }
            let item = try value(from: event, depth: depth)
            items.append(item.node)
            height = max(height, item.height)
        }
        return Composed(node: SourceNode(.list(items), at: position), height: height + 1)
    }

    private mutating func map(at position: SourceNode.Position, depth: Int) throws(Failure) -> Composed {
        try check(depth: depth, at: position)
        var members = MapMembers()
        var height = 0
        while true {
            let event = try events.next()
            if case .mapEnd = event.kind { break }
            let key = try value(from: event, depth: depth).node
            let member = try value(from: events.next(), depth: depth)
            height = max(height, member.height)
            if event.isMergeKey {
                try members.merge(member.node)
            } else {
                try members.add(key, at: event.position, member.node)
            }
        }
        return Composed(node: SourceNode(.map(members.all), at: position), height: height + 1)
    }

    private mutating func add(_ more: Int, at position: SourceNode.Position) throws(Failure) {
        count += more
        guard count <= YAML.mostNodes else {
            throw refusal("the document has more than \(YAML.mostNodes) values, aliases counted in full", at: position)
        }
    }

    private func check(depth: Int, at position: SourceNode.Position) throws(Failure) {
        guard depth <= YAML.deepestNesting else {
            throw refusal("maps and lists are nested more than \(YAML.deepestNesting) deep", at: position)
        }
    }
}

private func refusal(_ message: String, at position: SourceNode.Position?) -> YAMLEvents.Failure {
    .refused(YAMLError(message, at: position))
}

/// The members of a map as they come: each key once, merged ones giving way to the map's own.
private struct MapMembers {
    private var own: [SourceNode.Member] = []
    private var merged: [SourceNode.Member] = []
    private var lines: [String: SourceNode.Position] = [:]

    var all: [SourceNode.Member] {
        var seen = Set(lines.keys)
        return own + merged.filter { seen.insert($0.key).inserted }
    }

    mutating func add(_ key: SourceNode, at position: SourceNode.Position, _ value: SourceNode) throws(YAMLEvents
        .Failure)
    {
        guard let name = key.keyText else { throw refusal("a key must be a text; found \(key.kindName)", at: position) }
        if let first = lines[name] {
            throw refusal(
                "found \"\(name)\" again; it stands at line \(first.line) already, and a key may stand once",
                at: position)
        }
        try checkCount(at: position)
        lines[name] = position
        own.append(.init(key: name, keyPosition: position, value: value))
    }

    mutating func merge(_ value: SourceNode) throws(YAMLEvents.Failure) {
        switch value.content {
        case .map(let members):
            merged += members
            try checkCount(at: value.position)
        case .list(let items) where items.allSatisfy(\.isMap): for item in items { try merge(item) }
        default: throw refusal("<< takes a map or a list of maps; found \(value.kindName)", at: value.position)
        }
    }
}

extension MapMembers {
    private func checkCount(at position: SourceNode.Position?) throws(YAMLEvents.Failure) {
        guard own.count + merged.count < YAML.mostKeys else {
            throw refusal("a map has more than \(YAML.mostKeys) keys", at: position)
        }
    }
}

extension YAMLEvent {
    fileprivate var isMergeKey: Bool {
        if case .scalar(let scalar) = kind { scalar.isPlain && scalar.tag == nil && scalar.text == "<<" } else { false }
    }
}

extension SourceNode {
    fileprivate var isMap: Bool { if case .map = content { true } else { false } }

    fileprivate var keyText: String? {
        switch content {
        case .string(let text), .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .null: "null"
        case .list, .map: nil
        }
    }

    fileprivate var kindName: String {
        switch content {
        case .list: "a list"
        case .map: "a map"
        default: "a single value"
        }
    }
}
