/// Keeps pages from elsewhere from using a browser to reach a service that asks for no token.
///
/// A page can make its visitor's browser send requests to loopback. It cannot hide its own origin, and where it has its
/// own host name point to loopback (DNS rebinding), that name stands in the request.
struct BrowserGuard: Sendable {
    /// The host names that a request may be for; nil for any.
    let hosts: Set<String>?

    /// - Parameter address: where the service listens.
    init(_ address: Server.Address) {
        hosts = address.isLoopback ? BrowserGuard.loopback.union([address.host.lowercased()]) : nil
    }

    private static let loopback: Set = ["localhost", "127.0.0.1", "::1"]

    func check(_ head: CallHead) throws(ServiceError) {
        guard head.transport == .http else { return }
        let host = head.authority.map(BrowserGuard.hostName)
        if let hosts, let host, !hosts.contains(host) {
            throw ServiceError(
                .permissionDenied,
                "host: this service answers to \(hosts.sorted().joined(separator: ", ")), not to \(host)")
        }
        guard head.isFromOwnPage != false else {
            let origin = head.header("origin") ?? ""
            throw ServiceError(
                .permissionDenied, "origin: pages of \(origin) may not use this service without a token")
        }
    }

    /// Without its port and an IPv6 address' brackets.
    private static func hostName(_ authority: String) -> String {
        if authority.hasPrefix("[") { return String(authority.dropFirst().prefix { $0 != "]" }).lowercased() }
        return String(authority.prefix { $0 != ":" }).lowercased()
    }
}

extension CallHead {
    /// Whether the page that sent it is of the host it was sent to; nil where it names no origin.
    var isFromOwnPage: Bool? {
        guard let origin = header("origin") else { return nil }
        guard let place = origin.split(separator: "://", maxSplits: 1).last, let authority else { return false }
        return place.lowercased() == authority.lowercased()
    }
}
