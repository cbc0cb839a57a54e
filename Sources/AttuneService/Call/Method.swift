import AttuneProto
import Foundation
import SwiftProtobuf

/// One method of the service: its path, what it needs, and what it does. Both transports call it, in bytes.
public struct Method: Sendable {
    public enum Format: Sendable { case protobuf, json }

    /// Such as `attune.v1.Trials`.
    public let service: String
    /// Such as `Ask`.
    public let name: String
    public let scope: Scope
    let answer: @Sendable ([UInt8], Format, Caller) async throws -> [UInt8]

    public var path: String { "/\(service)/\(name)" }

    public init<Request: Message, Reply: Message>(
        _ service: String, _ name: String, _ scope: Scope,
        _ handler: @escaping @Sendable (Request, Caller) async throws -> Reply
    ) {
        self.service = service
        self.name = name
        self.scope = scope
        answer = { bytes, format, caller in
            try Method.encode(try await handler(try Method.decode(bytes, format), caller), format)
        }
    }

    /// A method that works on the bytes of protobuf's format itself, as decoding all of a request would cost too much.
    public init<Request: Message, Reply: Message>(
        _ service: String, _ name: String, _ scope: Scope, of request: Request.Type, _ reply: Reply.Type,
        _ handler: @escaping @Sendable ([UInt8], Caller) async throws -> [UInt8]
    ) {
        self.service = service
        self.name = name
        self.scope = scope
        answer = { bytes, format, caller in
            guard format == .json else { return try await handler(bytes, caller) }
            let request: Request = try Method.decode(bytes, .json)
            return try await Reply(serializedBytes: handler(try request.serializedBytes(), caller)).jsonUTF8Bytes()
        }
    }

    static func decode<Request: Message>(_ bytes: [UInt8], _ format: Format) throws(ServiceError) -> Request {
        do {
            return switch format {
            case .protobuf: try Request(serializedBytes: bytes)
            case .json: try Request(jsonUTF8Bytes: bytes.isEmpty ? Array("{}".utf8) : bytes, options: decoding)
            }
        } catch {
            throw ServiceError(
                .invalidArgument, "the request is no \(Request.protoMessageName): \(Method.reason(of: error))")
        }
    }

    static func encode(_ reply: some Message, _ format: Format) throws -> [UInt8] {
        switch format {
        case .protobuf: try reply.serializedBytes()
        case .json: IntegralNumbers.shortened(try reply.jsonUTF8Bytes())
        }
    }

    private static let decoding: JSONDecodingOptions = {
        var options = JSONDecodingOptions()
        options.messageDepthLimit = 64
        return options
    }()

    private static func reason(of error: any Error) -> String {
        switch error as? JSONDecodingError {
        case .unknownField(let name): "it has no field \(name)"
        case .conflictingOneOf: "only one of its alternatives can be given"
        case .truncated: "it ends in the middle"
        case .trailingGarbage: "something follows its end"
        case .unrecognizedEnumValue: "a value is none of its enumeration"
        case .unquotedMapKey: "the keys of a map must be quoted"
        case .schemaMismatch, .illegalNull: "a value is of another type than its field"
        case .messageDepthLimit: "it is nested too deep"
        case .malformedNumber, .numberRange: "a number is malformed or out of range"
        case .malformedString, .invalidUTF8: "a string is malformed"
        case .malformedTimestamp: "a time is not of the form 2026-01-31T12:00:00Z"
        case nil: "\(error)"
        case .some(let other): "\(other)"
        }
    }
}

/// A method that answers with a stream.
public struct StreamingMethod: Sendable {
    public let service: String
    public let name: String
    public let scope: Scope
    /// Gives each message, in protobuf's bytes or JSON's, to `send`, which waits where the client is slow.
    let answer:
        @Sendable ([UInt8], Method.Format, Caller, _ send: ([UInt8]) async throws -> Void) async throws
            -> Void

    public var path: String { "/\(service)/\(name)" }

    /// A stream of JSON that has no message of protobuf's.
    ///
    /// - Parameter handler: gives each message's bytes to `send`, which waits where the client is slow.
    init(
        json service: String, _ name: String, _ scope: Scope,
        _ handler: @escaping @Sendable (Caller, _ send: ([UInt8]) async throws -> Void) async throws -> Void
    ) {
        self.service = service
        self.name = name
        self.scope = scope
        answer = { _, _, caller, send in try await handler(caller, send) }
    }

    public init<Request: Message, Reply: Message>(
        _ service: String, _ name: String, _ scope: Scope,
        _ handler:
            @escaping @Sendable (Request, Caller, _ send: (Reply) async throws -> Void) async throws
            -> Void
    ) {
        self.service = service
        self.name = name
        self.scope = scope
        answer = { bytes, format, caller, send in
            try await handler(try Method.decode(bytes, format), caller) { reply in
                try await send(try Method.encode(reply, format))
            }
        }
    }
}
