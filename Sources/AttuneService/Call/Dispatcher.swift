import AsyncAlgorithms
import AttuneCore
import Logging
import ServiceLifecycle

/// Lets calls in, bounds them, hands them to their methods, and says how they went; the same for both transports.
public struct Dispatcher: Sendable {
    public let methods: [String: Method]
    public let streams: [String: StreamingMethod]
    let gate: any Gate
    public let limits: Limits
    let logger: Logger
    let metrics: Metrics
    /// Bytes of messages that are arriving or being answered.
    let messageBytes: Slots
    private let meters: CallMeters
    private let calls: Slots
    private let watchers: Slots
    private let clock: TunerClock

    public init(
        methods: [Method], streams: [StreamingMethod] = [], gate: any Gate, limits: Limits = Limits(), logger: Logger,
        metrics: Metrics = Metrics(), clock: TunerClock = .system
    ) {
        self.methods = Dictionary(methods.map { ($0.path, $0) }) { first, _ in first }
        self.streams = Dictionary(streams.map { ($0.path, $0) }) { first, _ in first }
        self.gate = gate
        self.limits = limits
        self.logger = logger
        self.metrics = metrics
        self.clock = clock
        messageBytes = Slots(limits.messageBytesInAll)
        calls = Slots(limits.concurrentCalls)
        watchers = Slots(limits.watchers)
        meters = CallMeters(
            metrics, methods: methods.map { ($0.service, $0.name) } + streams.map { ($0.service, $0.name) })
    }

    /// The reply's bytes.
    ///
    /// - Parameter body: reads the request's message; called once the caller is let in.
    func answer(
        _ method: Method, _ head: CallHead, _ format: Method.Format,
        body: @escaping @Sendable () async throws -> [UInt8]
    ) async throws(ServiceError) -> [UInt8] {
        var record = CallRecord(method.path, head)
        do {
            let caller = try await gate.admit(head, needing: method.scope)
            record.caller = caller
            let limit = try Deadline.duration(head.header(Deadline.header))
            let reply = try await Deadline.within(limit, clock) {
                let message = try await body()
                return try await counted(method) { try await method.answer(message, format, caller) }
            }
            finish(record, nil)
            return reply
        } catch {
            throw refusal(error, record)
        }
    }

    /// The value of `body` for a call that is no method's: a page's. Let in, bounded and logged as a method's call is.
    ///
    /// - Parameter path: what stands in the log.
    func answer<Value: Sendable>(
        _ path: String, needing scope: Scope, _ head: CallHead, _ body: @escaping @Sendable (Caller) async throws -> Value
    ) async throws(ServiceError) -> Value {
        var record = CallRecord(path, head)
        do {
            let caller = try await gate.admit(head, needing: scope)
            record.caller = caller
            let limit = try Deadline.duration(head.header(Deadline.header))
            let value = try await Deadline.within(limit, clock) {
                try await counted { try await body(caller) }
            }
            finish(record, nil)
            return value
        } catch {
            throw refusal(error, record)
        }
    }

    /// Holds one of the calls' places while `body` runs. Those who ask whether the service lives need none.
    private func counted<Value>(_ method: Method, _ body: () async throws -> Value) async throws -> Value {
        guard method.service != "grpc.health.v1.Health" else { return try await body() }
        return try await counted(body)
    }

    private func counted<Value>(_ body: () async throws -> Value) async throws -> Value {
        guard calls.take() else {
            throw ServiceError(
                .resourceExhausted,
                "the service is answering \(calls.limit) calls, which is the most it does at a time",
                retryAfterSeconds: 1)
        }
        meters.inProgress.add(1)
        defer {
            calls.give()
            meters.inProgress.add(-1)
        }
        return try await body()
    }

    // MARK: Streams

    /// A caller that is let in to a stream, and holds its place until this is let go.
    struct Watcher: Sendable {
        fileprivate let caller: Caller
        fileprivate let place: TakenSlots
        fileprivate let record: CallRecord
        fileprivate let limit: Duration?
    }

    func admit(_ stream: StreamingMethod, _ head: CallHead) async throws(ServiceError) -> Watcher {
        var record = CallRecord(stream.path, head)
        do {
            let caller = try await gate.admit(head, needing: stream.scope)
            record.caller = caller
            let place = TakenSlots(of: watchers)
            guard place.take(1) else {
                throw ServiceError(
                    .resourceExhausted, "the service has \(watchers.limit) streams open, which is the most it has",
                    retryAfterSeconds: 5)
            }
            return Watcher(
                caller: caller, place: place, record: record,
                limit: try Deadline.duration(head.header(Deadline.header)))
        } catch {
            throw refusal(error, record)
        }
    }

    /// Sends what the stream gives until it ends, its deadline passes, or the service stops.
    ///
    /// - Parameters:
    ///   - ticks: how often `send` gets an empty message, so that a client that went away is noticed; nil for never.
    ///   - whenGone: returns when the client is known to have gone away.
    func answer(
        _ stream: StreamingMethod, _ watcher: Watcher, _ body: [UInt8], _ format: Method.Format,
        ticks: Duration? = nil, whenGone: (@Sendable () async throws -> Void)? = nil,
        send: ([UInt8]) async throws -> Void
    ) async throws(ServiceError) {
        meters.watchers.add(1)
        defer { meters.watchers.add(-1) }
        do {
            let messages = AsyncThrowingChannel<[UInt8], any Error>()
            try await withThrowingTaskGroup(of: Void.self) { group in
                defer { group.cancelAll() }
                group.addTask { await produce(stream, watcher, body, format, into: messages) }
                group.addTask { try await end(messages, after: watcher.limit) }
                if let ticks { group.addTask { try await tick(messages, every: ticks) } }
                if let whenGone {
                    group.addTask {
                        try await whenGone()
                        messages.fail(CancellationError())
                    }
                }
                for try await message in messages { try await send(message) }
            }
            finish(watcher.record, nil)
        } catch {
            throw refusal(error, watcher.record)
        }
    }

    private func produce(
        _ stream: StreamingMethod, _ watcher: Watcher, _ body: [UInt8], _ format: Method.Format,
        into messages: AsyncThrowingChannel<[UInt8], any Error>
    ) async {
        do {
            try await cancelWhenGracefulShutdown {
                try await stream.answer(body, format, watcher.caller) { message in
                    await messages.send(message)
                    try Task.checkCancellation()
                }
            }
            messages.finish()
        } catch is CancellationError {
            messages.fail(ServiceError(.unavailable, "the service is stopping; call again"))
        } catch {
            messages.fail(error)
        }
    }

    private func end(_ messages: AsyncThrowingChannel<[UInt8], any Error>, after limit: Duration?) async throws {
        guard let limit else { return }
        try await clock.sleepFor(limit)
        messages.fail(Deadline.passed)
    }

    private func tick(_ messages: AsyncThrowingChannel<[UInt8], any Error>, every interval: Duration) async throws {
        while true {
            try await clock.sleepFor(interval)
            await messages.send([])
        }
    }

    // MARK: How it went

    private func finish(_ record: CallRecord, _ code: ServiceError.Code?) {
        let seconds = record.seconds
        meters.count(record.path, record.head.transport, code, seconds: seconds)
        logger.info("call", metadata: record.metadata(code, seconds: seconds))
    }

    private func refusal(_ error: any Error, _ record: CallRecord) -> ServiceError {
        let refusal = ServiceError(error)
        finish(record, refusal.code)
        if refusal.code == .internal {
            logger.error(
                "call failed",
                metadata: ["method": "\(record.path)", "error": "\(error)", "trace": "\(record.head.trace.traceID)"])
        }
        return refusal
    }
}

/// A call from its head on, for the log.
private struct CallRecord: Sendable {
    let path: String
    let head: CallHead
    var caller: Caller?
    private let start = ContinuousClock.now

    init(_ path: String, _ head: CallHead) {
        self.path = path
        self.head = head
    }

    var seconds: Double { (ContinuousClock.now - start) / .seconds(1) }

    /// Nothing of what the call said: messages and tokens do not belong in a log.
    func metadata(_ code: ServiceError.Code?, seconds: Double) -> Logger.Metadata {
        var metadata: Logger.Metadata = [
            "method": "\(path.dropFirst())", "code": "\(code?.word ?? "OK")",
            "seconds": .stringConvertible(seconds.rounded(to: 6)),
            "transport": "\(head.transport.rawValue)", "peer": "\(head.peer)", "trace": "\(head.trace.traceID)",
        ]
        if let caller {
            metadata["namespace"] = "\(caller.namespace)"
            if let identity = caller.identity { metadata["identity"] = "\(identity)" }
        }
        if let name = head.certificateName { metadata["certificate"] = "\(name)" }
        return metadata
    }
}

extension Double {
    fileprivate func rounded(to digits: Int) -> Double {
        let scale = (0..<digits).reduce(1.0) { scale, _ in scale * 10 }
        return (self * scale).rounded() / scale
    }
}
