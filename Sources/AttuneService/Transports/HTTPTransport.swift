import AttuneCore
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import SwiftProtobuf

/// The methods as JSON over HTTP, on gRPC's paths, and the pages beside them.
struct HTTPTransport: HTTPResponder {
    typealias Context = BasicRequestContext

    /// A page: what stands at a path for everyone who may read.
    struct Page: Sendable {
        /// Nil lets everyone see it.
        let scope: Scope?
        let answer: @Sendable (Request, Caller) async throws -> Response
    }

    let dispatcher: Dispatcher
    /// By path.
    let pages: [String: Page]
    /// What answers where no path does.
    let other: (@Sendable (Request, CallHead) async throws -> Response?)?

    func respond(to request: Request, context: BasicRequestContext) async throws -> Response {
        let head = CallHead(request, context)
        do {
            return try await answer(request, head)
        } catch {
            let refusal = ServiceError(error)
            if refusal.code == .internal {
                dispatcher.logger.error(
                    "request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            }
            return Response(refusal)
        }
    }

    private func answer(_ request: Request, _ head: CallHead) async throws -> Response {
        let path = request.uri.path
        if let method = dispatcher.methods[path] {
            try requirePost(request)
            let reply = try await dispatcher.answer(method, head, try await body(of: request), .json)
            return Response.json(reply)
        }
        if let stream = dispatcher.streams[path] {
            try requirePost(request)
            return events(stream, head, try await body(of: request))
        }
        if let page = pages[path] {
            let caller =
                if let scope = page.scope { try await dispatcher.gate.admit(head, needing: scope) } else { Caller() }
            return try await page.answer(request, caller)
        }
        if let response = try await other?(request, head) { return response }
        throw ServiceError(.notFound, "there is nothing at \(path)")
    }

    private func requirePost(_ request: Request) throws(ServiceError) {
        guard request.method == .post else {
            throw ServiceError(.unimplemented, "\(request.method): methods are called with POST", httpStatus: 405)
        }
        let type = request.headers[.contentType] ?? ""
        guard type.isEmpty || type.lowercased().hasPrefix("application/json") else {
            throw ServiceError(
                .invalidArgument, "content-type: found \(type); must be application/json", httpStatus: 415)
        }
    }

    private func body(of request: Request) async throws -> [UInt8] {
        let limit = dispatcher.limits.messageBytes
        let refusal = ServiceError(
            .resourceExhausted, "the request is longer than \(limit) bytes, which is the most this server takes",
            httpStatus: 413)
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw refusal }
        var request = request
        do {
            return Array(buffer: try await request.collectBody(upTo: limit))
        } catch is NIOTooManyBytesError {
            throw refusal
        }
    }

    /// A stream as server-sent events: each message on a `data:` line, and an error as the event `error`.
    func events(_ stream: StreamingMethod, _ head: CallHead, _ body: [UInt8]) -> Response {
        Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .init("x-accel-buffering")!: "no"],
            body: ResponseBody { writer in
                do throws(ServiceError) {
                    try await dispatcher.answer(stream, head, body, .json) { message in
                        try await writer.write(ByteBuffer(event: nil, data: message))
                    }
                } catch {
                    try await writer.write(ByteBuffer(event: "error", data: Array(error.json.description.utf8)))
                }
                try await writer.finish(nil)
            })
    }
}

extension ByteBuffer {
    /// A server-sent event.
    fileprivate init(event: String?, data: [UInt8]) {
        self.init()
        if let event { writeString("event: \(event)\n") }
        writeString("data: ")
        writeBytes(data)
        writeString("\n\n")
    }
}

extension CallHead {
    fileprivate init(_ request: Request, _ context: BasicRequestContext) {
        let headers = request.headers
        self.init(transport: .http, peer: headers[.init("x-forwarded-for")!] ?? "http") { name in
            HTTPField.Name(name).flatMap { headers[$0] }
        }
    }
}

extension Response {
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func text(_ text: String, type: String = "text/plain; charset=utf-8") -> Response {
        Response(
            status: .ok, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    init(_ error: ServiceError) {
        self = .json(Array(error.json.description.utf8), status: HTTPResponse.Status(code: error.httpStatus))
        if error.code == .unauthenticated { headers[.wwwAuthenticate] = "Bearer" }
    }
}

extension ServiceError {
    /// `{code, message, details}`, the details as gRPC's status has them.
    var json: JSON {
        let violations = problems.map { problem -> JSON in
            ["field": .string(problem.field.description), "description": .string(problem.detail)]
        }
        let details: [JSON] =
            violations.isEmpty
            ? [] : [["@type": "type.googleapis.com/google.rpc.BadRequest", "fieldViolations": .array(violations)]]
        return ["code": .number(code.rawValue), "message": .string(message), "details": .array(details)]
    }
}

extension Problem {
    /// All but the field.
    var detail: String { (found.map { "found \($0); " } ?? "") + remedy }
}
