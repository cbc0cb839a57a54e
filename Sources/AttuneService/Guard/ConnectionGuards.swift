import AttuneCore
import NIOCore
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

/// Bounds how long a gRPC call's message may take to arrive, and how much of all messages may be on the way.
final class MessageArrival: ChannelInboundHandler {
    typealias InboundIn = HTTP2Frame.FramePayload

    private let limit: TimeAmount
    private let bytes: TakenSlots
    private var timer: Scheduled<Void>?

    init(limit: TimeAmount, bytes: TakenSlots) {
        self.limit = limit
        self.bytes = bytes
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let channel = context.channel
        timer = context.eventLoop.scheduleTask(in: limit) { channel.close(promise: nil) }
    }

    func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .data(let data):
            guard bytes.take(data.data.readableBytes) else {
                context.close(promise: nil)
                return
            }
            if data.endStream { timer?.cancel() }
        case .headers(let headers):
            if headers.endStream { timer?.cancel() }
        default: break
        }
        context.fireChannelRead(data)
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
