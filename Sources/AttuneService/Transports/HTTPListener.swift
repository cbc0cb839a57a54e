import AttuneCore
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL
import ServiceLifecycle

/// The HTTP server as a service that ends in order.
struct HTTPListener: Service {
    private let place: Server.Address
    private let application: Application<HTTPTransport>

    /// - Parameter onReady: gets the address where it listens, once it does.
    init(
        _ address: Server.Address, tls: TLSConfiguration?, _ transport: HTTPTransport, logger: Logger,
        onReady: @escaping @Sendable (Server.Address) async -> Void
    ) throws {
        place = address
        let limits = transport.dispatcher.limits
        let idle = TimeAmount.seconds(Int64(limits.idleSeconds))
        let plain = HTTPServerBuilder.http1(
            configuration: .init(
                additionalChannelHandlers: [RequestTimer(limit: idle)],
                httpDecoderConfiguration: .init(
                    maxHeaderFieldSize: limits.headerBytes, maxHeaderListSize: limits.headerBytes,
                    maxHeaderFieldCount: 100)))
        application = Application(
            responder: transport, server: try tls.map { try .tls(plain, tlsConfiguration: $0) } ?? plain,
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: "attune",
                availableConnectionsDelegate: .maximum(limits.connections, logger: logger)),
            onServerRunning: { channel in
                await onReady(Server.Address(host: address.host, port: channel.localAddress?.port ?? 0))
            },
            logger: logger)
    }

    func run() async throws {
        do {
            try await application.run()
        } catch let error as IOError {
            throw AttuneError("HTTP cannot be served on \(place): \(error)")
        }
    }
}
