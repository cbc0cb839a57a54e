import Foundation
import NIOCore
import NIOSSL

/// A connection that speaks HTTP/1.1, one exchange after another.
struct PlainConnection: Sendable {
    let server: ScriptedServer
    let number: Int

    func serve(_ channel: ScriptedServer.Bytes) async throws {
        // Without TLS there is no handler to ask.
        let client = try? await channel.channel.clientName()
        try await channel.executeThenClose { inbound, outbound in
            let (requests, arrivals) = AsyncStream.makeStream(of: Exchange.self)
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask {
                    try await read(inbound, client) { event in
                        try await write(event, to: outbound, channel.channel)
                        try await channel.channel.catchUp()
                    } arrived: {
                        arrivals.yield($0)
                    }
                    arrivals.finish()
                }
                group.addTask {
                    for await exchange in requests { await server.run(exchange) }
                }
                defer { arrivals.finish() }
                try await group.waitForAll()
            }
        }
    }

    /// Hands on requests until the client ends the connection.
    private func read(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>, _ client: String?,
        write: @escaping @Sendable (Exchange.Event) async throws -> Void, arrived: (Exchange) -> Void
    ) async throws {
        let gone = Signal()
        var unread: [UInt8] = []
        defer { gone.fire() }
        for try await part in inbound {
            unread += Array(buffer: part)
            while let (exchange, rest) = request(in: unread, client, gone, write) {
                unread = rest
                arrived(exchange)
            }
        }
    }

    private func request(
        in bytes: [UInt8], _ client: String?, _ gone: Signal,
        _ write: @escaping @Sendable (Exchange.Event) async throws -> Void
    ) -> (Exchange, [UInt8])? {
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else { return nil }
        let lines = String(decoding: bytes[..<end.lowerBound], as: UTF8.self).components(separatedBy: "\r\n")
        let start = lines[0].split(separator: " ").map(String.init)
        let headers = lines.dropFirst().map { line in
            let colon = line.firstIndex(of: ":")!
            return (
                line[..<colon].lowercased(), line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
            )
        }
        let size = headers.first { $0.0 == "content-length" }.flatMap { Int($0.1) } ?? 0
        guard bytes.count >= end.upperBound + size else { return nil }
        let body = Array(bytes[end.upperBound..<end.upperBound + size])
        let exchange = Exchange(
            method: start[0], target: start[1], headers: headers, body: body, connection: number, client: client,
            gone: gone, send: write)
        return (exchange, Array(bytes[(end.upperBound + size)...]))
    }

    private func write(
        _ event: Exchange.Event, to outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>, _ channel: any Channel
    ) async throws {
        switch event {
        case .head(let status, let headers):
            var text = "HTTP/1.1 \(status) X\r\nTransfer-Encoding: chunked\r\n"
            for (name, value) in headers { text += "\(name): \(value)\r\n" }
            try await outbound.write(ByteBuffer(string: text + "\r\n"))
        case .part(let bytes):
            try await outbound.write(
                ByteBuffer(bytes: Array("\(String(bytes.count, radix: 16))\r\n".utf8) + bytes + Array("\r\n".utf8)))
        case .end: try await outbound.write(ByteBuffer(string: "0\r\n\r\n"))
        case .raw(let bytes): try await outbound.write(ByteBuffer(bytes: bytes))
        case .cut: channel.close(promise: nil)
        }
    }
}
