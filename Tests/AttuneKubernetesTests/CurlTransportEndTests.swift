import AttuneCore
import Foundation
import Testing

@testable import AttuneKubernetes

extension CurlTests {
    struct CurlTransportEndTests {
        @Test(arguments: Wire.allCases)
        func `cancelling ends a request that waits for its head`(_ wire: Wire) async throws {
            try await wire.serve {
                await $0.gone.wait()
            } body: { server in
                let transport = server.transport
                let waiting = Task { try await transport.send(.stream("/watch")) }
                await server.begun.wait { $0 == 1 }
                waiting.cancel()
                await #expect(throws: CancellationError.self) { _ = try await waiting.value }
                await server.open.wait { $0 == 0 }
            }
        }

        @Test(arguments: Wire.allCases)
        func `cancelling a reader ends the stream`(_ wire: Wire) async throws {
            let script: ScriptedServer.Script = { exchange in
                try await exchange.head()
                try await exchange.part("one")
                await exchange.gone.wait()
            }
            try await wire.serve(script) { server in
                let transport = server.transport
                let response = try await transport.send(.stream("/watch"))
                let hasRead = Signal()
                let reader = Task {
                    for try await _ in response.body { hasRead.fire() }
                }
                await hasRead.wait()
                reader.cancel()
                await #expect(throws: CancellationError.self) { try await reader.value }
                await server.open.wait { $0 == 0 }
            }
        }

        @Test(arguments: Wire.allCases)
        func `letting go of a body ends the stream, and of nothing else`(_ wire: Wire) async throws {
            let script: ScriptedServer.Script = { exchange in
                try await exchange.head()
                if exchange.target == "/short" { return try await exchange.end() }
                await exchange.gone.wait()
            }
            try await wire.serve(script) { server in
                let transport = server.transport
                let kept = try await transport.send(.stream("/kept"))
                var dropped: APIResponse? = try await transport.send(.stream("/dropped"))
                #expect(dropped?.status == 200)
                #expect(server.open.count == 2)
                dropped = nil
                await server.open.wait { $0 == 1 }
                #expect(try await transport.send(APIRequest(.get, "/short")).status == 200)
                await server.open.wait { $0 == 1 }
                #expect(kept.status == 200)
            }
        }

        @Test(arguments: Wire.allCases)
        func `when the transport goes, its streams fail and its connections close`(_ wire: Wire) async throws {
            let script: ScriptedServer.Script = { exchange in
                try await exchange.head()
                await exchange.gone.wait()
            }
            try await wire.serve(script) { server in
                var transport: CurlTransport? = try server.transport { _ in }
                let response = try await transport!.send(.stream("/watch"))
                transport = nil
                let error = await #expect(throws: TransportError.self) { _ = try await response.body.collect() }
                #expect(error?.kind == .lost)
                await server.open.wait { $0 == 0 }
                await server.closed.wait { $0 == 1 }
            }
        }

        @Test(arguments: Wire.allCases)
        func `thousands of requests with random cancellations leave nothing behind`(_ wire: Wire) async throws {
            let seed: UInt64 = 7
            let script: ScriptedServer.Script = { exchange in
                try await exchange.head()
                switch exchange.target.split(separator: "/").first {
                case "hang": await exchange.gone.wait()
                case "endless":
                    let part = [UInt8](repeating: 7, count: 10_000)
                    while true { try await exchange.write(.part(part)) }
                default:
                    try await exchange.part(exchange.target)
                    try await exchange.end()
                }
            }
            try await wire.serve(script) { server in
                let transport = server.transport
                let answered = Counter()
                try await withThrowingTaskGroup(of: Void.self) { group in
                    for number in 0..<2000 {
                        if number >= 64 { try await group.next() }
                        group.addTask {
                            var random = RandomSource(seed: seed, stream: UInt64(number))
                            answered.add(try await transport.play(number, &random))
                        }
                    }
                    try await group.waitForAll()
                }
                #expect(answered.count > 800, "seed \(seed)")
                await server.open.wait { $0 == 0 }
                #expect(try await transport.text("/short/last") == "/short/last")
                if wire == .http2 { #expect(server.connections.count < 10) }
            }
        }
    }
}

extension CurlTransport {
    /// One request of the many, ended in one way or another.
    ///
    /// - Returns: how many answers were read to their end.
    fileprivate func play(_ number: Int, _ random: inout RandomSource) async throws -> Int {
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            let task = Task { try await text("/hang/\(number)") }
            for _ in 0..<Int.random(in: 0..<20, using: &random) { await Task.yield() }
            task.cancel()
            await #expect(throws: CancellationError.self) { _ = try await task.value }
            return 0
        case 1:
            var parts = try await send(.stream("/endless/\(number)")).body.makeAsyncIterator()
            for _ in 0..<Int.random(in: 0..<5, using: &random) { #expect(try await parts.next()?.first == 7) }
            return 0
        case 2:
            let task = Task {
                for try await _ in try await send(.stream("/endless/\(number)")).body {}
            }
            for _ in 0..<Int.random(in: 0..<200, using: &random) { await Task.yield() }
            task.cancel()
            await #expect(throws: CancellationError.self) { try await task.value }
            return 0
        default:
            #expect(try await text("/short/\(number)") == "/short/\(number)")
            return 1
        }
    }
}
