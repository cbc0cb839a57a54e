import Foundation

/// Where an API server is: `https://10.0.0.1:6443`, perhaps with a path before its own.
public struct ServerAddress: Sendable, Hashable, CustomStringConvertible {
    public let isSecure: Bool
    /// IPv6 addresses without brackets.
    public let host: String
    public let port: Int
    /// Empty, or from a slash on and without one at its end.
    public let path: String

    /// Nil for what is no `http` or `https` URL, or has user, query or fragment.
    public init?(_ text: String) {
        guard let parts = URLComponents(string: text.contains("://") ? text : "https://\(text)"),
            let scheme = parts.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = parts.host, !host.isEmpty, parts.user == nil, parts.query == nil, parts.fragment == nil
        else { return nil }
        isSecure = scheme == "https"
        self.host = host.trimmingCharacters(in: ["[", "]"])
        port = parts.port ?? (isSecure ? 443 : 80)
        guard 1...65_535 ~= port else { return nil }
        path = String(parts.percentEncodedPath.reversed().drop { $0 == "/" }.reversed())
    }

    public var description: String { "\(isSecure ? "https" : "http")://\(authority)\(path)" }

    var authority: String { "\(urlHost):\(port)" }
    var urlHost: String { host.contains(":") ? "[\(host)]" : host }

    var isLoopback: Bool {
        let host = host.lowercased()
        return host == "localhost" || host == "::1" || (host.hasPrefix("127.") && host.allSatisfy(\.isIPv4))
    }
}

extension Character {
    fileprivate var isIPv4: Bool { self == "." || isNumber }
}
