import AttuneCore

/// What an API server refused, and why: a `Status` object, or what stands for one.
public struct APIError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The machine's word for it.
    public enum Reason: Sendable, Hashable {
        case badRequest, unauthorized, forbidden, notFound, methodNotAllowed, alreadyExists, conflict, expired, invalid
        case tooLarge, tooManyRequests, timeout, serverTimeout, internalError, unavailable
        case other(String)
    }

    /// A field that is wrong.
    public struct Cause: Sendable, Hashable {
        public var field: String
        public var message: String
    }

    public var status: Int
    public var reason: Reason
    public var message: String
    public var causes: [Cause] = []
    /// How long the server wants to be left alone.
    public var retryAfter: Duration?

    public init(status: Int, reason: Reason, message: String) {
        self.status = status
        self.reason = reason
        self.message = message
    }

    public var description: String { message }

    /// Whether the same request may do better a moment later.
    public var isPassing: Bool {
        switch reason {
        case .tooManyRequests, .timeout, .serverTimeout, .unavailable: true
        case .internalError: status >= 500
        default: status >= 502
        }
    }
}

extension APIError {
    /// - Parameters:
    ///   - headers: by lower-case name.
    ///   - body: a `Status`; some refusals are plain text.
    init(status: Int, headers: [String: String], body: [UInt8]) {
        if let object = try? JSON(parsing: body), object["kind"]?.string == "Status" {
            self.init(object, status: status)
        } else {
            let text = String(decoding: body.prefix(500), as: UTF8.self).split(separator: "\n").joined(separator: " ")
            self.init(
                status: status, reason: Reason(status: status), message: text.isEmpty ? "HTTP \(status)" : text)
        }
        retryAfter = headers["retry-after"].flatMap { Int($0) }.map { .seconds($0) } ?? retryAfter
    }

    /// - Parameter object: a `Status`.
    init(_ object: JSON, status: Int? = nil) {
        let code = object["code"]?.int ?? status ?? 500
        let reason = object["reason"]?.string.map(Reason.init(name:)) ?? Reason(status: code)
        self.init(status: code, reason: reason, message: object["message"]?.string ?? "HTTP \(code)")
        let details = object["details"]
        causes = (details?["causes"]?.array ?? []).map {
            Cause(field: $0["field"]?.string ?? "", message: $0["message"]?.string ?? "")
        }
        retryAfter = details?["retryAfterSeconds"]?.int.map { .seconds($0) }
    }
}

extension APIError.Reason {
    private static let names: [String: APIError.Reason] = [
        "BadRequest": .badRequest, "Unauthorized": .unauthorized, "Forbidden": .forbidden, "NotFound": .notFound,
        "MethodNotAllowed": .methodNotAllowed, "AlreadyExists": .alreadyExists, "Conflict": .conflict,
        "Expired": .expired, "Gone": .expired, "Invalid": .invalid, "RequestEntityTooLarge": .tooLarge,
        "TooManyRequests": .tooManyRequests, "Timeout": .timeout, "ServerTimeout": .serverTimeout,
        "InternalError": .internalError, "ServiceUnavailable": .unavailable,
    ]

    init(name: String) { self = Self.names[name] ?? .other(name) }

    init(status: Int) {
        self =
            switch status {
            case 400: .badRequest
            case 401: .unauthorized
            case 403: .forbidden
            case 404: .notFound
            case 405: .methodNotAllowed
            case 409: .conflict
            case 410: .expired
            case 413: .tooLarge
            case 422: .invalid
            case 429: .tooManyRequests
            case 503: .unavailable
            case 504: .timeout
            case 500...: .internalError
            default: .other("HTTP \(status)")
            }
    }
}
