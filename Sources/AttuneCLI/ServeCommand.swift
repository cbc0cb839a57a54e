import ArgumentParser
import AttuneCore
import AttuneService
import AttuneStore
import Foundation
import Logging
import Synchronization

/// Runs the service.
struct ServeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "serve",
        abstract: "Serves Katib's protocol and Attune's own, over gRPC and as JSON over HTTP, from one store.")

    @OptionGroup var storeOptions: StoreOptions
    @Option(help: "Where JSON over HTTP is served.") var http = Server.Address(host: "127.0.0.1", port: 6780)
    @Option(help: "Where gRPC is served; more than once for more places (default: 127.0.0.1:6789 and 127.0.0.1:6788).")
    var grpc: [Server.Address] = []
    @OptionGroup(title: "Who may call") var guarding: GuardOptions
    @OptionGroup(title: "Limits") var limits: LimitOptions
    @OptionGroup(title: "Logs") var logging: LogOptions

    func run() async throws {
        var configuration = Server.Configuration()
        configuration.http = http
        if !grpc.isEmpty { configuration.grpc = grpc }
        try guarding.apply(to: &configuration)
        limits.apply(to: &configuration.limits)
        configuration.workers = WorkerDirectory.usual.root
        let server = Server(configuration, store: try storeOptions.open(), catalogue: .complete, logger: logging.logger)
        let impatience = Impatience()
        defer { impatience.end() }
        let scheme = configuration.tls == nil ? "http" : "https"
        try await server.run { http, grpc in
            Terminal.say(
                "attune serves \(scheme)://\(http) and gRPC on "
                    + grpc.map(\.description).joined(separator: ", "))
            Terminal.say("the page is at \(scheme)://\(http)/")
        }
    }
}

struct LogOptions: ParsableArguments {
    @Option(help: "How events are logged: text or json.") var logFormat: LogLine.Format = .text
    @Option(help: "The least that is logged: debug, info (every call), warning or error.")
    var logLevel: Logger.Level = .info

    /// Writes to standard error.
    var logger: Logger {
        Logger(label: "attune") { [logFormat, logLevel] _ in
            LogLine(format: logFormat, level: logLevel) { Terminal.write($0, to: STDERR_FILENO) }
        }
    }
}

struct GuardOptions: ParsableArguments {
    @Flag(help: "Refuse calls without a token even where the store has none yet.") var requireTokens = false
    @Flag(help: "Let other machines call without a token or a certificate.") var allowAnonymous = false
    @Option(help: "The service's certificate and those up to its root's, as PEM; both ports speak TLS then.")
    var tlsCertificate: String?
    @Option(help: "The certificate's key, as PEM.") var tlsKey: String?
    @Option(help: "Who signs clients' certificates, as PEM; clients must show one then.") var clientCa: String?

    func validate() throws {
        guard (tlsCertificate == nil) == (tlsKey == nil) else {
            throw ValidationError("--tls-certificate and --tls-key belong together")
        }
        guard clientCa == nil || tlsKey != nil else {
            throw ValidationError("--client-ca needs --tls-certificate and --tls-key")
        }
    }

    func apply(to configuration: inout Server.Configuration) throws {
        configuration.requiresTokens = requireTokens
        configuration.allowsAnonymous = allowAnonymous
        if let tlsCertificate, let tlsKey {
            configuration.tls = TLSFiles(certificate: tlsCertificate, key: tlsKey, clientCA: clientCa)
        }
    }
}

struct LimitOptions: ParsableArguments {
    @Option(help: "MiB that a request's message may have.") var maxMessage = Limits().messageBytes >> 20
    @Option(help: "Calls that are answered at a time.") var maxCalls = Limits().concurrentCalls
    @Option(help: "Streams of events that are open at a time.") var maxWatchers = Limits().watchers
    @Option(help: "Connections of each transport.") var maxConnections = Limits().connections
    @Option(help: "Experiments of a namespace.") var maxExperiments = Limits().experimentsPerNamespace
    @Option(help: "Seconds that a connection may be silent, or a request may take to arrive.")
    var idleTimeout = Limits().idleSeconds

    func validate() throws {
        let all = [maxMessage, maxCalls, maxWatchers, maxConnections, maxExperiments, idleTimeout]
        guard all.allSatisfy({ (1...1_000_000).contains($0) }), maxMessage <= 1_024 else {
            throw ValidationError("limits are positive numbers, of MiB at most 1024")
        }
    }

    func apply(to limits: inout Limits) {
        limits.messageBytes = maxMessage << 20
        limits.messageBytesInAll = max(limits.messageBytesInAll, limits.messageBytes)
        limits.concurrentCalls = maxCalls
        limits.watchers = maxWatchers
        limits.connections = maxConnections
        limits.experimentsPerNamespace = maxExperiments
        limits.idleSeconds = idleTimeout
    }
}

/// Ends the process at the second signal: who asks twice does not want to wait for calls to finish.
private struct Impatience {
    private let sources: [any DispatchSourceSignal]

    init() {
        let count = SignalCount()
        sources = [SIGTERM, SIGINT].map { signal in
            let source = DispatchSource.makeSignalSource(signal: signal)
            source.setEventHandler { if count.next() == 2 { _exit(130) } }
            source.activate()
            return source
        }
    }

    func end() { sources.forEach { $0.cancel() } }
}

private final class SignalCount: Sendable {
    private let count = Atomic<Int>(0)
    func next() -> Int { count.add(1, ordering: .relaxed).newValue }
}

extension Server.Address: ExpressibleByArgument {
    public init?(argument: String) { self.init(argument) }
}

extension LogLine.Format: ExpressibleByArgument {}
extension Logger.Level: @retroactive ExpressibleByArgument {}
