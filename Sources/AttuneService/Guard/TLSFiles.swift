import AttuneCore
import Foundation
import GRPCNIOTransportHTTP2Posix
import NIOSSL
import SwiftASN1
import X509

/// The certificate that the service shows, and those whose bearers it lets in.
public struct TLSFiles: Sendable, Hashable {
    /// PEM: the service's certificate, and those between it and a root.
    public var certificate: String
    /// PEM: its key.
    public var key: String
    /// PEM: who signs clients' certificates, which are required then; nil asks for none.
    public var clientCA: String?

    public init(certificate: String, key: String, clientCA: String? = nil) {
        self.certificate = certificate
        self.key = key
        self.clientCA = clientCA
    }

    /// What both ports need, once read and found to fit together.
    struct Loaded: Sendable {
        /// TLS 1.2 or later.
        let http: TLSConfiguration
        let grpc: HTTP2ServerTransport.Posix.TransportSecurity
    }

    /// - Throws: `AttuneError` naming the file that cannot be read, is none of its kind, or does not fit.
    func load() throws -> Loaded {
        let chain = try certificates(certificate, "certificate")
        let bytes = try read(key, "key")
        let privateKey = try explained("\(key) holds no private key as PEM (a key with a password is not supported)") {
            try NIOSSLPrivateKey(bytes: bytes, format: .pem)
        }
        var http = TLSConfiguration.makeServerConfiguration(
            certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(privateKey))
        http.minimumTLSVersion = .tlsv12
        http.applicationProtocols = ["http/1.1"]
        if let clientCA {
            http.trustRoots = .certificates(try certificates(clientCA, "client CA"))
            http.certificateVerification = .noHostnameVerification
        }
        try explained("\(key) is not the key of the certificate in \(certificate)") {
            _ = try NIOSSLContext(configuration: http)
        }
        return Loaded(http: http, grpc: try grpc())
    }

    /// What was found to be good, again, for gRPC's transport, which takes bytes and sets TLS 1.2 as its least.
    private func grpc() throws -> HTTP2ServerTransport.Posix.TransportSecurity {
        let chain = TLSConfig.CertificateSource.bytes(try read(certificate, "certificate"), format: .pem)
        let privateKey = TLSConfig.PrivateKeySource.bytes(try read(key, "key"), format: .pem)
        guard let clientCA else { return .tls(certificateChain: [chain], privateKey: privateKey) }
        let roots = TLSConfig.CertificateSource.bytes(try read(clientCA, "client CA"), format: .pem)
        return .mTLS(certificateChain: [chain], privateKey: privateKey) { $0.trustRoots = .certificates([roots]) }
    }

    private func certificates(_ path: String, _ what: String) throws -> [NIOSSLCertificate] {
        let bytes = try read(path, what)
        let found = try explained("\(path) holds no certificate as PEM") { try NIOSSLCertificate.fromPEMBytes(bytes) }
        guard !found.isEmpty else { throw AttuneError("\(path) holds no certificate as PEM") }
        return found
    }

    private func read(_ path: String, _ what: String) throws -> [UInt8] {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw AttuneError("the TLS \(what) \(path) cannot be read")
        }
        return [UInt8](data)
    }

    private func explained<Value>(_ sentence: String, _ body: () throws -> Value) throws -> Value {
        do {
            return try body()
        } catch {
            throw AttuneError(sentence)
        }
    }
}

extension Certificate {
    /// The last common name of the subject: whom it is for.
    var commonName: String? {
        subject.reversed().lazy.flatMap { $0 }.first { $0.type == .RDNAttributeType.commonName }
            .map { String(describing: $0.value) }
    }

    init?(_ certificate: NIOSSLCertificate) {
        guard let bytes = try? certificate.toDERBytes(),
            let parsed = try? Certificate(derEncoded: bytes)
        else { return nil }
        self = parsed
    }
}
