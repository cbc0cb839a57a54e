import AttuneCore
import AttuneKubernetes

/// A request about objects, with what it asks of whom.
struct ObjectRequest {
    let method: APIRequest.Method
    let type: ResourceType
    let place: Route.Objects
    let route: Route
    let headers: [String: String]
    let body: [UInt8]

    var name: String { place.name ?? "" }
    var isStatus: Bool { place.subresource == "status" }
    var isWatch: Bool { method == .get && place.name == nil && route.flag("watch") }
    var id: ObjectID { ObjectID(collection: type.collection, namespace: place.namespace ?? "", name: name) }
    var isDryRun: Bool { route.query["dryRun"] == "All" }

    /// Who writes: the field manager, or the first word of the client's name.
    var manager: String {
        route.text("fieldManager") ?? headers["user-agent"]?.split(separator: "/").first.map(String.init) ?? "unknown"
    }

    var contentType: String {
        String((headers["content-type"] ?? "application/json").split(separator: ";").first ?? "")
    }

    /// As access rules name it.
    var verb: String {
        switch (method, place.name) {
        case (.get, nil): isWatch ? "watch" : "list"
        case (.get, _): "get"
        case (.post, _): "create"
        case (.put, _): "update"
        case (.patch, _): "patch"
        case (.delete, nil): "deletecollection"
        case (.delete, _): "delete"
        }
    }

    /// `jobs`, `pods/log`
    var resource: String { type.plural + (place.subresource.map { "/" + $0 } ?? "") }

    func object() throws -> JSON {
        do {
            return try JSON(body)
        } catch {
            let text = String(decoding: body, as: UTF8.self)
            throw APIStatus.badRequest(
                "the object provided is unrecognized (must be of type \(type.kind)): couldn't get version/kind; "
                    + "json parse error: unexpected end of JSON input (\(text.prefix(100)))")
        }
    }
}

extension ClusterState {
    /// Answers a request.
    func reply(to request: APIRequest) -> Reply {
        do {
            guard request.body.count <= 3_145_728 else { throw APIStatus.tooLarge }
            return try answer(request)
        } catch let status as APIStatus {
            return status.reply
        } catch {
            return APIStatus(code: 500, reason: "InternalError", message: "\(error)").reply
        }
    }

    private func answer(_ request: APIRequest) throws -> Reply {
        let route = Route(request.target)
        let user = try user(of: request)
        guard case .objects(let place) = route.place else { return try page(route, request) }
        if place.plural == "selfsubjectaccessreviews", request.method == .post { return try review(request) }
        let known = try type(at: place)
        let asked = ObjectRequest(
            method: request.method, type: known, place: place, route: route, headers: request.headers,
            body: request.body)
        try user?.check(asked)
        try checkAccept(request)
        return try answer(asked, user: user)
    }

    private func type(at place: Route.Objects) throws -> ResourceType {
        if let known = type(place.group, place.version, place.plural) { return known }
        let isKnownGroup = types.values.contains { $0.group == place.group && $0.version == place.version }
        throw isKnownGroup || Discovery.virtualGroups.contains(place.group)
            ? APIStatus.noSuchResource : APIStatus.noSuchPage
    }

    private func answer(_ request: ObjectRequest, user: SimulatedCluster.User?) throws -> Reply {
        if let subresource = request.place.subresource, subresource != "status" {
            return try answer(request, subresource: subresource)
        }
        guard !request.isStatus || request.type.hasStatus else { throw APIStatus.noSuchResource }
        switch (request.method, request.place.name != nil) {
        case (.get, false): return request.isWatch ? try watch(request) : try list(request)
        case (.get, true): return try get(request)
        case (.post, false): return try create(request)
        case (.put, true): return try put(request)
        case (.patch, true): return try patch(request)
        case (.delete, true): return try delete(request)
        case (.delete, false): return try deleteCollection(request)
        case (.post, true), (.put, false), (.patch, false): throw APIStatus.methodNotAllowed
        }
    }

    private func answer(_ request: ObjectRequest, subresource: String) throws -> Reply {
        guard request.type.subresources.contains(subresource) else { throw APIStatus.noSuchResource }
        guard request.method == .get else { throw APIStatus.methodNotAllowed }
        return try log(request)
    }

    private func page(_ route: Route, _ request: APIRequest) throws -> Reply {
        guard request.method == .get else { throw APIStatus.methodNotAllowed }
        return try Discovery(state: self).page(route.place)
    }

    private func checkAccept(_ request: APIRequest) throws {
        guard let accept = request.headers["accept"], !accept.isEmpty else { return }
        let known = ["application/json", "*/*", "application/*", "application/yaml", "text/plain"]
        guard !accept.split(separator: ",").contains(where: { part in known.contains { part.contains($0) } }) else {
            return
        }
        throw APIStatus(
            code: 406, reason: "NotAcceptable",
            message: "406: Not Acceptable\n\nAvailable representations: application/json, application/yaml, "
                + "application/vnd.kubernetes.protobuf, application/json;stream=watch, "
                + "application/vnd.kubernetes.protobuf;stream=watch", details: [:])
    }
}
