import AttuneAlgorithms
import AttuneCore
import AttuneStore
import Foundation
import Logging
import ServiceLifecycle
import UnixSignals

/// The service: every method over gRPC and over HTTP, from one store.
public struct Server: Sendable {
    public struct Configuration: Sendable {
        public var http = Address(host: "127.0.0.1", port: 6780)
        public var grpc = [Address(host: "127.0.0.1", port: 6789), Address(host: "127.0.0.1", port: 6788)]
        public var limits = Limits()
        /// Of both ports; nil for none.
        public var tls: TLSFiles?
        /// Whether calls need a token even where the store has none yet.
        public var requiresTokens = false
        /// Whether others than this machine may call without a token or a certificate.
        public var allowsAnonymous = false
        /// Whether Katib's protocol is all that is served, and none of `attune.v1`'s experiments and trials.
        public var onlyKatib = false
        /// Whether SIGTERM and SIGINT end it in order.
        public var handlesSignals = true
        /// Where workers of this machine keep what trials leave, for the page to show; nil where nobody says.
        public var workers: URL?
        /// Hears what trials report through Katib's DBManager, after it is durable.
        public var onReport: @Sendable (_ trial: String, _ values: [LoggedValue]) -> Void = { _, _ in }
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
    private let store: SQLiteStore
    private let dispatcher: Dispatcher
    private let hub: Hub
    private let pages: ServicePages
    private let web: WebPage?
    private let stage = Stage()
    private let logger: Logger
    private let clock: TunerClock

    public init(
        _ configuration: Configuration, store: SQLiteStore, catalogue: AlgorithmCatalogue = .standard, logger: Logger,
        clock: TunerClock = .system
    ) {
        self.init(
            configuration, store: store, catalogue: catalogue, logger: logger, clock: clock, adding: [], streams: [])
    }

    /// - Parameters:
    ///   - more: methods beside the service's own.
    init(
        _ configuration: Configuration, store: SQLiteStore, catalogue: AlgorithmCatalogue = .standard, logger: Logger,
        clock: TunerClock, adding more: [Method], streams moreStreams: [StreamingMethod]
    ) {
        let metrics = Metrics()
        let hub = Hub(store: store, catalogue: catalogue, clock: clock)
        let experiments = ExperimentMethods(hub: hub, limits: configuration.limits) {
            UInt64.random(in: 0...UInt64(Int32.max))
        }
        let katib = KatibMethods(catalogue: catalogue, store: store, onReport: configuration.onReport)
        // Every set of methods has a line here.
        let own: [[Method]] = [experiments.methods, TrialMethods(hub: hub).methods]
        let methods =
            [ServerMethods(catalogue: catalogue).methods, katib.methods] + (configuration.onlyKatib ? [] : own)
        let streams = [katib.streams] + (configuration.onlyKatib ? [] : [experiments.streams])
        let gate = TokenGate(
            store, isRequired: configuration.requiresTokens, browsers: BrowserGuard(configuration.http), clock: clock)
        self.configuration = configuration
        self.store = store
        self.hub = hub
        self.logger = logger
        self.clock = clock
        dispatcher = Dispatcher(
            methods: methods.joined() + more, streams: streams.joined() + moreStreams, gate: gate,
            limits: configuration.limits, logger: logger, metrics: metrics, clock: clock)
        pages = ServicePages(
            store: store, metrics: metrics, stage: stage, process: ProcessReadings(clock: clock))
        web =
            configuration.onlyKatib
            ? nil
            : WebPage(
                dispatcher: dispatcher, gate: gate, hub: hub, isSecure: configuration.tls != nil,
                workers: configuration.workers)
        store.observe { [meters = StoreMeters(metrics)] in meters.count($0) }
    }

    /// The service's methods and streams, for those who describe it.
    var paths: [String] { Array(dispatcher.methods.keys) + Array(dispatcher.streams.keys) }

    /// Serves until told to stop, by a signal or by cancellation; calls under way are finished then, and claims given up.
    ///
    /// - Parameter onReady: called once, when all ports listen, with the addresses they have.
    /// - Throws: `AttuneError` where it would let anyone on the network in, or TLS is not in order.
    public func run(
        onReady: @escaping @Sendable (_ http: Address, _ grpc: [Address]) async -> Void = { _, _ in }
    ) async throws {
        try await run(stoppingAfter: nil, onReady: onReady)
    }

    /// - Parameter end: returns when it is to stop, as if by a signal; nil for never.
    public func run(
        stoppingAfter end: (@Sendable () async -> Void)?,
        onReady: @escaping @Sendable (_ http: Address, _ grpc: [Address]) async -> Void
    ) async throws {
        try await Exposure(configuration, hasTokens: !store.tokens().isEmpty).check()
        let tls = try configuration.tls?.load()
        let grpc = configuration.grpc.map { GRPCListener($0, tls: tls?.grpc, dispatcher) }
        let http = try HTTPListener(
            configuration.http, tls: tls?.http,
            HTTPTransport(
                dispatcher: dispatcher, takesCertificates: configuration.tls?.clientCA != nil, pages: pages.pages,
                web: web),
            logger: quiet
        ) { [stage] http in
            var addresses: [Address] = []
            for listener in grpc {
                guard let address = await listener.address else { return }
                addresses.append(address)
            }
            stage.set(isServing: true)
            await onReady(http, addresses)
        }
        do {
            try await serve(grpc.map { .init(service: $0) } + [.init(service: http)], end)
        } catch {
            try await letGo()
            throw error
        }
        try await letGo()
    }

    /// Gives every experiment up. What workers carry out goes on.
    private func letGo() async throws {
        try await hub.releaseAll()
        try await store.releaseAll()
    }

    private func serve(
        _ services: [ServiceGroupConfiguration.ServiceConfiguration], _ end: (@Sendable () async -> Void)?
    ) async throws {
        var configuration = ServiceGroupConfiguration(
            services: services + [
                .init(service: StageKeeper(stage: stage)),
                .init(service: Caretaker(hub: hub, clock: clock, logger: logger)),
            ],
            gracefulShutdownSignals: configuration.handlesSignals ? [.sigterm, .sigint] : [], logger: quiet)
        configuration.maximumGracefulShutdownDuration = .seconds(self.configuration.limits.shutdownSeconds)
        let group = ServiceGroup(configuration: configuration)
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            defer { tasks.cancelAll() }
            if let end {
                tasks.addTask {
                    await end()
                    await group.triggerGracefulShutdown()
                }
            }
            // Connections that are accepted and not yet served must be ended in order: a listener that is cancelled drops
            // them, which stops the process.
            let serving = Task { try await group.run() }
            try await withTaskCancellationHandler {
                try await serving.value
            } onCancel: {
                Task { await group.triggerGracefulShutdown() }
            }
        }
    }

    /// The libraries' own words are of interest when something goes wrong.
    private var quiet: Logger {
        var logger = logger
        logger.logLevel = max(logger.logLevel, .warning)
        return logger
    }
}

/// Sees to what has to happen whether or not anybody calls.
private struct Caretaker: Service {
    let hub: Hub
    let clock: TunerClock
    let logger: Logger

    func run() async throws {
        try await withGracefulShutdownHandler {
            try await maintain()
        } onGracefulShutdown: {
            hub.end()
        }
    }

    private func maintain() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await clock.sleepFor(.seconds(1))) != nil {
                do {
                    try await hub.maintain()
                } catch {
                    logger.error("looking after the experiments failed", metadata: ["error": "\(error)"])
                }
            }
        }
    }
}

/// Says that the service is not ready any more as soon as it is told to stop.
private struct StageKeeper: Service {
    let stage: Stage

    func run() async throws {
        do {
            try await gracefulShutdown()
        } catch is CancellationError {}
        stage.set(isServing: false)
    }
}
