import AttuneCore

extension ClusterState {
    func create(_ request: ObjectRequest) throws -> Reply {
        try request.checkContentType(["application/json", "application/yaml"])
        let json = try checked(try request.object(), request)
        let warnings = try FieldValidation.warnings(json, request)
        var options = request.writeOptions
        options.managedFields = nil
        let object = try insert(json, of: request.type, namespace: request.place.namespace, options: options)
        return Reply(201, object.bytes(in: request.type)).warning(warnings)
    }

    func put(_ request: ObjectRequest) throws -> Reply {
        try request.checkContentType(["application/json", "application/yaml"])
        let json = try checked(try request.object(), request)
        if let name = json["metadata"]?["name"]?.string, name != request.name {
            throw APIStatus.badRequest(
                "the name of the object (\(name)) does not match the name on the URL (\(request.name))")
        }
        let warnings = try FieldValidation.warnings(json, request)
        var options = request.writeOptions
        options.needsVersion = request.type.isCustom
        let object = try update(request.id, of: request.type, options: options) { _ in json }
        return Reply(200, object.bytes(in: request.type)).warning(warnings)
    }

    /// What a body says it is must be what the address says.
    private func checked(_ json: JSON, _ request: ObjectRequest) throws -> JSON {
        let type = request.type
        if let version = json["apiVersion"]?.string, version != type.apiVersion {
            let kind = json["kind"]?.string ?? ""
            if type.isCustom || kind == type.kind {
                throw APIStatus.badRequest(
                    "the API version in the data (\(version)) does not match the expected API version "
                        + "(\(type.apiVersion))")
            }
            throw mismatch(json, type)
        }
        if let kind = json["kind"]?.string, kind != type.kind { throw mismatch(json, type) }
        if let namespace = json["metadata"]?["namespace"]?.string, type.isNamespaced,
            namespace != request.place.namespace
        {
            throw APIStatus.badRequest(
                "the namespace of the provided object does not match the namespace sent on the request")
        }
        guard json.object != nil else { throw APIStatus.badRequest("the body is no object") }
        return json
    }

    private func mismatch(_ json: JSON, _ type: ResourceType) -> APIStatus {
        let (kind, version) = (json["kind"]?.string ?? "", json["apiVersion"]?.string ?? "")
        return .badRequest(
            "\(kind) in version \"\(version)\" cannot be handled as a \(type.kind): "
                + "converting (\(version).\(kind)) to (\(type.group).\(type.kind)): unknown conversion")
    }

    func delete(_ request: ObjectRequest) throws -> Reply {
        let options = try request.deleteOptions()
        let warnings = request.orphanWarning(options)
        do {
            switch try delete(request.id, of: request.type, options) {
            case .begun(let object): return Reply(200, object.bytes(in: request.type)).warning(warnings)
            case .done(let object) where request.type.plural == "pods":
                return Reply(200, object).warning(warnings)
            case .done(let object): return Reply(200, success(object, request.type)).warning(warnings)
            }
        } catch let status as APIStatus {
            return status.reply.warning(warnings)
        }
    }

    private func success(_ object: StoredObject, _ type: ResourceType) -> JSON {
        let details = APIStatus.details(type, object.id.name).with("uid", .string(object.uid))
        return ["kind": "Status", "apiVersion": "v1", "metadata": [:], "status": "Success", "details": details]
    }

    func deleteCollection(_ request: ObjectRequest) throws -> Reply {
        let options = try request.deleteOptions()
        let filter = try request.filter()
        let objects = collection(request.type.collection).sorted(in: filter.namespace).filter(filter.matches)
        let before: JSON = ["resourceVersion": .string(String(version))]
        for object in objects { try delete(object.id, of: request.type, options) }
        return Reply(200, text(of: objects, metadata: before, request.type)).warning(request.orphanWarning(options))
    }
}

extension ObjectRequest {
    var writeOptions: WriteOptions { WriteOptions(isDryRun: isDryRun, manager: manager, isStatus: isStatus) }

    func checkContentType(_ accepted: [String]) throws {
        guard !accepted.contains(contentType) else { return }
        throw APIStatus.unknownFormat(
            "application/json, application/yaml" + (type.isCustom ? "" : ", application/vnd.kubernetes.protobuf"))
    }

    /// From the query and the body.
    func deleteOptions() throws -> DeleteOptions {
        let json = body.isEmpty ? JSON.null : try object()
        var options = DeleteOptions(
            uid: json["preconditions"]?["uid"]?.string, version: json["preconditions"]?["resourceVersion"]?.string,
            gracePeriod: route.number("gracePeriodSeconds") ?? json["gracePeriodSeconds"]?.int,
            isDryRun: isDryRun || json["dryRun"]?[0]?.string == "All")
        if let text = route.text("propagationPolicy") ?? json["propagationPolicy"]?.string {
            options.policy = try policy(text)
        }
        return options
    }

    private func policy(_ text: String) throws -> PropagationPolicy {
        if let policy = PropagationPolicy(rawValue: text) { return policy }
        throw APIStatus.invalidOptions(
            "DeleteOptions",
            .unsupported("propagationPolicy", .string(text), ["Foreground", "Background", "Orphan", "nil"]))
    }

    func orphanWarning(_ options: DeleteOptions) -> [String] {
        guard type.collection == "jobs.batch", options.policy == nil else { return [] }
        return [
            "child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove "
                + "them or set propagationPolicy=Orphan to suppress this warning"
        ]
    }
}

/// What becomes of fields that a kind does not have.
enum FieldValidation {
    /// - Returns: what the client is warned of.
    static func warnings(_ json: JSON, _ request: ObjectRequest) throws -> [String] {
        let type = request.type
        // Custom resources warn unless told not to; the others say nothing unless told to.
        let mode = request.route.query["fieldValidation"] ?? (type.isCustom ? "Warn" : "Ignore")
        guard mode != "Ignore" else { return [] }
        let unknown = unknownFields(json, type).map { "unknown field \"\($0)\"" }
        guard mode == "Strict", !unknown.isEmpty else { return unknown }
        throw APIStatus.badRequest(
            "\(type.kind) in version \"\(type.version)\" cannot be handled as a \(type.kind): "
                + "strict decoding error: \(unknown.joined(separator: ", "))")
    }

    private static func unknownFields(_ json: JSON, _ type: ResourceType) -> [String] {
        if let schema = type.schema {
            var json = json
            return schema.prune(&json)
        }
        guard type.collection == "jobs.batch" else { return [] }
        return (json["spec"]?.object?.keys ?? []).filter { !JobAdmission.fields.contains($0) }.map { "spec.\($0)" }
    }
}
