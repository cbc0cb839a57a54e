import NIOCore
import NIOHTTP2
import NIOPosix
import NIOSSL
import SwiftASN1
import X509

/// An HTTP server in the test's own process, on a port of loopback, which answers as its script says.
struct ScriptedServer: Sendable {
    typealias Script = @Sendable (Exchange) async throws -> Void
    typealias Bytes = NIOAsyncChannel<ByteBuffer, ByteBuffer>
    typealias Stream = NIOAsyncChannel<HTTP2Frame.FramePayload, HTTP2Frame.FramePayload>
    typealias Streams = (channel: any Channel, streams: NIOHTTP2Handler.AsyncStreamMultiplexer<Stream>)
    private typealias Connection = EventLoopFuture<NIONegotiatedHTTPVersion<Bytes, Streams>>

    let port: Int
    /// Accepted ever.
    let connections = Counter()
    /// Connections that are closed again.
    let closed = Counter()
    /// Exchanges whose script is still at it.
    let open = Counter()
    /// Exchanges that began.
    let begun = Counter()
    private let script: Script

    /// Serves while `body` runs.
    ///
    /// - Parameter context: for TLS; HTTP/2 where it has a protocol of that name.
    static func with<Result: Sendable>(
        _ context: NIOSSLContext? = nil, script: @escaping Script,
        _ body: @Sendable @escaping (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let listener = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .bind(host: "127.0.0.1", port: 0) { channel in connection(channel, context) }
        let server = ScriptedServer(port: listener.channel.localAddress!.port!, script: script)
        return try await withThrowingTaskGroup(of: Result?.self) { group in
            group.addTask {
                try? await listener.executeThenClose { try await server.serve($0) }
                return nil
            }
            group.addTask { try await body(server) }
            while let finished = try await group.next() {
                guard let finished else { continue }
                group.cancelAll()
                return finished
            }
            throw CancellationError()
        }
    }

    private init(port: Int, script: @escaping Script) {
        self.port = port
        self.script = script
    }

    private static func connection(_ channel: any Channel, _ context: NIOSSLContext?) -> EventLoopFuture<Connection> {
        guard let context else {
            return bytes(channel).map { channel.eventLoop.makeSucceededFuture(.http1_1($0)) }
        }
        return channel.eventLoop.makeCompletedFuture {
            try channel.pipeline.syncOperations.addHandler(NIOSSLServerHandler(context: context))
        }.flatMap {
            channel.configureHTTP2AsyncSecureUpgrade(http1ConnectionInitializer: bytes) { channel in
                channel.configureAsyncHTTP2Pipeline(mode: .server, configuration: manyEnds) { stream in
                    stream.eventLoop.makeCompletedFuture { try Stream(wrappingChannelSynchronously: stream) }
                }.map { (channel, $0) }
            }
        }
    }

    /// Clients of tests end more streams than a server in the open should put up with.
    private static var manyEnds: NIOHTTP2Handler.Configuration {
        var configuration = NIOHTTP2Handler.Configuration()
        configuration.stream.streamResetFrameRateLimit.maximumCount = 100_000
        configuration.connection.maximumRecentlyResetStreams = 10_000
        return configuration
    }

    private static func bytes(_ channel: any Channel) -> EventLoopFuture<Bytes> {
        channel.eventLoop.makeCompletedFuture { try Bytes(wrappingChannelSynchronously: channel) }
    }

    private func serve(_ accepted: NIOAsyncChannelInboundStream<Connection>) async throws {
        try await withThrowingDiscardingTaskGroup { group in
            for try await connection in accepted {
                let number = connections.add()
                group.addTask {
                    try? await serve(connection, number)
                    closed.add()
                }
            }
        }
    }

    private func serve(_ connection: Connection, _ number: Int) async throws {
        switch try await connection.get() {
        case .http1_1(let bytes): try await PlainConnection(server: self, number: number).serve(bytes)
        case .http2(let streams): try await serve(streams, number)
        }
    }

    private func serve(_ connection: Streams, _ number: Int) async throws {
        let client = try await connection.channel.clientName()
        try await withThrowingDiscardingTaskGroup { group in
            for try await stream in connection.streams.inbound {
                group.addTask {
                    try? await StreamExchange(server: self, number: number, client: client).serve(stream)
                }
            }
        }
    }

    /// Runs the script.
    func run(_ exchange: Exchange) async {
        open.add()
        begun.add()
        try? await script(exchange)
        open.add(-1)
    }
}

extension Channel {
    /// Returns when what was written has been looked at. A script that is quicker than that would write without end.
    func catchUp() async throws { try await eventLoop.submit {}.get() }

    /// The subject of the client's certificate.
    func clientName() async throws -> String? {
        guard let certificate = try await nioSSL_peerCertificate().get() else { return nil }
        return try Certificate(derEncoded: certificate.toDERBytes()).subject.description
    }
}
