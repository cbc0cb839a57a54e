import AttuneCore
import Hummingbird
import HummingbirdCore
import HummingbirdTLS
import Logging
import NIOCore
import NIOSSL

/// Answers the reviews of an admission webhook over TLS.
public struct AdmissionServer: Sendable {
    private let address: Server.Address
    private let certificate: ServingCertificate
    private let logger: Logger
    private let answer: @Sendable (JSON) -> JSON

    /// The path of the reviews.
    static let path = "/validate-experiment"
    /// An object may have etcd's 1.5 MiB, and a review has the old one beside the new.
    static let longestReview = 8 << 20

    /// - Parameter answer: gives the `AdmissionReview` that answers one.
    public init(
        _ address: Server.Address, _ certificate: ServingCertificate, logger: Logger,
        answer: @escaping @Sendable (JSON) -> JSON
    ) {
        self.address = address
        self.certificate = certificate
        self.logger = logger
        self.answer = answer
    }

    /// Serves until it is cancelled.
    ///
    /// - Parameter onReady: gets the port, once it listens.
    public func run(onReady: @escaping @Sendable (Int) async -> Void = { _ in }) async throws {
        let router = Router()
        router.post(RouterPath(AdmissionServer.path)) { request, _ in try await review(request) }
        router.get("/healthz") { _, _ in "ok" }
        var quiet = logger
        quiet.logLevel = max(logger.logLevel, .warning)
        let application = Application(
            router: router, server: try .tls(.http1(), tlsConfiguration: tls()),
            configuration: ApplicationConfiguration(
                address: .hostname(address.host, port: address.port), serverName: "attune"),
            onServerRunning: { channel in await onReady(channel.localAddress?.port ?? 0) }, logger: quiet)
        try await application.run()
    }

    private func review(_ request: Request) async throws -> Response {
        let buffer = try await request.body.collect(upTo: AdmissionServer.longestReview)
        guard let review = try? JSON(parsing: Array(buffer.readableBytesView)), review["request"] != nil else {
            throw HTTPError(.badRequest, message: "this is no AdmissionReview")
        }
        return Response(
            status: .ok, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: answer(review).description)))
    }

    private func tls() throws -> TLSConfiguration {
        let chain = try NIOSSLCertificate.fromPEMBytes(Array(certificate.certificate.utf8))
        let key = try NIOSSLPrivateKey(bytes: Array(certificate.key.utf8), format: .pem)
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
        tls.minimumTLSVersion = .tlsv12
        tls.applicationProtocols = ["http/1.1"]
        return tls
    }
}
