import AttuneCore

/// An answer that is not the object: what the API calls a Status, or a line of text.
struct APIStatus: Error {
    var code: Int
    var reason: String?
    var message: String
    var details: JSON?
    /// Of the list metadata that a Status has, such as a continue token.
    var metadata: JSON = [:]
    var headers: [String: String] = [:]
    var isPlainText = false

    struct Cause {
        var reason: String
        var message: String
        var field: String

        static func required(_ field: String, _ hint: String? = nil) -> Cause {
            Cause(
                reason: "FieldValueRequired", message: "Required value" + (hint.map { ": \($0)" } ?? ""), field: field)
        }
        static func invalid(_ field: String, _ value: JSON, _ why: String) -> Cause {
            Cause(reason: "FieldValueInvalid", message: "Invalid value: \(value): \(why)", field: field)
        }
        static func unsupported(_ field: String, _ value: JSON, _ supported: [JSON]) -> Cause {
            let values = supported.map(\.description).joined(separator: ", ")
            return Cause(
                reason: "FieldValueNotSupported", message: "Unsupported value: \(value): supported values: \(values)",
                field: field)
        }

        var json: JSON { ["reason": .string(reason), "message": .string(message), "field": .string(field)] }
    }

    var json: JSON {
        var fields: JSON.Fields = [
            "kind": "Status", "apiVersion": "v1", "metadata": metadata, "status": "Failure",
            "message": .string(message),
        ]
        fields["reason"] = reason.map(JSON.string)
        fields["details"] = details
        fields["code"] = .number(code)
        return .object(fields)
    }

    var reply: Reply {
        let type = isPlainText ? "text/plain; charset=utf-8" : "application/json"
        return Reply(
            status: code, headers: headers.merging(["content-type": type]) { old, _ in old },
            body: .bytes(isPlainText ? Array(message.utf8) : json.bytes))
    }
}

extension APIStatus {
    static func details(_ type: ResourceType, _ name: String? = nil, kind: String? = nil) -> JSON {
        var fields = JSON.Fields()
        if let name { fields["name"] = .string(name) }
        if !type.group.isEmpty { fields["group"] = .string(type.group) }
        fields["kind"] = .string(kind ?? type.plural)
        return .object(fields)
    }

    static func notFound(_ type: ResourceType, _ name: String) -> APIStatus {
        APIStatus(
            code: 404, reason: "NotFound", message: "\(type.collection) \"\(name)\" not found",
            details: details(type, name))
    }

    static func alreadyExists(_ type: ResourceType, _ name: String) -> APIStatus {
        APIStatus(
            code: 409, reason: "AlreadyExists", message: "\(type.collection) \"\(name)\" already exists",
            details: details(type, name))
    }

    static func conflict(_ type: ResourceType, _ name: String, _ why: String = APIStatus.modified) -> APIStatus {
        APIStatus(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(type.collection) \"\(name)\": \(why)",
            details: details(type, name))
    }

    /// A deletion was meant for another object, or for an older one.
    static func preconditionFailed(
        _ type: ResourceType, _ name: String, _ what: String, _ asked: String, _ found: String
    ) -> APIStatus {
        APIStatus(
            code: 409, reason: "Conflict",
            message: "Operation cannot be fulfilled on \(type.qualifiedKind) \"\(name)\": the \(what) in the "
                + "precondition (\(asked)) does not match the \(what) in record (\(found)). The object might have been "
                + (what == "UID" ? "deleted and then recreated" : "modified"),
            details: details(type, name, kind: type.kind))
    }

    static let modified =
        "the object has been modified; please apply your changes to the latest version and try again"

    static func invalid(_ type: ResourceType, _ name: String, _ causes: [Cause], plural: Bool = false) -> APIStatus {
        invalid(
            plural ? type.collection : type.qualifiedKind, name, details(type, name, kind: plural ? nil : type.kind),
            causes)
    }

    /// Options of a request that do not go together.
    static func invalidOptions(_ kind: String, _ cause: Cause) -> APIStatus {
        invalid("\(kind).meta.k8s.io", "", ["group": "meta.k8s.io", "kind": .string(kind)], [cause])
    }

    private static func invalid(_ what: String, _ name: String, _ details: JSON, _ causes: [Cause]) -> APIStatus {
        let texts = causes.map { "\($0.field): \($0.message)" }
        let text = texts.count == 1 ? texts[0] : "[" + texts.joined(separator: ", ") + "]"
        var details = details
        details["causes"] = .array(causes.map(\.json))
        return APIStatus(
            code: 422, reason: "Invalid", message: "\(what) \"\(name)\" is invalid: \(text)", details: details)
    }

    static func badRequest(_ message: String) -> APIStatus {
        APIStatus(code: 400, reason: "BadRequest", message: message)
    }

    static func forbidden(_ type: ResourceType, _ name: String, _ why: String) -> APIStatus {
        APIStatus(
            code: 403, reason: "Forbidden", message: "\(type.collection) \"\(name)\" is forbidden: \(why)",
            details: details(type, name))
    }

    static let noSuchResource = APIStatus(
        code: 404, reason: "NotFound", message: "the server could not find the requested resource", details: [:])
    static let noSuchPage = APIStatus(
        code: 404, message: "404 page not found", headers: ["x-content-type-options": "nosniff"], isPlainText: true)
    static let methodNotAllowed = APIStatus(
        code: 405, reason: "MethodNotAllowed",
        message: "the server does not allow this method on the requested resource", details: [:])
    static let tooManyRequests = APIStatus(
        code: 429, message: "Too many requests, please try again later.",
        headers: ["retry-after": "1", "x-content-type-options": "nosniff"], isPlainText: true)
    static let tooLarge = APIStatus(
        code: 413, reason: "RequestEntityTooLarge", message: "Request entity too large: limit is 3145728")

    static func expired(_ message: String, continuing token: String? = nil) -> APIStatus {
        APIStatus(
            code: 410, reason: "Expired", message: message,
            metadata: token.map { ["continue": .string($0)] } ?? [:])
    }

    static func unknownFormat(_ accepted: String) -> APIStatus {
        APIStatus(
            code: 415, reason: "UnsupportedMediaType",
            message: "the body of the request was in an unknown format - accepted media types include: \(accepted)")
    }
}
