import AttuneCore
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import X509

/// The methods over gRPC. Messages pass as bytes, so that no method needs a line of its own here.
enum GRPCTransport {
    typealias Transport = HTTP2ServerTransport.Posix

    static func router(_ dispatcher: Dispatcher) -> RPCRouter<Transport> {
        var router = RPCRouter<Transport>()
        for method in dispatcher.methods.values {
            register(method.service, method.name, in: &router) { request, head, _ in
                let reply = try await translated(head) { () throws(ServiceError) in
                    try await dispatcher.answer(method, head, .protobuf) { try await message(of: request) }
                }
                return StreamingServerResponse(metadata: head.replyMetadata) { writer in
                    try await writer.write(reply)
                    return [:]
                }
            }
        }
        for stream in dispatcher.streams.values {
            register(stream.service, stream.name, in: &router) { request, head, context in
                let (watcher, body) = try await translated(head) { () throws(ServiceError) in
                    (try await dispatcher.admit(stream, head), try await message(of: request))
                }
                return StreamingServerResponse(metadata: head.replyMetadata) { writer in
                    try await translated(head) { () throws(ServiceError) in
                        try await dispatcher.answer(
                            stream, watcher, body, .protobuf, whenGone: { try await context.cancellation.cancelled }
                        ) { try await writer.write($0) }
                    }
                    return [:]
                }
            }
        }
        return router
    }

    private static func message(of request: StreamingServerRequest<[UInt8]>) async throws(ServiceError) -> [UInt8] {
        do {
            for try await bytes in request.messages { return bytes }
        } catch let error as RPCError {
            throw ServiceError(ServiceError.Code(rawValue: error.code.rawValue) ?? .unknown, error.message)
        } catch {
            throw ServiceError(.cancelled, "the client went away before its message had come")
        }
        throw ServiceError(.invalidArgument, "the call has no message")
    }

    private static func register(
        _ service: String, _ name: String, in router: inout RPCRouter<Transport>,
        _ handler:
            @escaping @Sendable (StreamingServerRequest<[UInt8]>, CallHead, ServerContext) async throws ->
            StreamingServerResponse<[UInt8]>
    ) {
        let descriptor = MethodDescriptor(service: ServiceDescriptor(fullyQualifiedService: service), method: name)
        router.registerHandler(forMethod: descriptor, deserializer: AsBytes(), serializer: AsBytes()) {
            try await handler($0, CallHead($0.metadata, $1), $1)
        }
    }

    private static func translated<Value>(
        _ head: CallHead, _ body: () async throws(ServiceError) -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch {
            guard error.problems.isEmpty else { throw GoogleRPCStatus(error) }
            throw RPCError(code: error.grpcCode, message: error.message, metadata: head.replyMetadata)
        }
    }

    private struct AsBytes: MessageSerializer, MessageDeserializer {
        func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }
        func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
            bytes.withUnsafeBytes { [UInt8]($0) }
        }
    }
}

extension CallHead {
    fileprivate init(_ metadata: GRPCCore.Metadata, _ context: ServerContext) {
        let certificate = (context.transportSpecific as? HTTP2ServerTransport.Posix.Context)?.peerCertificate
        self.init(
            transport: .grpc, peer: String(context.remotePeer.trimmingPrefix(/ipv[46]:/)),
            certificateName: certificate?.commonName
        ) { metadata[stringValues: $0].first { _ in true } }
    }

    fileprivate var replyMetadata: GRPCCore.Metadata { [TraceContext.header: .string(trace.headerValue)] }
}

extension ServiceError {
    fileprivate var grpcCode: RPCError.Code {
        RPCError.Code(Status.Code(rawValue: code.rawValue) ?? .unknown) ?? .unknown
    }
}

extension GoogleRPCStatus {
    fileprivate init(_ error: ServiceError) {
        self.init(
            code: error.grpcCode, message: error.message,
            details: [
                .badRequest(
                    violations: error.problems.map {
                        ErrorDetails.BadRequest.FieldViolation(field: $0.field.description, description: $0.detail)
                    })
            ])
    }
}
