import AttuneCore
import Foundation

/// Speaks with one API server. Objects are trees as they go over the line.
///
/// What fails for a passing reason (too many requests, a server that restarts, a lost connection) is tried again, as long
/// as `patience` lasts; every call may be repeated, as objects have names of their own.
public struct KubernetesClient: Sendable {
    private let transport: any APITransport
    let clock: TunerClock
    private let limit: RateLimit?
    /// How long passing failures are borne; nil for ever.
    public var patience: Duration?
    /// Who made the changes, in the objects' managed fields.
    public var fieldManager = "attune"
    /// Hears of every failure that is tried again.
    public var onTrouble: @Sendable (String) -> Void = { _ in }

    public init(
        _ transport: any APITransport, clock: TunerClock = .system, limit: RateLimit? = nil, patience: Duration? = nil
    ) {
        self.transport = transport
        self.clock = clock
        self.limit = limit
        self.patience = patience
    }

    // MARK: Reading

    /// - Throws: `APIError`; `.notFound` where there is no such object.
    public func get(_ resource: APIResource, _ name: String, in namespace: String? = nil) async throws -> JSON {
        try await call(.get, path(resource, name, namespace))
    }

    /// The object, or nil where there is none.
    public func find(_ resource: APIResource, _ name: String, in namespace: String? = nil) async throws -> JSON? {
        do {
            return try await get(resource, name, in: namespace)
        } catch let error as APIError where error.reason == .notFound {
            return nil
        }
    }

    public struct Listing: Sendable {
        public var items: [JSON]
        /// From where a watch goes on.
        public var resourceVersion: String
    }

    /// All objects, page by page. Begins anew where the pages' version has expired between two of them.
    public func list(
        _ resource: APIResource, in namespace: String? = nil, labels selector: String = "", pageSize: Int = 500
    ) async throws -> Listing {
        while true {
            do {
                return try await listOnce(resource, namespace, selector, pageSize)
            } catch let error as APIError where error.reason == .expired {
                onTrouble("the list of \(resource.plural) expired half-way; beginning anew")
            }
        }
    }

    private func listOnce(
        _ resource: APIResource, _ namespace: String?, _ selector: String, _ pageSize: Int
    ) async throws -> Listing {
        var items: [JSON] = []
        var token = ""
        while true {
            var query = ["limit=\(pageSize)"]
            if !selector.isEmpty { query.append("labelSelector=\(selector.pathPart)") }
            if !token.isEmpty { query.append("continue=\(token.pathPart)") }
            let page = try await call(.get, resource.path(in: namespace), query)
            items += (page["items"]?.array ?? []).map { $0.completed(as: resource) }
            token = page.metadata?["continue"]?.string ?? ""
            if token.isEmpty { return Listing(items: items, resourceVersion: page.resourceVersion) }
        }
    }

    // MARK: Writing

    /// - Throws: `APIError`; `.alreadyExists` also where an earlier try of this call has arrived.
    public func create(_ object: JSON, _ resource: APIResource, in namespace: String? = nil) async throws -> JSON {
        try await call(.post, resource.path(in: namespace), manager, body: object)
    }

    /// Replaces an object that has not changed since it was read.
    ///
    /// - Throws: `APIError`; `.conflict` where it has.
    public func replace(
        _ object: JSON, _ resource: APIResource, in namespace: String? = nil, subresource: String? = nil
    ) async throws -> JSON {
        try await call(.put, path(resource, object.name, namespace, subresource), manager, body: object)
    }

    /// Merges changes into an object (RFC 7386): what is null goes.
    public func merge(
        _ changes: JSON, into name: String, _ resource: APIResource, in namespace: String? = nil,
        subresource: String? = nil
    ) async throws -> JSON {
        try await call(
            .patch, path(resource, name, namespace, subresource), manager, body: changes,
            type: "application/merge-patch+json")
    }

    /// Makes the object's fields what this one says, whoever had set them (server-side apply, forced).
    public func apply(
        _ object: JSON, _ resource: APIResource, in namespace: String? = nil, subresource: String? = nil
    ) async throws -> JSON {
        try await call(
            .patch, path(resource, object.name, namespace, subresource), manager + ["force=true"], body: object,
            type: "application/apply-patch+yaml")
    }

    public enum Propagation: String, Sendable {
        /// The object goes at once, what it owns a little later.
        case background = "Background"
        /// The object goes after what it owns.
        case foreground = "Foreground"
    }

    /// Deletes an object with all that it owns. Does nothing when it is gone.
    ///
    /// - Parameter uid: deletes only this very object, not another one of the name.
    public func delete(
        _ resource: APIResource, _ name: String, in namespace: String? = nil, uid: String? = nil,
        _ propagation: Propagation = .background
    ) async throws {
        var options: JSON = [
            "apiVersion": "v1", "kind": "DeleteOptions", "propagationPolicy": .string(propagation.rawValue),
        ]
        if let uid, !uid.isEmpty { options["preconditions"] = ["uid": .string(uid)] }
        do {
            _ = try await call(.delete, path(resource, name, namespace), body: options)
        } catch let error as APIError where error.reason == .notFound {
            return
        } catch let error as APIError where uid != nil && error.reason == .conflict {
            // Another object has the name by now.
            return
        }
    }

    private var manager: [String] { ["fieldManager=\(fieldManager.pathPart)"] }

    private func path(
        _ resource: APIResource, _ name: String, _ namespace: String?, _ subresource: String? = nil
    ) -> String {
        "\(resource.path(in: namespace))/\(name.pathPart)" + (subresource.map { "/\($0)" } ?? "")
    }

    // MARK: Streams

    /// Opens a watch behind `version`; see `Informer`, which keeps one open.
    func watch(
        _ resource: APIResource, in namespace: String?, labels selector: String, behind version: String
    ) async throws -> APIBody {
        var query = [
            "watch=true", "allowWatchBookmarks=true", "resourceVersion=\(version.pathPart)", "timeoutSeconds=300",
        ]
        if !selector.isEmpty { query.append("labelSelector=\(selector.pathPart)") }
        return try await stream(resource.path(in: namespace), query, silence: .seconds(100))
    }

    /// Opens the log of a container, each line after its time; see `PodLog`, which keeps it open.
    func log(
        _ pod: String, _ container: String, in namespace: String, since time: String? = nil
    ) async throws -> APIBody {
        var query = ["container=\(container.pathPart)", "follow=true", "timestamps=true"]
        if let time { query.append("sinceTime=\(time.pathPart)") }
        return try await stream(path(.pods, pod, namespace, "log"), query, silence: nil)
    }

    private func stream(_ path: String, _ query: [String], silence: Duration?) async throws -> APIBody {
        let request = APIRequest(.get, target(path, query), headers: headers, timeout: nil, silence: silence)
        return try await patiently { try await open(request).body }
    }

    // MARK: Calls

    /// Makes a request on any path and gives the object that comes back.
    public func call(
        _ method: APIRequest.Method, _ path: String, _ query: [String] = [], body: JSON? = nil,
        type: String = "application/json"
    ) async throws -> JSON {
        var request = APIRequest(method, target(path, query), headers: headers)
        if let body {
            request.headers["content-type"] = type
            request.body = Array(body.description.utf8)
        }
        let made = request
        let answer = try await patiently { try await open(made).body.collect() }
        do {
            return try JSON(parsing: answer)
        } catch {
            throw APIError(status: 200, reason: .internalError, message: "the answer is not JSON: \(error)")
        }
    }

    private var headers: [String: String] { ["accept": "application/json", "user-agent": "attune/\(attuneVersion)"] }

    private func target(_ path: String, _ query: [String]) -> String {
        query.isEmpty ? path : "\(path)?\(query.joined(separator: "&"))"
    }

    private func open(_ request: APIRequest) async throws -> APIResponse {
        if let wait = limit?.place(at: clock.now()), wait > .zero { try await clock.sleepFor(wait) }
        let response = try await transport.send(request)
        guard (200..<300).contains(response.status) else {
            throw APIError(
                status: response.status, headers: response.headers, body: try await response.body.collect())
        }
        return response
    }

    /// Tries again what failed for a passing reason: after 50 ms, then twice as long each time, up to 10 s, or when the
    /// server says.
    private func patiently<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        let start = clock.now()
        var pause = Duration.milliseconds(50)
        while true {
            do {
                return try await body()
            } catch let error where error.isPassing {
                let wait = max(pause, (error as? APIError)?.retryAfter ?? .zero)
                let isOver = patience.map { clock.now().timeIntervalSince(start) + wait.seconds > $0.seconds } ?? false
                if isOver { throw error }
                onTrouble("\(error); trying again")
                try await clock.sleepFor(wait)
                pause = min(pause * 2, .seconds(10))
            }
        }
    }
}

extension Error {
    /// Whether another try may do better.
    var isPassing: Bool {
        switch self {
        case let error as APIError: error.isPassing
        case let error as TransportError: error.kind != .hopeless
        default: false
        }
    }
}

extension JSON {
    /// An item of a list, which leaves out what all of them share.
    fileprivate func completed(as resource: APIResource) -> JSON {
        var object = self
        if object["kind"] == nil { object["kind"] = .string(resource.kind) }
        if object["apiVersion"] == nil { object["apiVersion"] = .string(resource.apiVersion) }
        return object
    }
}
