import AttuneAlgorithms
import AttuneCore
import AttuneProto
import AttuneStore
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Hummingbird
import Logging
import NIOCore
import NIOPosix
import ServiceLifecycle
import UnixSignals

/// The service: every method over gRPC and over HTTP, from one store.
public struct Server: Sendable {
    public struct Configuration: Sendable {
        public var http = Address(host: "127.0.0.1", port: 6780)
        public var grpc = [Address(host: "127.0.0.1", port: 6789), Address(host: "127.0.0.1", port: 6788)]
        public var limits = Limits()
        public init() {}
    }

    public struct Address: Sendable, Hashable, CustomStringConvertible {
        public var host: String
        /// 0 takes one that is free.
        public var port: Int

        public init(host: String, port: Int) {
            self.host = host
            self.port = port
        }

        /// - Parameter text: `HOST:PORT`, `[IPv6]:PORT`, or `:PORT` for loopback.
        public init?(_ text: String) {
            guard let colon = text.lastIndex(of: ":"), let port = Int(text[text.index(after: colon)...]),
                (0...65_535).contains(port)
            else { return nil }
            var host = String(text[..<colon])
            if host.hasPrefix("["), host.hasSuffix("]") { host = String(host.dropFirst().dropLast()) }
            self.init(host: host.isEmpty ? "127.0.0.1" : host, port: port)
        }

        public var description: String { host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)" }
        public var isLoopback: Bool { host == "localhost" || host == "::1" || host.hasPrefix("127.") }
    }

    private let configuration: Configuration
    private let dispatcher: Dispatcher
    private let logger: Logger

    public init(_ configuration: Configuration, store: SQLiteStore, gate: any Gate = OpenGate(), logger: Logger) {
        self.configuration = configuration
        self.logger = logger
        let server = ServerMethods(catalogue: .standard)
        dispatcher = Dispatcher(
            methods: server.methods + KatibMethods(catalogue: .standard, store: store).methods, streams: [], gate: gate,
            limits: configuration.limits, logger: logger)
    }

    /// Serves until told to stop, by a signal or by cancellation; calls under way are finished then.
    ///
    /// - Parameter onReady: called once, when both ports listen, with the addresses they have.
    public func run(onReady: @escaping @Sendable (_ http: Address, _ grpc: [Address]) async -> Void = { _, _ in })
        async throws
    {
        let limits = configuration.limits
        let grpc = configuration.grpc.map { address in
            GRPCListener(
                transport: .init(
                    address: address.grpc, transportSecurity: .plaintext,
                    config: .defaults { config in
                        config.rpc.maxRequestPayloadSize = limits.messageBytes
                        config.http2.maxConcurrentStreams = 256
                    }),
                router: GRPCTransport.router(dispatcher))
        }
        let transport = HTTPTransport(dispatcher: dispatcher, pages: [:], other: nil)
        let application = Application(
            responder: transport,
            server: .http1(configuration: .init(idleTimeout: .seconds(Int64(limits.idleSeconds)))),
            configuration: ApplicationConfiguration(
                address: .hostname(configuration.http.host, port: configuration.http.port), serverName: "attune"),
            onServerRunning: { channel in
                let http = Address(host: configuration.http.host, port: channel.localAddress?.port ?? 0)
                var addresses: [Address] = []
                for listener in grpc { addresses.append(await listener.address) }
                await onReady(http, addresses)
            },
            logger: quiet)
        let group = ServiceGroup(
            configuration: ServiceGroupConfiguration(
                services: grpc.map { .init(service: $0) } + [.init(service: application)],
                gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet))
        try await group.run()
    }

    /// The libraries' own words are of interest when something goes wrong.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}

extension Server.Address {
    fileprivate var grpc: GRPCNIOTransportHTTP2Posix.SocketAddress {
        if host.contains(":") { return .ipv6(host: host, port: port) }
        return .ipv4(host: host == "localhost" ? "127.0.0.1" : host, port: port)
    }
}

/// A gRPC server as a service that ends in order.
private struct GRPCListener: Service {
    let server: GRPCServer<HTTP2ServerTransport.Posix>
    private let transport: HTTP2ServerTransport.Posix

    init(transport: HTTP2ServerTransport.Posix, router: RPCRouter<HTTP2ServerTransport.Posix>) {
        self.transport = transport
        server = GRPCServer(transport: transport, router: router)
    }

    /// Where it listens, once it does.
    var address: Server.Address {
        get async {
            let address = try? await transport.listeningAddress
            return Server.Address(
                host: address?.ipv4?.host ?? address?.ipv6?.host ?? "",
                port: address?.ipv4?.port ?? address?.ipv6?.port ?? 0)
        }
    }

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await server.serve()
        } onGracefulShutdown: {
            server.beginGracefulShutdown()
        }
    }
}
