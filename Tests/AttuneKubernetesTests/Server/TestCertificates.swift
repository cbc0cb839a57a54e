import Crypto
import Foundation
import NIOSSL
import SwiftASN1
import X509

/// A root, and certificates of a server and a client under it.
struct TestCertificates: Sendable {
    struct Pair: Sendable {
        var certificate: String
        var key: String
        var certificateBytes: [UInt8] { Array(certificate.utf8) }
        var keyBytes: [UInt8] { Array(key.utf8) }
    }

    let root: Pair
    /// For 127.0.0.1 and `cluster.example`.
    let server: Pair
    let client: Pair

    init() throws {
        let rootKey = P256.Signing.PrivateKey()
        let signer = Certificate.PrivateKey(rootKey)
        func made(_ name: String, _ key: P256.Signing.PrivateKey, isRoot: Bool = false) throws -> Pair {
            let certificate = try Certificate(
                version: .v3, serialNumber: .init(), publicKey: .init(key.publicKey),
                notValidBefore: Date(timeIntervalSinceNow: -3600), notValidAfter: Date(timeIntervalSinceNow: 86_400),
                issuer: DistinguishedName { CommonName("root") }, subject: DistinguishedName { CommonName(name) },
                signatureAlgorithm: .ecdsaWithSHA256,
                extensions: Certificate.Extensions {
                    if isRoot {
                        Critical(BasicConstraints.isCertificateAuthority(maxPathLength: nil))
                    } else {
                        SubjectAlternativeNames([
                            .ipAddress(ASN1OctetString(contentBytes: [127, 0, 0, 1])), .dnsName("cluster.example"),
                        ])
                    }
                }, issuerPrivateKey: signer)
            return Pair(certificate: try certificate.serializeAsPEM().pemString, key: key.pemRepresentation)
        }
        root = try made("root", rootKey, isRoot: true)
        server = try made("server", P256.Signing.PrivateKey())
        client = try made("trainer", P256.Signing.PrivateKey())
    }

    /// - Parameter protocols: what the server speaks, best first.
    func serverContext(protocols: [String] = ["h2", "http/1.1"]) throws -> NIOSSLContext {
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMBytes(server.certificateBytes).map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(bytes: server.keyBytes, format: .pem)))
        tls.applicationProtocols = protocols
        tls.trustRoots = .certificates(try NIOSSLCertificate.fromPEMBytes(root.certificateBytes))
        tls.certificateVerification = .optionalVerification
        return try NIOSSLContext(configuration: tls)
    }
}
