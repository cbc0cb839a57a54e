import Crypto

/// What the bearer of a token shows. Only its hash is ever kept.
public struct TokenSecret: Sendable {
    public let text: String

    /// A new one, of 256 random bits.
    public init(random: inout some RandomNumberGenerator) {
        let bytes = (0..<4).flatMap { _ in withUnsafeBytes(of: random.next() as UInt64, Array.init) }
        let digits = Array("0123456789abcdef")
        text = TokenSecret.prefix + String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    public init(_ text: String) { self.text = text }

    /// What the header `authorization` carries; nil where it carries something else.
    init?(authorization: String?) {
        guard let authorization else { return nil }
        let parts = authorization.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer" else { return nil }
        text = String(parts[1].drop { $0 == " " })
    }

    /// Makes a secret that got where it should not be easy to find.
    static let prefix = "attune_"

    /// SHA-256. A secret of 256 random bits needs no slower hash.
    public var hash: [UInt8] { Array(SHA256.hash(data: Array(text.utf8))) }
}
