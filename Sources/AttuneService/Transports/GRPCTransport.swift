import AttuneCore
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf

/// The methods over gRPC. Messages pass as bytes, so that no method needs a line of its own here.
enum GRPCTransport {
    typealias Transport = HTTP2ServerTransport.Posix

    static func router(_ dispatcher: Dispatcher) -> RPCRouter<Transport> {
        var router = RPCRouter<Transport>()
        for method in dispatcher.methods.values {
            register(method.service, method.name, in: &router) { request, head in
                guard let bytes = try await request.messages.first(where: { _ in true }) else {
                    throw RPCError(code: .internalError, message: "the call has no message")
                }
                let reply = try await translated { () throws(ServiceError) in
                    try await dispatcher.answer(method, head, bytes, .protobuf)
                }
                return StreamingServerResponse { writer in
                    try await writer.write(reply)
                    return [:]
                }
            }
        }
        for stream in dispatcher.streams.values {
            register(stream.service, stream.name, in: &router) { request, head in
                guard let bytes = try await request.messages.first(where: { _ in true }) else {
                    throw RPCError(code: .internalError, message: "the call has no message")
                }
                return StreamingServerResponse { writer in
                    try await translated { () throws(ServiceError) in
                        try await dispatcher.answer(stream, head, bytes, .protobuf) { try await writer.write($0) }
                    }
                    return [:]
                }
            }
        }
        return router
    }

    private static func register(
        _ service: String, _ name: String, in router: inout RPCRouter<Transport>,
        _ handler:
            @escaping @Sendable (StreamingServerRequest<[UInt8]>, CallHead) async throws ->
            StreamingServerResponse<[UInt8]>
    ) {
        let descriptor = MethodDescriptor(service: ServiceDescriptor(fullyQualifiedService: service), method: name)
        router.registerHandler(forMethod: descriptor, deserializer: AsBytes(), serializer: AsBytes()) {
            try await handler($0, CallHead($0.metadata, $1))
        }
    }

    private static func translated<Value>(_ body: () async throws(ServiceError) -> Value) async throws -> Value {
        do {
            return try await body()
        } catch {
            guard error.problems.isEmpty else { throw GoogleRPCStatus(error) }
            throw RPCError(code: error.grpcCode, message: error.message)
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
        self.init(transport: .grpc, peer: context.remotePeer) { metadata[stringValues: $0].first { _ in true } }
    }
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
