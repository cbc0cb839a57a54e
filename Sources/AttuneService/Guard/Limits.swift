/// How much callers may ask for.
public struct Limits: Sendable, Hashable {
    /// Of a request's message.
    public var messageBytes = 64 << 20
    /// Of all messages that are arriving or being answered, at a time.
    public var messageBytesInAll = 512 << 20
    /// Of a request's headers.
    public var headerBytes = 16 << 10
    /// Calls that are being answered at a time, over all clients.
    public var concurrentCalls = 1_024
    /// Streams of events at a time.
    public var watchers = 256
    /// Of each transport.
    public var connections = 4_096
    /// Calls at a time on one connection of gRPC's.
    public var callsPerConnection = 256
    public var experimentsPerNamespace = 10_000
    /// How long a connection may be silent, a request may take to arrive, and a client to take its reply.
    public var idleSeconds = 120
    /// How long calls may go on when the service is told to stop.
    public var shutdownSeconds = 20

    public init() {}
}
