import AttuneCore
import AttuneProto
import Foundation
import SwiftProtobuf
import Testing

@testable import AttuneService

/// Nothing that arrives at the ports may end the process. With ATTUNE_FUZZ=10000 so many of each kind arrive.
@Suite(.serialized)
struct FuzzTests {
    private static let count = ProcessInfo.processInfo.environment["ATTUNE_FUZZ"].flatMap(Int.init) ?? 350
    private static let seed: UInt64 = 6

    @Test func `whatever arrives over HTTP, the service answers the next call`() async throws {
        try await RunningServer.with({ $0.limits.messageBytes = 1 << 20 }) { server in
            var fuzz = Fuzz(seed: Self.seed)
            for _ in 0..<Self.count {
                let connection = try RawConnection(server.http)
                connection.send(fuzz.httpRequest())
                if fuzz.flip(0.1) { _ = connection.receive(within: 1) }
            }
            let good = try await server.post("/attune.v1.Server/Ping", "{}")
            #expect(good.status == 200)
        }
    }

    @Test func `whatever arrives over HTTP/2, the service answers the next call`() async throws {
        try await RunningServer.with({ $0.limits.messageBytes = 1 << 20 }) { server in
            var fuzz = Fuzz(seed: Self.seed)
            for _ in 0..<Self.count {
                let connection = try RawConnection(server.grpc)
                connection.send(fuzz.http2Connection())
                if fuzz.flip(0.1) { _ = connection.receive(within: 1) }
            }
            _ = try await server.rawCall("/attune.v1.Server/Ping", [])
        }
    }

    @Test func `whatever a message holds, the call has an answer`() async throws {
        try await RunningServer.with { server in
            try await server.withClient { client in
                var fuzz = Fuzz(seed: Self.seed)
                for _ in 0..<Self.count {
                    _ = try? await RunningServer.call(
                        client, fuzz.pick(Fuzz.paths), fuzz.message(), timeout: .seconds(30))
                }
                _ = try await RunningServer.call(client, "/attune.v1.Server/Ping", [], timeout: .seconds(30))
            }
        }
    }
}

/// Requests that are nearly right, and some that are not at all; the same for the same seed.
struct Fuzz {
    private var random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed) }

    static let paths = [
        "/attune.v1.Server/Ping", "/attune.v1.Server/GetInfo", "/attune.v1.Experiments/CreateExperiment",
        "/attune.v1.Experiments/ValidateExperiment", "/attune.v1.Trials/Ask", "/attune.v1.Trials/Report",
        "/api.v1.beta1.Suggestion/GetSuggestions", "/api.v1.beta1.DBManager/ReportObservationLog", "/nowhere", "",
    ]

    mutating func flip(_ probability: Double) -> Bool { Double.random(in: 0..<1, using: &random) < probability }
    mutating func pick<Value>(_ values: [Value]) -> Value { values[Int.random(in: 0..<values.count, using: &random)] }

    private mutating func bytes(upTo count: Int) -> [UInt8] {
        (0..<Int.random(in: 0...count, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    }

    /// Changes, drops, doubles some bytes.
    private mutating func mutated(_ bytes: [UInt8]) -> [UInt8] {
        var bytes = bytes
        for _ in 0..<Int.random(in: 0...4, using: &random) where !bytes.isEmpty {
            let place = Int.random(in: 0..<bytes.count, using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
            case 1: bytes.remove(at: place)
            case 2: bytes.insert(contentsOf: bytes[place...].prefix(16), at: place)
            default: bytes.removeSubrange(place...)
            }
        }
        return bytes
    }

    // MARK: HTTP/1.1

    mutating func httpRequest() -> [UInt8] {
        if flip(0.1) { return bytes(upTo: 400) }
        let body = jsonBody()
        let length = flip(0.8) ? "\(body.count)" : pick(["-1", "0", "99999999999999999999", "x", "1048577"])
        let head = """
            \(pick(["POST", "GET", "PUT", "OPTIONS", "PRI", "post"])) \(pick(Self.paths)) HTTP/\(pick(["1.1", "1.0", "2.0"]))\r
            Host: \(pick(["localhost", "127.0.0.1", "evil.example", ""]))\r
            Content-Type: \(pick(["application/json", "text/plain", "application/grpc"]))\r
            \(pick(["Content-Length: \(length)", "Transfer-Encoding: chunked", "Expect: 100-continue"]))\r
            grpc-timeout: \(pick(["1S", "0n", "99999999H", "-1S", "x"]))\r
            traceparent: \(pick(["00-1-2-3", "", "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"]))\r
            \r

            """
        return mutated(Array(head.utf8) + body)
    }

    private mutating func jsonBody() -> [UInt8] {
        let texts = [
            "{}", "[]", "null", "{\"experiment\": 1}", "{\"text\": \"a: [b\"}", "{\"metrics\": {\"a\": \"NaN\"}}",
            "{\"object\": " + String(repeating: "{\"a\":", count: 200) + "1" + String(repeating: "}", count: 201),
            "{\"trial\": 1e99}", "{\"requestId\": \"\u{0}\"}", String(repeating: "[", count: 5_000), "\"\\ud800\"",
        ]
        return flip(0.2) ? bytes(upTo: 200) : mutated(Array(pick(texts).utf8))
    }

    // MARK: HTTP/2

    mutating func http2Connection() -> [UInt8] {
        var connection = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
        if flip(0.05) { return bytes(upTo: 400) }
        connection += frame(type: 4, flags: 0, stream: 0, [])
        for _ in 0..<Int.random(in: 1...6, using: &random) { connection += anyFrame() }
        return flip(0.5) ? connection : mutated(connection)
    }

    private mutating func anyFrame() -> [UInt8] {
        let stream = pick([0, 1, 1, 1, 3, 5, 2, 0x7FFF_FFFF] as [UInt32])
        switch Int.random(in: 0..<5, using: &random) {
        case 0: return frame(type: 1, flags: pick([4, 5, 0]), stream: stream, headers())
        case 1: return frame(type: 0, flags: pick([0, 1]), stream: stream, grpcMessage())
        case 2:
            return frame(type: 1, flags: 4, stream: 1, headers()) + frame(type: 0, flags: 1, stream: 1, grpcMessage())
        case 3: return frame(type: 3, flags: 0, stream: stream, [0, 0, 0, 8])
        default:
            return frame(
                type: UInt8.random(in: 0...12, using: &random), flags: UInt8.random(in: 0...255, using: &random),
                stream: stream, bytes(upTo: 64))
        }
    }

    private func frame(type: UInt8, flags: UInt8, stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
        let length = UInt32(payload.count)
        let head = [UInt8(length >> 16 & 255), UInt8(length >> 8 & 255), UInt8(length & 255), type, flags]
        return head + withUnsafeBytes(of: stream.bigEndian, Array.init) + payload
    }

    /// Literal fields of HPACK without indexing.
    private mutating func headers() -> [UInt8] {
        let fields = [
            (":method", "POST"), (":scheme", "http"), (":path", pick(Self.paths)), (":authority", "localhost"),
            ("content-type", pick(["application/grpc", "application/grpc+proto", "text/html"])), ("te", "trailers"),
            ("grpc-timeout", pick(["1S", "x", "0n"])), ("grpc-encoding", pick(["identity", "gzip", "x"])),
        ]
        let block = fields.flatMap { name, value -> [UInt8] in
            let (name, value) = (Array(name.utf8), Array(value.utf8))
            return [0, UInt8(name.count)] + name + [UInt8(value.count)] + value
        }
        return flip(0.3) ? mutated(block) : block
    }

    private mutating func grpcMessage() -> [UInt8] {
        let message = message()
        let length = flip(0.9) ? UInt32(message.count) : UInt32.random(in: 0...UInt32.max, using: &random)
        return [flip(0.9) ? 0 : UInt8.random(in: 0...255, using: &random)]
            + withUnsafeBytes(of: length.bigEndian, Array.init) + message
    }

    mutating func message() -> [UInt8] {
        let ask =
            try? Attune_V1_AskRequest.with {
                $0.experiment = "a"
                $0.count = 3
                $0.requestID = "r"
            }.serializedBytes() as [UInt8]
        let create =
            try? Attune_V1_CreateExperimentRequest.with { $0.text = "apiVersion: x\nkind: [" }.serializedBytes()
            as [UInt8]
        return flip(0.3) ? bytes(upTo: 200) : mutated(pick([ask ?? [], create ?? []]))
    }
}
