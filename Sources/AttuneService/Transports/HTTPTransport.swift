import AttuneCore
import Foundation
import HTTPTypes
import Hummingbird
import Logging
import NIOCore
import NIOSSL
import SwiftProtobuf
import X509

/// The methods as JSON over HTTP, on gRPC's paths, and the pages beside them.
struct HTTPTransport: HTTPResponder {
    typealias Context = ConnectionContext

    /// A page: what stands at a path for everyone who may read.
    struct Page: Sendable {
        /// Nil lets everyone see it.
        let scope: Scope?
        let answer: @Sendable (Request, Caller) async throws -> Response
    }

    let dispatcher: Dispatcher
    /// Whether clients show certificates.
    var takesCertificates = false
    /// By path.
    let pages: [String: Page]
    /// The web page; nil where there is none.
    var web: WebPage?

    func respond(to request: Request, context: ConnectionContext) async throws -> Response {
        let name = takesCertificates ? await context.certificateName : nil
        let head = CallHead(request, context.peer, certificateName: name)
        var response: Response
        do {
            response = try await answer(request, head)
        } catch {
            let refusal = ServiceError(error)
            if refusal.code == .internal {
                dispatcher.logger.error(
                    "request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            }
            response = Response(refusal)
            // What is left of a refused request's body is not waited for.
            if request.method != .get { response.headers[.connection] = "close" }
        }
        response.headers[.init(TraceContext.header)!] = head.trace.headerValue
        for (name, value) in PageHeaders.always { response.headers[name] = value }
        return response
    }

    private func answer(_ request: Request, _ head: CallHead) async throws -> Response {
        let path = request.uri.path
        if let method = dispatcher.methods[path] {
            try requirePost(request)
            let taken = TakenSlots(of: dispatcher.messageBytes)
            let reply = try await dispatcher.answer(method, head, .json) { try await body(of: request, taken) }
            return Response.json(reply)
        }
        if let stream = dispatcher.streams[path] {
            try requirePost(request)
            return try await events(stream, head) {
                try await body(of: request, TakenSlots(of: dispatcher.messageBytes))
            }
        }
        if let page = pages[path] {
            let caller =
                if let scope = page.scope { try await dispatcher.gate.admit(head, needing: scope) } else { Caller() }
            return try await page.answer(request, caller)
        }
        if request.method == .get, let stream = dispatcher.streams[WatchedEvents.method],
            let watched = try WatchedEvents(request.uri.path, after: request.uri.queryParameters["after"] ?? "0")
        {
            return try await events(stream, head) { watched.request }
        }
        if let web, let place = WebPage.Place(path) { return try await show(place, web, request, head) }
        throw ServiceError(.notFound, "there is nothing at \(path)")
    }

    private func show(
        _ place: WebPage.Place, _ web: WebPage, _ request: Request, _ head: CallHead
    ) async throws -> Response {
        if case .login = place {
            try requirePost(request)
            return try await web.logIn(try await body(of: request, TakenSlots(of: dispatcher.messageBytes)), head)
        }
        if case .logout = place {
            try requirePost(request)
            return try web.logOut(head)
        }
        guard request.method == .get else {
            throw ServiceError(.unimplemented, "\(request.method): pages are read with GET", httpStatus: 405)
        }
        let query = PageQuery(request.uri.queryParameters)
        if case .data(let words) = place {
            if let stream = web.stream(words, query) { return try await events(stream, head, isFramed: true) { [] } }
            return try await web.data(words, query, request.headers[.ifNoneMatch], head)
        }
        return try await web.file(place, request.headers[.ifNoneMatch], head)
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

    private func body(of request: Request, _ taken: TakenSlots) async throws -> [UInt8] {
        let limit = dispatcher.limits.messageBytes
        let refusal = ServiceError(
            .resourceExhausted, "the request is longer than \(limit) bytes, which is the most this service takes",
            httpStatus: 413)
        if let length = request.headers[.contentLength].flatMap(Int.init), length > limit { throw refusal }
        var bytes: [UInt8] = []
        for try await part in request.body {
            guard bytes.count + part.readableBytes <= limit else { throw refusal }
            guard taken.take(part.readableBytes) else {
                throw ServiceError(
                    .resourceExhausted, "the service holds as much of requests as it may at a time",
                    retryAfterSeconds: 1)
            }
            bytes.append(contentsOf: part.readableBytesView)
        }
        return bytes
    }

    /// A stream as server-sent events: each message on a `data:` line, an error as the event `error`, and comments in
    /// between, so that a client that went away is noticed.
    ///
    /// - Parameter isFramed: whether the stream's messages are server-sent events as they are.
    func events(
        _ stream: StreamingMethod, _ head: CallHead, isFramed: Bool = false, body: () async throws -> [UInt8]
    ) async throws -> Response {
        let watcher = try await dispatcher.admit(stream, head)
        let body = try await body()
        return Response(
            status: .ok,
            headers: [.contentType: "text/event-stream", .cacheControl: "no-store", .init("x-accel-buffering")!: "no"],
            body: ResponseBody { writer in
                do throws(ServiceError) {
                    try await dispatcher.answer(stream, watcher, body, .json, ticks: .seconds(15)) { message in
                        let isEvent = isFramed && !message.isEmpty
                        try await writer.write(isEvent ? ByteBuffer(bytes: message) : ByteBuffer(event: nil, data: message))
                    }
                } catch {
                    try await writer.write(ByteBuffer(event: "error", data: Array(error.json.description.utf8)))
                }
                try await writer.finish(nil)
            })
    }
}

/// A request's connection: who is at its other end.
struct ConnectionContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    private let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }

    var peer: String {
        guard let address = channel.remoteAddress else { return "unknown" }
        return "\(address.ipAddress ?? ""):\(address.port ?? 0)"
    }

    /// The common name of the client's certificate, where it showed one.
    var certificateName: String? {
        get async {
            guard let certificate = try? await channel.nioSSL_peerCertificate().get() else { return nil }
            return Certificate(certificate)?.commonName
        }
    }
}

extension ByteBuffer {
    /// A server-sent event; a comment where it has no data.
    fileprivate init(event: String?, data: [UInt8]) {
        self.init()
        guard !data.isEmpty else {
            writeString(":\n\n")
            return
        }
        if let event { writeString("event: \(event)\n") }
        writeString("data: ")
        writeBytes(data)
        writeString("\n\n")
    }
}

extension CallHead {
    fileprivate init(_ request: Request, _ peer: String, certificateName: String?) {
        let headers = request.headers
        // A browser's stream can carry no header.
        let namespace = request.method == .get ? request.uri.queryParameters["namespace"].map(String.init) : nil
        self.init(
            transport: .http, peer: peer, certificateName: certificateName, authority: request.head.authority
        ) { name in
            if name == Namespace.header, let namespace { return namespace }
            return HTTPField.Name(name).flatMap { headers[$0] }
        }
    }
}

extension Response {
    static func json(_ bytes: [UInt8], status: HTTPResponse.Status = .ok) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }

    static func text(
        _ text: String, type: String = "text/plain; charset=utf-8", status: HTTPResponse.Status = .ok
    ) -> Response {
        Response(
            status: status, headers: [.contentType: type], body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
    }

    init(_ error: ServiceError) {
        self = .json(Array(error.json.description.utf8), status: HTTPResponse.Status(code: error.httpStatus))
        if let seconds = error.retryAfterSeconds { headers[.retryAfter] = "\(seconds)" }
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
