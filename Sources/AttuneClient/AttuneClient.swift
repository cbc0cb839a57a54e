public import AttuneProto
public import Foundation
public import SwiftProtobuf

/// A client of `attune serve`: its methods as JSON over HTTP, on connections that are kept.
///
/// Every call that changes something carries a request id, made up here where the caller gives none, and keeps it over
/// retries: the server does once what was asked for, however often the line breaks.
public struct AttuneClient: Sendable {
    public struct Configuration: Sendable {
        /// Where the service is, such as `http://127.0.0.1:6780`.
        public var url: URL
        public var token: String?
        public var namespace: String?
        /// A file of certificates in PEM that vouch for the server; nil for the machine's own.
        public var authorities: String?
        /// Files in PEM that show who the client is.
        public var certificate: String?
        public var key: String?
        /// Of one try.
        public var timeout = Duration.seconds(90)
        /// For how long a call is tried again while the server cannot be reached or has too much to do.
        public var patience = Duration.seconds(30)
        /// What the client does by chance and by the clock.
        public var makeID: @Sendable () -> String = { UUID().uuidString.lowercased() }
        public var jitter: @Sendable () -> Double = { Double.random(in: 0.5...1) }
        public var sleep: @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }

        public init(url: URL) { self.url = url }
    }

    public let configuration: Configuration
    private let connections = Connections()

    public init(_ configuration: Configuration) { self.configuration = configuration }

    /// Calls a method, and again while that may help.
    ///
    /// - Throws: `ClientError`; `CancellationError`.
    public func call<Request: Message, Reply: Message>(
        _ method: RemoteMethod<Request, Reply>, _ request: Request
    ) async throws -> Reply {
        let whole = (request as? any RepeatableRequest).map { $0.identified(by: configuration.makeID) as any Message }
        let body = try (whole ?? request).jsonUTF8Data()
        var waiting = Waiting(configuration)
        while true {
            let answer = try await connections.post(post(method.path, body, timeout: configuration.timeout))
            guard let error = answer.failure else { return try AttuneClient.read(answer) }
            guard error.isPassing else { throw error }
            try await waiting.pause(after: error, asked: answer.retryAfter)
        }
    }

    private static func read<Reply: Message>(_ answer: Answer) throws -> Reply {
        var options = JSONDecodingOptions()
        // A newer server may say more.
        options.ignoreUnknownFields = true
        do {
            return try Reply(jsonUTF8Data: answer.body, options: options)
        } catch {
            throw ClientError(.unknown, "the server's answer is no \(Reply.protoMessageName)", status: answer.status)
        }
    }

    func post(_ path: String, _ body: Data, timeout: Duration?) -> Post {
        var headers = ["content-type: application/json"]
        if let token = configuration.token { headers.append("authorization: Bearer \(token)") }
        if let namespace = configuration.namespace { headers.append("attune-namespace: \(namespace)") }
        let base = configuration.url.absoluteString
        return Post(
            url: (base.hasSuffix("/") ? String(base.dropLast()) : base) + path, headers: headers, body: body,
            authorities: configuration.authorities, certificate: configuration.certificate, key: configuration.key,
            timeout: timeout, isNear: configuration.isNear)
    }

    // MARK: Events

    /// An experiment's log after an event, and then every event once it is durable. Where the line breaks it goes on
    /// after the last event that came. Ends when the experiment is deleted.
    public func watch(_ experiment: String, after: Int64 = 0) -> AsyncThrowingStream<Attune_V1_Event, any Error> {
        let (stream, continuation) = AsyncThrowingStream<Attune_V1_Event, any Error>.makeStream()
        let following = Task {
            do {
                try await follow(experiment, after: after) { continuation.yield($0) }
                continuation.finish()
            } catch {
                continuation.finish(throwing: error)
            }
        }
        continuation.onTermination = { _ in following.cancel() }
        return stream
    }

    private func follow(
        _ experiment: String, after: Int64, _ yield: @escaping @Sendable (Attune_V1_Event) -> Void
    ) async throws {
        let last = LastSequence(after)
        var waiting = Waiting(configuration)
        while true {
            let before = last.value
            let request = Attune_V1_WatchEventsRequest.with {
                $0.experiment = experiment
                $0.after = before
            }
            let reader = EventReader { event in
                last.value = event.sequence
                yield(event)
            }
            let post = post("/attune.v1.Experiments/WatchEvents", try request.jsonUTF8Data(), timeout: nil)
            let answer = try await connections.post(post) { reader.take($0) }
            if last.value > before { waiting = Waiting(configuration) }
            if let error = reader.error ?? answer.failure {
                guard error.isPassing || error.code == .unavailable else { throw error }
                try await waiting.pause(after: error, asked: answer.retryAfter)
            } else {
                // An end without an error: the experiment is gone, or the server is going down.
                _ = try await call(ExperimentsMethod.get, .with { $0.experiment = experiment })
                try await waiting.pause(after: ClientError(.unavailable, "the stream of events ended"), asked: 0)
            }
        }
    }
}

extension AttuneClient.Configuration {
    /// Whether the server is this machine, to which no proxy leads.
    fileprivate var isNear: Bool {
        guard let host = url.host() else { return false }
        return host == "localhost" || host == "::1" || host.hasPrefix("127.")
    }
}

/// How long to wait before the next try: twice as long each time, up to 5 seconds, and for no longer than the patience.
struct Waiting: Sendable {
    private let configuration: AttuneClient.Configuration
    private var next = Duration.milliseconds(100)
    private var waited = Duration.zero

    init(_ configuration: AttuneClient.Configuration) { self.configuration = configuration }

    /// - Parameter asked: the seconds that the server asked for.
    /// - Throws: `error` when the patience is at its end.
    mutating func pause(after error: ClientError, asked: Int) async throws {
        guard waited < configuration.patience else { throw error }
        let pause = max(next * configuration.jitter(), .seconds(min(asked, 60)))
        try await configuration.sleep(pause)
        waited += pause
        next = min(next * 2, .seconds(5))
    }
}
