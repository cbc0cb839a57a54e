import Logging

/// Lets calls in, bounds them, and hands them to their methods; the same for both transports.
public struct Dispatcher: Sendable {
    public let methods: [String: Method]
    public let streams: [String: StreamingMethod]
    let gate: any Gate
    public let limits: Limits
    let logger: Logger

    public init(
        methods: [Method], streams: [StreamingMethod] = [], gate: any Gate, limits: Limits = Limits(), logger: Logger
    ) {
        self.methods = Dictionary(methods.map { ($0.path, $0) }) { first, _ in first }
        self.streams = Dictionary(streams.map { ($0.path, $0) }) { first, _ in first }
        self.gate = gate
        self.limits = limits
        self.logger = logger
    }

    /// The reply's bytes.
    func answer(
        _ method: Method, _ head: CallHead, _ body: [UInt8], _ format: Method.Format
    ) async throws(ServiceError) -> [UInt8] {
        do {
            let caller = try await gate.admit(head, needing: method.scope)
            return try await method.answer(body, format, caller)
        } catch {
            throw refusal(error, method.path)
        }
    }

    func answer(
        _ stream: StreamingMethod, _ head: CallHead, _ body: [UInt8], _ format: Method.Format,
        send: ([UInt8]) async throws -> Void
    ) async throws(ServiceError) {
        do {
            let caller = try await gate.admit(head, needing: stream.scope)
            try await stream.answer(body, format, caller, send)
        } catch {
            throw refusal(error, stream.path)
        }
    }

    private func refusal(_ error: any Error, _ path: String) -> ServiceError {
        let refusal = ServiceError(error)
        if refusal.code == .internal {
            logger.error("call failed", metadata: ["method": "\(path)", "error": "\(error)"])
        }
        return refusal
    }
}

/// Decides who may call.
public protocol Gate: Sendable {
    /// - Throws: `ServiceError` `unauthenticated` where nobody knows the caller, `permissionDenied` where it may not.
    func admit(_ head: CallHead, needing scope: Scope) async throws(ServiceError) -> Caller
}

/// Everyone may do everything, in the namespace they name. For one machine's own use.
public struct OpenGate: Gate {
    public init() {}

    public func admit(_ head: CallHead, needing scope: Scope) async throws(ServiceError) -> Caller {
        Caller(namespace: try Namespace.named(head.header(Namespace.header)) ?? Caller.defaultNamespace)
    }
}

enum Namespace {
    static let header = "attune-namespace"

    /// - Throws: `invalidArgument` where the name is none.
    static func named(_ name: String?) throws(ServiceError) -> String? {
        guard let name, !name.isEmpty else { return nil }
        let isLabel = name.count <= 63 && name.wholeMatch(of: /[a-z0-9]([-a-z0-9]*[a-z0-9])?/) != nil
        guard isLabel else {
            throw ServiceError(
                .invalidArgument,
                "\(header): must be lower-case letters, digits and -, at most 63, such as team-vision")
        }
        return name
    }
}

/// How much callers may ask for.
public struct Limits: Sendable, Hashable {
    /// Of a request's message.
    public var messageBytes = 64 << 20
    /// Calls that are being answered at a time, over all clients.
    public var concurrentCalls = 1_024
    /// Streams of events at a time.
    public var watchers = 256
    public var connections = 4_096
    public var experimentsPerNamespace = 10_000
    /// How long a connection may be silent, and a request may take to arrive.
    public var idleSeconds = 120

    public init() {}
}
