import AttuneCore
import Foundation
import Testing

@testable import AttuneKubernetes

extension CurlTests {
    struct CurlBackPressureTests {
        private static let partSize = 64 * 1024
        /// More than all buffers between server and reader hold.
        private static let parts = 1500

        /// Sends a long body, and counts its parts.
        private static func script(_ sent: Counter) -> ScriptedServer.Script {
            { exchange in
                try await exchange.head()
                if exchange.target == "/ping" { return try await exchange.end() }
                for number in 0..<parts {
                    try await exchange.write(.part([UInt8](repeating: UInt8(number % 251), count: partSize)))
                    sent.add()
                }
                try await exchange.end()
            }
        }

        @Test(arguments: Wire.allCases)
        func `a slow reader holds the server up and nobody else, and misses nothing`(_ wire: Wire) async throws {
            let sent = Counter()
            try await wire.serve(CurlBackPressureTests.script(sent)) { server in
                let body = try await server.transport.send(.stream("/api/v1/namespaces/a/pods/b/log?follow=true")).body
                try await server.standstill(of: sent)
                #expect(sent.count < CurlBackPressureTests.parts / 2)
                var count = 0
                for try await part in body {
                    #expect(part.count <= Transfer.mostAhead + 64 * 1024)
                    let isRight = stride(from: 0, to: part.count, by: 1021).allSatisfy { index in
                        Int(part[index]) == (count + index) / CurlBackPressureTests.partSize % 251
                    }
                    #expect(isRight)
                    count += part.count
                }
                #expect(count == CurlBackPressureTests.parts * CurlBackPressureTests.partSize)
            }
        }
    }
}

extension WiredServer {
    /// Returns when a count has not changed over many requests.
    fileprivate func standstill(of counter: Counter) async throws {
        var (last, still) = (0, 0)
        while still < 100 {
            #expect(try await transport.send(APIRequest(.get, "/ping")).status == 200)
            let count = counter.count
            still = count == last ? still + 1 : 0
            last = count
        }
    }
}
