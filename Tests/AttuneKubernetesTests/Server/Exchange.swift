import Foundation

/// A request that reached the scripted server, and the way back.
struct Exchange: Sendable {
    enum Event: Sendable {
        case head(Int, [(String, String)])
        case part([UInt8])
        case end
        /// On HTTP/1.1 only: these bytes, whatever they are.
        case raw([UInt8])
        /// Breaks off.
        case cut
    }

    var method: String
    var target: String
    /// By lower-case name, in order.
    var headers: [(name: String, value: String)]
    var body: [UInt8] = []
    /// Which of the server's connections, from 1.
    var connection: Int
    /// The common name of the client's certificate.
    var client: String?
    /// The client has ended it.
    let gone: Signal
    let send: @Sendable (Event) async throws -> Void

    func write(_ event: Event) async throws {
        // What is written after that may be kept for ever.
        if gone.hasFired { throw CancellationError() }
        try await send(event)
    }

    func header(_ name: String) -> String? { headers.first { $0.name == name }?.value }
    var isHTTP2: Bool { headers.contains { $0.name == ":path" } }

    func head(_ status: Int = 200, _ headers: [(String, String)] = []) async throws {
        try await write(.head(status, headers))
    }
    func part(_ text: String) async throws { try await write(.part(Array(text.utf8))) }
    func end() async throws { try await write(.end) }

    func answer(_ status: Int = 200, _ headers: [(String, String)] = [], _ text: String = "") async throws {
        try await head(status, headers)
        if !text.isEmpty { try await part(text) }
        try await end()
    }
}
