import AttuneKubernetes

/// What a request does, as counts and faults name it: `create jobs`, `watch pods`, `patch experiments/status`,
/// `log pods`.
public struct Call: Sendable, Hashable, CustomStringConvertible {
    public var verb: String
    public var resource: String

    public var description: String { "\(verb) \(resource)" }

    var isWrite: Bool { ["create", "update", "patch", "delete", "deletecollection"].contains(verb) }

    init(_ request: APIRequest) {
        let route = Route(request.target)
        guard case .objects(let place) = route.place else {
            verb = "get"
            resource = "discovery"
            return
        }
        let isLog = place.subresource == "log"
        resource = place.plural + (place.subresource.map { isLog ? "" : "/" + $0 } ?? "")
        verb = isLog ? "log" : Call.verb(request.method, place, route)
    }

    private static func verb(_ method: APIRequest.Method, _ place: Route.Objects, _ route: Route) -> String {
        switch (method, place.name) {
        case (.get, nil): route.flag("watch") ? "watch" : "list"
        case (.get, _): "get"
        case (.post, _): "create"
        case (.put, _): "update"
        case (.patch, _): "patch"
        case (.delete, nil): "deletecollection"
        case (.delete, _): "delete"
        }
    }
}

/// Which calls a fault is for.
public struct Calls: Sendable, ExpressibleByStringLiteral {
    let include: @Sendable (Call) -> Bool

    public init(_ include: @escaping @Sendable (Call) -> Bool) { self.include = include }

    /// `"create jobs"`
    public init(stringLiteral name: String) { include = { $0.description == name } }

    public static let all = Calls { _ in true }
    public static let writes = Calls { $0.isWrite }
    public static let reads = Calls { !$0.isWrite && $0.verb != "watch" }
    public static let watches = Calls { $0.verb == "watch" }
}
