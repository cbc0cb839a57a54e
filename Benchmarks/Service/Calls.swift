import SwiftProtobuf

/// A transport to the service.
protocol Calls: Sendable {
    func connect() async throws -> any Connection
}

/// A connection for one client.
protocol Connection: Sendable {
    /// Calls a method of `attune.v1`.
    func call<Request: Message, Reply: Message>(
        _ service: String, _ method: String, _ request: Request
    ) async throws -> Reply

    /// Runs what the client does where it may wait.
    func run(_ body: @escaping @Sendable () async throws -> Void) async throws
}

extension Connection {
    func run(_ body: @escaping @Sendable () async throws -> Void) async throws { try await body() }
}
