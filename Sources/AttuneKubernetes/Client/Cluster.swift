import AttuneCore
import Synchronization

/// What everything in this process knows of a cluster: its kinds, and the objects that somebody follows.
public final class Cluster: Sendable {
    public let client: KubernetesClient
    private let state = Mutex(State())

    private struct State {
        var resources: [Kind: APIResource] = [:]
        var informers: [Place: (informer: Informer, keepingUp: Task<Void, Never>)] = [:]
    }

    private struct Kind: Hashable {
        var apiVersion: String
        var kind: String
    }

    private struct Place: Hashable {
        var resource: APIResource
        var namespace: String?
        var selector: String
    }

    public init(_ client: KubernetesClient) { self.client = client }

    deinit { close() }

    /// Follows nothing any more.
    public func close() {
        let informers = state.withLock { state in
            defer { state.informers = [:] }
            return state.informers.values.map(\.keepingUp)
        }
        for keepingUp in informers { keepingUp.cancel() }
    }

    /// Where objects of a kind are found.
    ///
    /// - Throws: `AttuneError` where the cluster has no such kind; `APIError`.
    public func resource(apiVersion: String, kind: String) async throws -> APIResource {
        let key = Kind(apiVersion: apiVersion, kind: kind)
        if let known = state.withLock({ $0.resources[key] }) { return known }
        let found = try await discover(apiVersion, kind)
        state.withLock { $0.resources[key] = found }
        return found
    }

    private func discover(_ apiVersion: String, _ kind: String) async throws -> APIResource {
        let root = apiVersion.contains("/") ? "/apis/\(apiVersion)" : "/api/\(apiVersion)"
        let list: JSON
        do {
            list = try await client.call(.get, root)
        } catch let error as APIError where error.reason == .notFound {
            throw AttuneError("the cluster has no \(apiVersion); install what serves it, such as its operator")
        }
        let parts = apiVersion.split(separator: "/").map(String.init)
        for entry in list["resources"]?.array ?? [] where entry["kind"]?.string == kind {
            guard let plural = entry["name"]?.string, !plural.contains("/") else { continue }
            return APIResource(
                group: parts.count > 1 ? parts[0] : "", version: parts.last ?? apiVersion, plural: plural, kind: kind,
                isNamespaced: entry["namespaced"]?.bool ?? true)
        }
        throw AttuneError("the cluster has no kind \(kind) in \(apiVersion)")
    }

    /// The objects of a kind, kept up to date from now on. Who asks for the same gets the same.
    ///
    /// - Parameters:
    ///   - index: a word by which objects are found.
    ///   - keep: what is kept of each object. Of all who ask for the same, the first one's index and choice count.
    func informer(
        _ resource: APIResource, in namespace: String?, labels selector: String = "",
        index: (@Sendable (JSON) -> String)? = nil, keep: (@Sendable (JSON) -> JSON)? = nil
    ) -> Informer {
        let place = Place(resource: resource, namespace: namespace, selector: selector)
        return state.withLock { state in
            if let (informer, _) = state.informers[place], (try? informer.check()) != nil { return informer }
            let informer = Informer(resource, in: namespace, labels: selector, client, index: index, keep: keep)
            state.informers[place] = (informer, Task { await informer.run() })
            return informer
        }
    }
}
