import AttuneCore
import NIOCore
import NIOHPACK
import NIOHTTP2
import NIOHTTPTypes

/// Closes an HTTP connection whose request does not arrive in whole in time, however it trickles, or whose client does not
/// take its reply.
final class RequestTimer: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private let limit: TimeAmount
    private var arrival: Scheduled<Void>?
    private var departure: Scheduled<Void>?

    init(limit: TimeAmount) { self.limit = limit }

    func handlerAdded(context: ChannelHandlerContext) { arrival = closing(context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        arrival?.cancel()
        departure?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head: expect(context)
        case .body: break
        case .end: arrival?.cancel()
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .end = unwrapOutboundIn(data) { expect(context) }
        context.write(data, promise: promise)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        departure?.cancel()
        departure = context.channel.isWritable ? nil : closing(context)
        context.fireChannelWritabilityChanged()
    }

    private func expect(_ context: ChannelHandlerContext) {
        arrival?.cancel()
        arrival = closing(context)
    }

    private func closing(_ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
}

/// Bounds how long a gRPC call's message may be and take to arrive, and how much of all messages may be on the way.
///
/// The transport would close the stream of a message that is too long, without saying why.
final class MessageArrival: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload
    typealias OutboundOut = HTTP2Frame.FramePayload

    private let limit: TimeAmount
    private let maximum: Int
    private let bytes: TakenSlots
    private var timer: Scheduled<Void>?
    /// What stands before a message: whether it is compressed, and its length in four bytes.
    private var prefix: [UInt8] = []
    private var isRefused = false

    init(limit: TimeAmount, maximum: Int, bytes: TakenSlots) {
        self.limit = limit
        self.maximum = maximum
        self.bytes = bytes
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard !isRefused else { return }
        switch unwrapInboundIn(data) {
        case .data(let data):
            if let reason = refusal(of: data) { return refuse(context, reason) }
            if data.endStream { timer?.cancel() }
        case .headers(let headers):
            if headers.endStream { timer?.cancel() }
        default: break
        }
        context.fireChannelRead(data)
    }

    private func refusal(of data: HTTP2Frame.FramePayload.Data) -> String? {
        guard case .byteBuffer(let buffer) = data.data else { return nil }
        guard bytes.take(buffer.readableBytes) else {
            return "the service holds as much of requests as it may at a time"
        }
        prefix += buffer.readableBytesView.prefix(5 - prefix.count)
        let length = prefix.dropFirst().reduce(0) { $0 << 8 | Int($1) }
        guard prefix.count == 5, length > maximum else { return nil }
        return "the request is longer than \(maximum) bytes, which is the most this service takes"
    }

    private func refuse(_ context: ChannelHandlerContext, _ reason: String) {
        isRefused = true
        let trailers: HPACKHeaders = [
            ":status": "200", "content-type": "application/grpc",
            "grpc-status": "\(ServiceError.Code.resourceExhausted.rawValue)", "grpc-message": reason,
        ]
        context.writeAndFlush(wrapOutboundOut(.headers(.init(headers: trailers, endStream: true))), promise: nil)
        context.close(promise: nil)
    }
}

/// Closes a gRPC connection that does not take what it asked for, or that says nothing from the start.
final class StalledConnection: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private let limit: TimeAmount
    private var beginning: Scheduled<Void>?
    private var departure: Scheduled<Void>?

    init(limit: TimeAmount) { self.limit = limit }

    func handlerAdded(context: ChannelHandlerContext) { beginning = closing(context) }

    func handlerRemoved(context: ChannelHandlerContext) {
        beginning?.cancel()
        departure?.cancel()
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        beginning?.cancel()
        context.fireChannelRead(data)
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        departure?.cancel()
        departure = context.channel.isWritable ? nil : closing(context)
        context.fireChannelWritabilityChanged()
    }

    private func closing(_ context: ChannelHandlerContext) -> Scheduled<Void> {
        let channel = context.channel
        return context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }
}
