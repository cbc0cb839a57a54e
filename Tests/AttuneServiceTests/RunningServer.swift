import AttuneCore
import AttuneStore
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Logging
import SwiftProtobuf
import Synchronization

@testable import AttuneService

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// A server on free ports of loopback, with a store of its own, for the time of a test.
///
///     try await RunningServer.with { server in
///         let reply = try await server.post("/attune.v1.Server/Ping", "{}")
///         let pong: Attune_V1_PingReply = try await server.call("/attune.v1.Server/Ping", Attune_V1_PingRequest())
///     }
struct RunningServer: Sendable {
    let http: Server.Address
    let grpc: Server.Address
    let store: SQLiteStore

    /// Starts a server, runs `body`, and ends the server, waiting until it has.
    ///
    /// - Parameters:
    ///   - store: nil makes one in a directory that is removed afterwards.
    ///   - change: what is to differ from loopback with free ports.
    static func with<Value: Sendable>(
        store: SQLiteStore? = nil, logger: Logger = .silent, methods: [AttuneService.Method] = [],
        streams: [StreamingMethod] = [],
        _ change: (inout Server.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (RunningServer) async throws -> Value
    ) async throws -> Value {
        let directory = FileManager.default.temporaryDirectory.appending(path: "attune-server-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try store ?? SQLiteStore(at: directory.appending(path: "attune.db").path)
        var configuration = Server.Configuration()
        configuration.http = Server.Address(host: "127.0.0.1", port: 0)
        configuration.grpc = [Server.Address(host: "127.0.0.1", port: 0)]
        configuration.handlesSignals = false
        change(&configuration)
        let server = Server(
            configuration, store: store, logger: logger, clock: .system, adding: methods, streams: streams)
        return try await withThrowingTaskGroup(of: Value?.self) { group in
            let (ready, continuation) = AsyncStream.makeStream(of: RunningServer.self)
            group.addTask {
                defer { continuation.finish() }
                try await server.run { http, grpc in
                    continuation.yield(RunningServer(http: http, grpc: grpc[0], store: store))
                    continuation.finish()
                }
                return nil
            }
            group.addTask {
                for await running in ready { return try await body(running) }
                return nil
            }
            defer { group.cancelAll() }
            while let value = try await group.next() {
                if let value { return value }
            }
            throw NeverReady()
        }
    }

    struct NeverReady: Error {}

    // MARK: HTTP

    struct Reply: Sendable {
        var status: Int
        var headers: [String: String]
        var body: String
    }

    func post(_ path: String, _ json: String, _ headers: [String: String] = [:]) async throws -> Reply {
        try await request(
            "POST", path, headers.merging(["content-type": "application/json"]) { given, _ in given }, json)
    }

    func get(_ path: String, _ headers: [String: String] = [:]) async throws -> Reply {
        try await request("GET", path, headers, nil)
    }

    func request(_ method: String, _ path: String, _ headers: [String: String], _ body: String?) async throws -> Reply {
        var request = URLRequest(url: URL(string: "http://\(http)\(path)")!)
        request.httpMethod = method
        request.httpBody = body.map { Data($0.utf8) }
        for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
        let session = URLSession(configuration: .ephemeral)
        defer { session.finishTasksAndInvalidate() }
        let (data, response) = try await session.data(for: request)
        let answer = response as! HTTPURLResponse
        let pairs = answer.allHeaderFields.map { ("\($0.key)".lowercased(), "\($0.value)") }
        return Reply(
            status: answer.statusCode, headers: Dictionary(pairs) { first, _ in first },
            body: String(decoding: data, as: UTF8.self))
    }

    // MARK: gRPC

    /// Calls `path`, such as `/attune.v1.Server/Ping`.
    ///
    /// - Throws: `RPCError` where it fails.
    func call<Request: Message, Reply: Message>(
        _ path: String, _ request: Request, _ metadata: GRPCCore.Metadata = [:], timeout: Duration? = nil
    ) async throws -> Reply {
        let bytes: [UInt8] = try request.serializedBytes()
        let answer = try await rawCall(path, bytes, metadata, timeout: timeout)
        return try Reply(serializedBytes: answer.message)
    }

    /// Calls `path` with any bytes as its message.
    func rawCall(
        _ path: String, _ message: [UInt8], _ metadata: GRPCCore.Metadata = [:], timeout: Duration? = nil
    ) async throws -> (message: [UInt8], metadata: GRPCCore.Metadata) {
        try await withClient { try await Self.call($0, path, message, metadata, timeout: timeout) }
    }

    static func call(
        _ client: GRPCClient<HTTP2ClientTransport.Posix>, _ path: String, _ message: [UInt8],
        _ metadata: GRPCCore.Metadata = [:], timeout: Duration?
    ) async throws -> (message: [UInt8], metadata: GRPCCore.Metadata) {
        let parts = path.split(separator: "/").map(String.init) + ["", ""]
        let method = MethodDescriptor(service: ServiceDescriptor(fullyQualifiedService: parts[0]), method: parts[1])
        return try await client.unary(
            request: ClientRequest(message: message, metadata: metadata), descriptor: method,
            serializer: PlainBytes(), deserializer: PlainBytes(), options: .within(timeout)
        ) { response in
            (try response.message, response.metadata)
        }
    }

    /// A client of the gRPC port, for the time of `body`.
    func withClient<Value: Sendable>(
        security: HTTP2ClientTransport.Posix.TransportSecurity = .plaintext,
        _ body: @Sendable (GRPCClient<HTTP2ClientTransport.Posix>) async throws -> Value
    ) async throws -> Value {
        let transport = try HTTP2ClientTransport.Posix(
            target: .ipv4(address: grpc.host, port: grpc.port), transportSecurity: security)
        return try await withGRPCClient(transport: transport) { try await body($0) }
    }
}

extension CallOptions {
    static func within(_ timeout: Duration?) -> CallOptions {
        var options = CallOptions.defaults
        options.timeout = timeout
        return options
    }
}

/// Messages as they are.
struct PlainBytes: MessageSerializer, MessageDeserializer {
    func serialize<Bytes: GRPCContiguousBytes>(_ message: [UInt8]) throws -> Bytes { Bytes(message) }
    func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) throws -> [UInt8] {
        bytes.withUnsafeBytes { [UInt8]($0) }
    }
}

extension Logger {
    /// Says nothing.
    static var silent: Logger { Logger(label: "silent") { _ in SwiftLogNoOpLogHandler() } }
}
