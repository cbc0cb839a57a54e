import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneKubernetes

extension CurlTests {
    @Suite(.enabled(if: SharedFolder.kubernetes.exists, SharedFolder.kubernetes.missing))
    struct RecordedStreamTests {
        @Test(arguments: ["20-watch-job.raw", "20-watch-pods.raw", "30-log-follow.raw"], [13, 1000, 1_000_000])
        func `what a real server sent is read, however it is cut`(_ name: String, _ size: Int) async throws {
            let bytes = Array(try Data(contentsOf: SharedFolder.kubernetes.file(name)))
            let script: ScriptedServer.Script = { exchange in
                for start in stride(from: 0, to: bytes.count, by: size) {
                    try await exchange.write(.raw(Array(bytes[start..<min(start + size, bytes.count)])))
                }
            }
            try await Wire.plain.serve(script) { server in
                let response = try await server.transport.send(.stream("/watch"))
                #expect(response.status == 200)
                #expect(response.headers["date"]?.hasPrefix("Sat, 21 Nov 2026") == true)
                let body = try await response.body.collect()
                #expect(body == (try unchunked(bytes)))
                #expect(body.count > 50)
            }
        }

        /// The body, taken apart by hand.
        private func unchunked(_ bytes: [UInt8]) throws -> [UInt8] {
            var rest = bytes[(try #require(bytes.firstRange(of: Array("\r\n\r\n".utf8)))).upperBound...]
            var body: [UInt8] = []
            while let line = rest.firstRange(of: Array("\r\n".utf8)) {
                let size = try #require(Int(String(decoding: rest[..<line.lowerBound], as: UTF8.self), radix: 16))
                if size == 0 { break }
                body += rest[line.upperBound...].prefix(size)
                rest = rest[line.upperBound...].dropFirst(size + 2)
            }
            return body
        }
    }
}
