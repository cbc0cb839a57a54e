import AttuneCore
import AttuneProto
import Foundation
import GRPCCore
import Logging
import SwiftProtobuf
import Testing

@testable import AttuneService

struct StreamTests {
    private static let path = "/test.Guard/Count"

    private static let count = counting {}

    /// Counts to two, says so, and then waits to be ended.
    private static func counting(_ counted: @escaping @Sendable () -> Void) -> StreamingMethod {
        StreamingMethod("test.Guard", "Count", .read) {
            (_: Attune_V1_PingRequest, _, send: (Attune_V1_GetInfoReply) async throws -> Void) in
            for number in ["one", "two"] { try await send(.with { $0.version = number }) }
            counted()
            let (silence, _) = AsyncStream.makeStream(of: Void.self)
            for await _ in silence {}
            try Task.checkCancellation()
        }
    }

    @Test func `a stream gives its messages, and ends at its deadline`() async throws {
        try await RunningServer.with(streams: [Self.count]) { server in
            let reply = try await server.post(Self.path, "{}", ["grpc-timeout": "2S"])
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "text/event-stream")
            let lines = reply.body.split(separator: "\n").map(String.init)
            // A busy machine may come to the deadline before the second.
            let messages = [#"data: {"version":"one"}"#, #"data: {"version":"two"}"#]
            #expect(messages.starts(with: lines.prefix { $0 != "event: error" }) && lines.contains("event: error"))
            #expect(lines.last?.contains(#""code":4,"#) == true)
        }
    }

    @Test func `streams beyond the limit, and those without a token, are refused before they begin`() async throws {
        try await RunningServer.with(streams: [Self.count], { $0.limits.watchers = 0 }) { server in
            let full = try await server.post(Self.path, "{}")
            #expect(full.status == 429)
            _ = try await server.token("alice", .read)
            let refused = try await server.post(Self.path, "{}", ["authorization": "Bearer attune_no"])
            #expect(refused.status == 401 || refused.status == 429)
        }
    }

    @Test func `streams end when the service is told to stop, and running calls finish`() async throws {
        let (method, held) = Held.method()
        let (counts, counted) = AsyncStream.makeStream(of: Void.self)
        let store = try TemporaryFile.store()
        var configuration = Server.Configuration()
        configuration.http.port = 0
        configuration.grpc = [Server.Address(host: "127.0.0.1", port: 0)]
        configuration.handlesSignals = false
        let server = Server(
            configuration, store: store, logger: .silent, clock: .system, adding: [method],
            streams: [Self.counting { counted.yield() }])
        let (ready, continuation) = AsyncStream.makeStream(of: RunningServer.self)
        let (stops, stop) = AsyncStream.makeStream(of: Void.self)
        async let serving: Void = server.run(stoppingAfter: { for await _ in stops { return } }) { http, grpc in
            continuation.yield(RunningServer(http: http, grpc: grpc[0], store: store))
        }
        var iterator = ready.makeAsyncIterator()
        let running = try #require(await iterator.next())
        async let call = running.post("/test.Guard/Hold", "{}")
        await held.begun()
        async let stream = running.post(Self.path, "{}")
        for await _ in counts { break }
        stop.yield()
        let events = try await stream
        #expect(events.body.contains(#"data: {"version":"two"}"#))
        #expect(events.body.contains(#""code":14,"#))
        held.release()
        let reply = try await call
        #expect(reply.status == 200)
        try await serving
    }
}
