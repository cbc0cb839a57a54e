import Crypto
import Foundation
import SwiftASN1
import X509

/// A certificate for a service of a cluster, and the authority that vouches for it and for nothing else.
///
/// The API server is told the authority; the key of the authority is not kept, so that nobody can sign another one.
public struct ServingCertificate: Sendable, Hashable {
    /// PEM, each.
    public var authority: String
    public var certificate: String
    public var key: String

    public init(authority: String, certificate: String, key: String) {
        self.authority = authority
        self.certificate = certificate
        self.key = key
    }

    /// How long one is good for, and when it is time for the next.
    static let lifetime: TimeInterval = 365 * 86_400
    static let renewal: TimeInterval = 30 * 86_400

    /// Makes one, on P-256, for a year.
    ///
    /// - Parameter names: what the server is called: `attune.kubeflow.svc`.
    public static func made(for names: [String], at now: Date) throws -> ServingCertificate {
        let authorityKey = Certificate.PrivateKey(P256.Signing.PrivateKey())
        let authorityName = try DistinguishedName { CommonName("attune webhook authority") }
        let authority = try certificate(
            authorityKey.publicKey, authorityName, signedBy: authorityKey, authorityName, at: now,
            Certificate.Extensions {
                Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                Critical(KeyUsage(keyCertSign: true))
            })
        let key = P256.Signing.PrivateKey()
        let name = try DistinguishedName { CommonName(names.first ?? "attune") }
        let leaf = try certificate(
            Certificate.PrivateKey(key).publicKey, name, signedBy: authorityKey, authorityName, at: now,
            Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(names.map { .dnsName($0) })
            })
        return ServingCertificate(
            authority: try authority.serializeAsPEM().pemString, certificate: try leaf.serializeAsPEM().pemString,
            key: key.pemRepresentation)
    }

    private static func certificate(
        _ publicKey: Certificate.PublicKey, _ subject: DistinguishedName, signedBy issuerKey: Certificate.PrivateKey,
        _ issuer: DistinguishedName, at now: Date, _ extensions: Certificate.Extensions
    ) throws -> Certificate {
        try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: publicKey,
            // Clocks of other machines may be a little behind.
            notValidBefore: now - 3_600, notValidAfter: now + lifetime, issuer: issuer, subject: subject,
            signatureAlgorithm: .ecdsaWithSHA256, extensions: extensions, issuerPrivateKey: issuerKey)
    }

    /// Whether it is for these names, and will be for a while.
    public func isGood(for names: [String], at now: Date) -> Bool {
        guard let parsed = try? Certificate(pemEncoded: certificate), parsed.notValidBefore <= now,
            now < parsed.notValidAfter - ServingCertificate.renewal,
            let alternatives = try? parsed.extensions.subjectAlternativeNames
        else { return false }
        return names.allSatisfy { name in alternatives.contains(.dnsName(name)) }
    }
}
