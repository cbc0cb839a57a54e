import AttuneCore
import Foundation

/// Requests to a real API server, by libcurl on a thread of its own.
///
/// Over TLS all requests and streams share an HTTP/2 connection where the server speaks it. A reader 256 KiB behind
/// pauses its stream, and no other; over HTTP/2, libcurl itself may then hold a window's worth (32 MB in old versions).
///
/// A request on a connection that turns out to be closed is sent again on a new one.
///
/// The transport must outlive its streams: when it goes, they end with `TransportError`.
public final class CurlTransport: APITransport {
    private let configuration: ClusterConfiguration
    private let credentials: any CredentialSource
    private let loop: TransferLoop

    /// - Parameter now: tells when credentials are outdated.
    /// - Throws: `TransportError` when there is no memory for it.
    public init(_ configuration: ClusterConfiguration, now: @escaping @Sendable () -> Date) throws {
        self.configuration = configuration
        credentials = configuration.credentials.source(now: now)
        loop = try TransferLoop()
    }

    deinit { loop.close() }

    /// Sends a request. Where the server refuses the credentials (401) and there are newer ones, it is sent once more.
    public func send(_ request: APIRequest) async throws -> APIResponse {
        let shown = try await credentials.current()
        let response = try await send(request, showing: shown)
        guard response.status == 401, let renewed = try await credentials.renewed(after: shown) else { return response }
        return try await send(request, showing: renewed)
    }

    private func send(_ request: APIRequest, showing shown: ShownCredentials) async throws -> APIResponse {
        let wire = try configuration.wireRequest(request, showing: shown)
        let transfer = Transfer(wire, silence: request.silence, on: loop)
        let body = Body(transfer)
        let head = try await transfer.start()
        return APIResponse(status: head.status, headers: head.headers, body: APIBody(body))
    }

    private final class Body: APIBody.Source {
        private let transfer: Transfer
        init(_ transfer: Transfer) { self.transfer = transfer }
        deinit { transfer.cancel() }

        func next() async throws -> [UInt8]? { try await transfer.next() }
    }
}

extension ClusterConfiguration {
    /// - Throws: `TransportError` for what cannot be sent.
    func wireRequest(_ request: APIRequest, showing shown: ShownCredentials) throws -> WireRequest {
        guard request.target.hasPrefix("/"), request.target.utf8.allSatisfy({ 0x21...0x7e ~= $0 }) else {
            throw TransportError(.hopeless, "\(request.target) is no path of an API server")
        }
        let headers = headers(of: request, showing: shown)
        for header in headers where header.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7f }) {
            throw TransportError(.hopeless, "the header \(header.prefix { $0 != ":" }) has a control character")
        }
        let named = server.isSecure ? serverName : nil
        let host = named ?? server.urlHost
        return WireRequest(
            method: request.method.rawValue,
            url: "\(server.isSecure ? "https" : "http")://\(host):\(server.port)\(server.path)\(request.target)",
            headers: headers, body: request.body, route: named.map { "\($0):\(server.port):\(server.authority)" },
            proxy: proxy ?? (server.isLoopback ? "" : nil), authorities: authorities, identity: shown.identity,
            isInsecure: isInsecure, timeout: request.timeout)
    }

    private func headers(of request: APIRequest, showing shown: ShownCredentials) -> [String] {
        var headers = ["user-agent": "attune/\(attuneVersion)", "expect": "", "content-type": ""]
        if server.isSecure, serverName != nil { headers["host"] = server.authority }
        headers["authorization"] = shown.authorization
        headers["impersonate-user"] = impersonation?.user
        headers["impersonate-uid"] = impersonation?.uid
        headers.merge(request.headers) { $1 }
        let repeated = impersonation.map(\.repeatedHeaders) ?? []
        // A name without a value keeps libcurl from adding its own.
        return headers.sorted { $0.key < $1.key }.map { $1.isEmpty ? "\($0):" : "\($0): \($1)" } + repeated
    }
}

extension Impersonation {
    fileprivate var repeatedHeaders: [String] {
        groups.map { "impersonate-group: \($0)" }
            + extra.sorted { $0.key < $1.key }.flatMap { key, values in
                values.map { "impersonate-extra-\(key.percentEncodedHeaderName): \($0)" }
            }
    }
}

extension String {
    /// What Kubernetes takes the name of an extra for: lower case, and %-escapes for what a header's name may not have.
    fileprivate var percentEncodedHeaderName: String {
        let allowed = CharacterSet(charactersIn: "abcdefghijklmnopqrstuvwxyz0123456789!#$&'*+-.^_`|~")
        return lowercased().addingPercentEncoding(withAllowedCharacters: allowed) ?? self
    }
}
