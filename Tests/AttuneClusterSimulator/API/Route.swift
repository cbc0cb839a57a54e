import Foundation

/// A request's path and query, taken apart.
struct Route {
    enum Place: Equatable {
        /// Anything that is not an object: `/version`, `/apis`.
        case page(String)
        /// `/apis/batch`
        case group(String)
        /// `/apis/batch/v1`
        case groupVersion(group: String, version: String)
        case objects(Objects)
    }

    struct Objects: Equatable {
        var group: String
        var version: String
        var plural: String
        /// Nil across namespaces, or for kinds without.
        var namespace: String?
        var name: String?
        var subresource: String?
    }

    var place: Place
    var query: [String: String]

    init(_ target: String) {
        let halves = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        query = halves.count > 1 ? Route.query(halves[1]) : [:]
        let path = halves[0].split(separator: "/").map { Route.decoded($0) }
        switch path.first {
        case "api" where path.count >= 2: place = Route.place(group: "", version: path[1], path.dropFirst(2))
        case "apis" where path.count == 2: place = .group(path[1])
        case "apis" where path.count > 2: place = Route.place(group: path[1], version: path[2], path.dropFirst(3))
        default: place = .page(path.joined(separator: "/"))
        }
    }

    private static func place(group: String, version: String, _ rest: ArraySlice<String>) -> Place {
        var rest = rest
        var namespace: String?
        guard !rest.isEmpty else { return .groupVersion(group: group, version: version) }
        let ofNamespaceItself: Set<String> = ["status", "finalize"]
        if rest.first == "namespaces", rest.count >= 3, !ofNamespaceItself.contains(rest[rest.startIndex + 2]) {
            namespace = rest[rest.startIndex + 1]
            rest = rest.dropFirst(2)
        }
        let parts = Array(rest)
        return .objects(
            Objects(
                group: group, version: version, plural: parts[0], namespace: namespace,
                name: parts.count > 1 ? parts[1] : nil,
                subresource: parts.count > 2 ? parts[2...].joined(separator: "/") : nil))
    }

    private static func query(_ text: some StringProtocol) -> [String: String] {
        var query: [String: String] = [:]
        for part in text.split(separator: "&") {
            let sides = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            query[decoded(sides[0])] = sides.count > 1 ? decoded(sides[1]) : ""
        }
        return query
    }

    private static func decoded(_ text: some StringProtocol) -> String {
        guard text.utf8.contains(where: { $0 == UInt8(ascii: "%") || $0 == UInt8(ascii: "+") }) else {
            return String(text)
        }
        let spaced = String(text.map { $0 == "+" ? " " : $0 })
        return spaced.removingPercentEncoding ?? spaced
    }

    func flag(_ name: String) -> Bool { ["true", "1", "t"].contains(query[name]?.lowercased() ?? "") }
    func number(_ name: String) -> Int? { query[name].flatMap(Int.init) }
    /// The value, unless it is empty.
    func text(_ name: String) -> String? { query[name].flatMap { $0.isEmpty ? nil : $0 } }
}
