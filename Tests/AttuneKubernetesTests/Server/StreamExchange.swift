import NIOCore
import NIOHPACK
import NIOHTTP2

/// One exchange on a stream of an HTTP/2 connection.
struct StreamExchange: Sendable {
    let server: ScriptedServer
    let number: Int
    let client: String?

    func serve(_ stream: ScriptedServer.Stream) async throws {
        try await stream.executeThenClose { inbound, outbound in
            try await withThrowingTaskGroup(of: Void.self) { group in
                var parts = inbound.makeAsyncIterator()
                guard let exchange = try await request(&parts, to: outbound, stream.channel) else { return }
                group.addTask { await server.run(exchange) }
                defer { exchange.gone.fire() }
                while try await parts.next() != nil {}
            }
        }
    }

    private func request(
        _ parts: inout NIOAsyncChannelInboundStream<HTTP2Frame.FramePayload>.AsyncIterator,
        to outbound: NIOAsyncChannelOutboundWriter<HTTP2Frame.FramePayload>, _ channel: any Channel
    ) async throws -> Exchange? {
        var exchange: Exchange?
        while let part = try await parts.next() {
            switch part {
            case .headers(let head):
                exchange = begun(head.headers, to: outbound, channel)
                if head.endStream { return exchange }
            case .data(let data):
                guard case .byteBuffer(let bytes) = data.data else { continue }
                exchange?.body += Array(buffer: bytes)
                if data.endStream { return exchange }
            default: continue
            }
        }
        return nil
    }

    private func begun(
        _ headers: HPACKHeaders, to outbound: NIOAsyncChannelOutboundWriter<HTTP2Frame.FramePayload>,
        _ channel: any Channel
    ) -> Exchange {
        Exchange(
            method: headers.first(name: ":method") ?? "", target: headers.first(name: ":path") ?? "",
            headers: headers.map { ($0.name, $0.value) }, connection: number, client: client,
            gone: Signal()
        ) { event in
            try await outbound.write(StreamExchange.frame(event))
            try await channel.catchUp()
        }
    }

    private static func frame(_ event: Exchange.Event) -> HTTP2Frame.FramePayload {
        switch event {
        case .head(let status, let headers):
            let fields = HPACKHeaders([(":status", "\(status)")] + headers.map { ($0.0.lowercased(), $0.1) })
            return .headers(.init(headers: fields))
        case .part(let bytes), .raw(let bytes): return .data(.init(data: .byteBuffer(ByteBuffer(bytes: bytes))))
        case .end: return .data(.init(data: .byteBuffer(ByteBuffer()), endStream: true))
        case .cut: return .rstStream(.internalError)
        }
    }
}
