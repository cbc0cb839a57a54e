import AttuneCore
import Foundation

/// How a write is meant.
struct WriteOptions {
    var isDryRun = false
    var manager = "unknown"
    /// The write is about the status alone.
    var isStatus = false
    /// Whether the version in the object must be the current one. A patch without one need not say.
    var needsVersion = false
    /// Set when the fields and their manager are written down: by server-side apply.
    var managedFields: JSON?
}

extension ClusterState {
    /// Keeps a new object.
    ///
    /// - Returns: it, as an answer to the request: with a version unless it was only tried.
    func insert(
        _ json: JSON, of type: ResourceType, namespace: String?, options: WriteOptions = WriteOptions()
    ) throws -> StoredObject {
        var json = json.ordered(as: type)
        let name = try newName(of: json, type)
        let id = ObjectID(collection: type.collection, namespace: namespace ?? "", name: name)
        try checkNamespace(namespace, of: type, name)
        json["metadata"] = newMetadata(json["metadata"], name: name, namespace: namespace, type, options)
        if type.hasStatus, type.isCustom { json["status"] = nil }
        json = try Admission.created(json, of: type, in: self)
        guard self[id] == nil else { throw APIStatus.alreadyExists(type, name) }
        try checkQuota(namespace, of: type, name)
        guard !options.isDryRun else { return StoredObject(json, id: id, version: version) }
        return commit(.added, json, at: id)
    }

    private func newName(of json: JSON, _ type: ResourceType) throws -> String {
        if let name = json["metadata"]?["name"]?.string, !name.isEmpty { return name }
        if let prefix = json["metadata"]?["generateName"]?.string, !prefix.isEmpty { return prefix + suffix() }
        throw APIStatus.invalid(type, "", [.required("metadata.name", "name or generateName is required")])
    }

    private func checkNamespace(_ namespace: String?, of type: ResourceType, _ name: String) throws {
        guard type.isNamespaced, let namespace, let known = types["/v1/namespaces"] else { return }
        let id = ObjectID(collection: known.collection, namespace: "", name: namespace)
        guard let object = self[id] else { throw APIStatus.notFound(known, namespace) }
        guard object.isTerminating else { return }
        var refusal = APIStatus.forbidden(
            type, name, "unable to create new content in namespace \(namespace) because it is being terminated")
        let cause = APIStatus.Cause(
            reason: "NamespaceTerminating", message: "namespace \(namespace) is being terminated",
            field: "metadata.namespace")
        refusal.details?["causes"] = [cause.json]
        throw refusal
    }

    private func newMetadata(
        _ given: JSON?, name: String, namespace: String?, _ type: ResourceType, _ options: WriteOptions
    ) -> JSON {
        var metadata: JSON.Fields = ["name": .string(name)]
        metadata["generateName"] = given?["generateName"]
        metadata["namespace"] = namespace.map(JSON.string)
        metadata["uid"] = .string(uid())
        if type.hasGeneration || type.isCustom { metadata["generation"] = 1 }
        metadata["creationTimestamp"] = timestamp
        for key in ["labels", "annotations", "ownerReferences", "finalizers"] {
            if let value = given?[key], !value.isHollow { metadata[key] = value }
        }
        metadata["managedFields"] = options.managedFields
        return .object(metadata)
    }

    /// Changes an object that is there.
    ///
    /// - Parameter change: makes what it should be of what it is.
    /// - Returns: the object as it then is, which is as before if nothing changed.
    @discardableResult
    func update(
        _ id: ObjectID, of type: ResourceType, options: WriteOptions = WriteOptions(),
        change: (JSON) throws -> JSON
    ) throws -> StoredObject {
        guard let old = self[id] else { throw APIStatus.notFound(type, id.name) }
        let wanted = try change(old.json)
        try checkVersion(of: wanted, against: old, type, options)
        var new = type.merging(wanted, into: old.json, isStatus: options.isStatus)
        new["metadata"] = keptMetadata(new["metadata"] ?? [:], old.json["metadata"] ?? [:])
        let fields = options.managedFields ?? managedFields(of: old, after: new, type, options)
        new["metadata"]?["managedFields"] = fields
        new = try Admission.updated(new.ordered(as: type), from: old.json, of: type, isStatus: options.isStatus)
        return finish(new, old, type, options)
    }

    /// Who has which field after an update, of an object that somebody applies.
    private func managedFields(
        of old: StoredObject, after new: JSON, _ type: ResourceType, _ options: WriteOptions
    ) -> JSON? {
        guard let known = old.json["metadata"]?["managedFields"] else { return nil }
        var owners = FieldOwners(known)
        let manager = FieldOwners.Manager(
            name: options.manager, operation: "Update", subresource: options.isStatus ? "status" : nil)
        owners.update(from: old.json, to: new, by: manager)
        return owners.json(apiVersion: type.apiVersion, at: timestamp, for: manager)
    }

    private func finish(
        _ new: JSON, _ old: StoredObject, _ type: ResourceType, _ options: WriteOptions
    ) -> StoredObject {
        var new = new
        if type.counts(from: old.json, to: new) {
            new["metadata"]?["generation"] = .number((old.json["metadata"]?["generation"]?.int ?? 0) + 1)
        }
        if new.isSame(as: old.json) { return old }
        if options.isDryRun { return StoredObject(new, id: old.id, version: version) }
        if old.isTerminating, !old.finalizers.isEmpty, new["metadata"]?["finalizers"] == nil {
            // The answer bears the version before the deletion's, as the object last had it.
            remove(old.id, as: new)
            return StoredObject(new, id: old.id, version: old.version)
        }
        return commit(.modified, new, at: old.id)
    }

    private func checkVersion(
        of json: JSON, against old: StoredObject, _ type: ResourceType, _ options: WriteOptions
    ) throws {
        if let uid = json["metadata"]?["uid"]?.string, uid != old.uid {
            let why =
                "Precondition failed: UID in precondition: \(uid), UID in object meta: \(old.uid)"
            throw APIStatus.conflict(type, old.id.name, why)
        }
        guard let text = json["metadata"]?["resourceVersion"]?.string, !text.isEmpty else {
            guard options.needsVersion else { return }
            let cause = APIStatus.Cause.invalid("metadata.resourceVersion", 0, "must be specified for an update")
            throw APIStatus.invalid(type, old.id.name, [cause], plural: true)
        }
        guard Int(text) == old.version else { throw APIStatus.conflict(type, old.id.name) }
    }

    /// What a writer may not change stays.
    private func keptMetadata(_ new: JSON, _ old: JSON) -> JSON {
        var metadata = JSON.Fields()
        let fixed = [
            "name", "generateName", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp",
            "deletionTimestamp", "deletionGracePeriodSeconds",
        ]
        for key in fixed { metadata[key] = old[key] }
        for key in ["labels", "annotations", "ownerReferences", "finalizers"] {
            if let value = new[key], !value.isHollow { metadata[key] = value }
        }
        metadata["managedFields"] = old["managedFields"]
        return .object(metadata)
    }

    /// Takes an object away, for good.
    func remove(_ id: ObjectID, as last: JSON? = nil) {
        guard let old = self[id] else { return }
        commit(.deleted, last ?? old.json, at: id)
    }

    /// Replaces the status, on behalf of a controller.
    @discardableResult
    func setStatus(_ status: JSON, of id: ObjectID) -> StoredObject? {
        guard let old = self[id] else { return nil }
        guard old.json["status"]?.isSame(as: status) != true else { return old }
        return commit(.modified, old.json.with("status", status), at: id)
    }

    /// Changes the metadata, on behalf of a controller.
    func changeMetadata(of id: ObjectID, _ change: (inout JSON) -> Void) {
        guard let old = self[id], var metadata = old.json["metadata"] else { return }
        change(&metadata)
        if metadata["finalizers"]?.isHollow == true { metadata["finalizers"] = nil }
        if metadata["ownerReferences"]?.isHollow == true { metadata["ownerReferences"] = nil }
        let new = old.json.with("metadata", metadata)
        if old.isTerminating, metadata["finalizers"] == nil, !old.finalizers.isEmpty {
            remove(id, as: new)
        } else if new != old.json {
            commit(.modified, new, at: id)
        }
    }
}

extension ResourceType {
    /// What an update of the object, or of its status, makes of the object that was there.
    func merging(_ wanted: JSON, into old: JSON, isStatus: Bool) -> JSON {
        guard hasStatus else { return wanted }
        return isStatus ? old.with("status", wanted["status"]) : wanted.with("status", old["status"])
    }

    /// Whether a change counts in the generation: anything but metadata and status.
    func counts(from old: JSON, to new: JSON) -> Bool {
        guard hasGeneration || isCustom else { return false }
        func essence(_ json: JSON) -> JSON {
            hasStatus ? json.with("metadata", nil).with("status", nil) : json.with("metadata", nil)
        }
        return !essence(old).isSame(as: essence(new))
    }
}

extension JSON {
    /// Kind and version first, then metadata, and the status last.
    func ordered(as type: ResourceType) -> JSON {
        var fields = type.fieldsOfObjects
        fields["metadata"] = self["metadata"] ?? [:]
        for (key, value) in object ?? [:] where !["kind", "apiVersion", "metadata", "status"].contains(key) {
            fields[key] = value
        }
        fields["status"] = self["status"]
        return .object(fields)
    }
}
