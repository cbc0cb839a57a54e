import GRPCCore
import GRPCNIOTransportHTTP2Posix
import GRPCProtobuf
import SwiftProtobuf

/// gRPC over a few connections, whose streams the clients share.
struct GRPCCalls: Calls {
    private struct Stream: Connection {
        let client: GRPCClient<HTTP2ClientTransport.Posix>

        func call<Request: Message, Reply: Message>(
            _ service: String, _ method: String, _ request: Request
        ) async throws -> Reply {
            try await client.unary(
                request: ClientRequest(message: request),
                descriptor: MethodDescriptor(
                    service: ServiceDescriptor(fullyQualifiedService: "attune.v1.\(service)"), method: method),
                serializer: ProtobufSerializer<Request>(), deserializer: ProtobufDeserializer<Reply>(),
                options: .defaults
            ) { try $0.message }
        }
    }

    private let clients: [GRPCClient<HTTP2ClientTransport.Posix>]
    private let running: Task<Void, any Error>

    static func connected(port: Int, connections: Int = 4) async throws -> GRPCCalls {
        let clients = try (0..<connections).map { _ in
            GRPCClient(
                transport: try .http2NIOPosix(
                    target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext))
        }
        let running = Task {
            try await withThrowingTaskGroup(of: Void.self) { group in
                for client in clients { group.addTask { try await client.runConnections() } }
                try await group.waitForAll()
            }
        }
        return GRPCCalls(clients: clients, running: running)
    }

    func connect() async throws -> any Connection { Stream(client: clients[Int.random(in: clients.indices)]) }

    func close() async {
        for client in clients { client.beginGracefulShutdown() }
        _ = await running.result
    }
}
