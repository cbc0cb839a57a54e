import AttuneCore
import Foundation

extension ClusterState {
    func get(_ request: ObjectRequest) throws -> Reply {
        guard let object = self[request.id] else { throw APIStatus.notFound(request.type, request.name) }
        if let form = request.form(state: self) {
            return Reply(200, form.list([object], metadata: ["resourceVersion": .string(String(object.version))]))
        }
        return Reply(200, object.bytes(in: request.type))
    }

    func list(_ request: ObjectRequest) throws -> Reply {
        let filter = try request.filter()
        let token = try ContinueToken(request.route.text("continue"))
        try checkVersion(request, token)
        var objects = collection(request.type.collection).sorted(in: filter.namespace).filter(filter.matches)
        if let token { objects = objects.filter { token.isBefore($0) } }
        var metadata: JSON.Fields = ["resourceVersion": .string(String(token?.knownVersion ?? version))]
        if let limit = request.route.number("limit"), limit > 0, objects.count > limit {
            let last = objects[limit - 1].id
            let next = ContinueToken(version: token?.knownVersion ?? version, last: last)
            metadata["continue"] = .string(next.text)
            if !request.isSelective { metadata["remainingItemCount"] = .number(objects.count - limit) }
            objects = Array(objects[..<limit])
        }
        if let form = request.form(state: self) { return Reply(200, form.list(objects, metadata: .object(metadata))) }
        return Reply(200, text(of: objects, metadata: .object(metadata), request.type))
    }

    func text(of objects: [StoredObject], metadata: JSON, _ type: ResourceType) -> [UInt8] {
        let head: JSON = [
            "kind": .string(type.listKind), "apiVersion": .string(type.apiVersion), "metadata": metadata,
        ]
        var bytes = Array(head.bytes.dropLast() + Array(",\"items\":[".utf8))
        for (index, object) in objects.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            // The items of built-in kinds do not say what they are.
            bytes += type.isCustom ? object.bytes(in: type) : object.itemBytes
        }
        bytes += Array("]}".utf8)
        return bytes
    }

    private func checkVersion(_ request: ObjectRequest, _ token: ContinueToken?) throws {
        let collection = collection(request.type.collection)
        if let token, token.version > 0, token.version < collection.forgotten {
            let next = ContinueToken(version: -1, last: token.last).text
            throw APIStatus.expired(
                "The provided continue parameter is too old to display a consistent list result. "
                    + "You can start a new list without the continue parameter.", continuing: next)
        }
        guard token == nil, let text = request.route.text("resourceVersion") else { return }
        guard let asked = Int(text) else {
            throw APIStatus(
                code: 500,
                message: "resourceVersion: Invalid value: \"\(text)\": strconv.ParseUint: "
                    + "parsing \"\(text)\": invalid syntax")
        }
        if request.route.query["resourceVersionMatch"] == "Exact", asked < collection.forgotten {
            throw APIStatus.expired("The resourceVersion for the provided list is too old.")
        }
        guard asked > version else { return }
        let cause: JSON = ["reason": "ResourceVersionTooLarge", "message": "Too large resource version"]
        throw APIStatus(
            code: 504, reason: "Timeout",
            message: "Timeout: Too large resource version: \(asked), current: \(version)",
            details: ["causes": [cause], "retryAfterSeconds": 1], headers: ["retry-after": "1"])
    }
}

extension ObjectRequest {
    func filter() throws -> ObjectFilter {
        try ObjectFilter(
            namespace: type.isNamespaced ? place.namespace : "",
            labels: route.text("labelSelector").map { try LabelSelector($0) } ?? LabelSelector(),
            fields: route.text("fieldSelector").map { try FieldSelector($0, of: type) } ?? FieldSelector())
    }

    /// Whether only some objects are asked for.
    var isSelective: Bool { route.text("labelSelector") != nil || route.text("fieldSelector") != nil }
}

extension StoredObject {
    /// Its text in a version of its kind, which may not be the one it was written in.
    func bytes(in type: ResourceType) -> [UInt8] {
        json["apiVersion"]?.string == type.apiVersion ? bytes : json.with("apiVersion", .string(type.apiVersion)).bytes
    }
}

/// Where a list goes on.
struct ContinueToken {
    var version: Int
    var last: ObjectID

    /// What a reader may watch from; none when the list is not consistent any more.
    var knownVersion: Int? { version > 0 ? version : nil }

    init(version: Int, last: ObjectID) {
        self.version = version
        self.last = last
    }

    init?(_ text: String?) throws(APIStatus) {
        guard let text else { return nil }
        let padded = text + String(repeating: "=", count: (4 - text.utf8.count % 4) % 4)
        guard let data = Data(base64Encoded: padded), let json = try? JSON(Array(data)), let version = json["rv"]?.int,
            let start = json["start"]?.string
        else {
            throw .badRequest(
                "invalid continue token: continue key is not valid: "
                    + "invalid character 'i' looking for beginning of value"
            )
        }
        let parts = start.split(separator: "/", omittingEmptySubsequences: false)
        self.version = version
        last = ObjectID(
            collection: "", namespace: parts.count > 2 ? String(parts[1]) : "",
            name: String(parts.last ?? "").replacing("\0", with: ""))
    }

    var text: String {
        let start = last.namespace.isEmpty ? "/\(last.name)\0" : "/\(last.namespace)/\(last.name)\0"
        let json: JSON = ["v": "meta.k8s.io/v1", "rv": .number(version), "start": .string(start)]
        return Data(json.bytes).base64EncodedString().replacing("=", with: "")
    }

    /// Whether an object comes after it.
    func isBefore(_ object: StoredObject) -> Bool {
        (last.namespace, last.name) < (object.id.namespace, object.id.name)
    }
}
