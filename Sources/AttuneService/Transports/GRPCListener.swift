import AttuneCore
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import NIOCore
import ServiceLifecycle

/// A gRPC server as a service that ends in order.
struct GRPCListener: Service {
    private let place: Server.Address
    private let server: GRPCServer<HTTP2ServerTransport.Posix>
    private let transport: HTTP2ServerTransport.Posix

    init(
        _ address: Server.Address, tls: HTTP2ServerTransport.Posix.TransportSecurity?, _ dispatcher: Dispatcher
    ) {
        place = address
        transport = HTTP2ServerTransport.Posix(
            address: address.grpc, transportSecurity: tls ?? .plaintext,
            config: .defaults { GRPCListener.bound(&$0, by: dispatcher) })
        server = GRPCServer(transport: transport, router: GRPCTransport.router(dispatcher))
    }

    private static func bound(_ config: inout HTTP2ServerTransport.Posix.Config, by dispatcher: Dispatcher) {
        let limits = dispatcher.limits
        config.rpc.maxRequestPayloadSize = limits.messageBytes
        config.http2.maxConcurrentStreams = limits.callsPerConnection
        config.connection.maxIdleTime = .seconds(limits.idleSeconds)
        // A client that vanished is noticed, and one that pings all the time is sent away.
        config.connection.keepalive.time = .seconds(60)
        config.connection.keepalive.clientBehavior.minPingIntervalWithoutCalls = .seconds(10)
        config.connection.keepalive.clientBehavior.allowWithoutCalls = true
        let idle = TimeAmount.seconds(Int64(limits.idleSeconds))
        let connections = Slots(limits.connections)
        config.channelDebuggingCallbacks.onAcceptTCPConnection = { channel in
            guard connections.take() else { return channel.close() }
            channel.closeFuture.whenComplete { _ in connections.give() }
            return channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(StalledConnection(limit: idle), position: .first)
            }
        }
        let bytes = dispatcher.messageBytes
        config.channelDebuggingCallbacks.onAcceptHTTP2Stream = { channel in
            channel.eventLoop.makeCompletedFuture {
                try channel.pipeline.syncOperations.addHandler(
                    MessageArrival(limit: idle, maximum: limits.messageBytes, bytes: TakenSlots(of: bytes)),
                    position: .first)
            }
        }
    }

    /// Where it listens, once it does; nil where it cannot.
    var address: Server.Address? {
        get async {
            let address = try? await transport.listeningAddress
            guard let host = address?.ipv4?.host ?? address?.ipv6?.host,
                let port = address?.ipv4?.port ?? address?.ipv6?.port
            else { return nil }
            return Server.Address(host: host, port: port)
        }
    }

    func run() async throws {
        do {
            try await withGracefulShutdownHandler {
                try await server.serve()
            } onGracefulShutdown: {
                server.beginGracefulShutdown()
            }
        } catch let error as RuntimeError where error.cause is CancellationError {
            // Calls that took longer than they may when the service ends were cut short.
        } catch let error as RuntimeError {
            throw AttuneError("gRPC cannot be served on \(place): \(error.cause.map { "\($0)" } ?? error.message)")
        }
    }
}

extension Server.Address {
    fileprivate var grpc: GRPCNIOTransportHTTP2Posix.SocketAddress {
        if host.contains(":") { return .ipv6(host: host, port: port) }
        return .ipv4(host: host == "localhost" ? "127.0.0.1" : host, port: port)
    }
}
