import CAttuneTransfers
import Foundation

/// A request in libcurl's terms.
struct WireRequest: Sendable {
    static let connectTimeout: Duration = .seconds(10)

    var method: String
    var url: String
    /// `NAME: VALUE`.
    var headers: [String]
    var body: [UInt8]
    /// `HOST:PORT:HOST:PORT`; nil where the certificate is for the URL's own host.
    var route: String?
    /// Empty for none, nil for the environment's.
    var proxy: String?
    var authorities: [UInt8]?
    var identity: ClientIdentity?
    var isInsecure: Bool
    var timeout: Duration?

    /// Calls `body` with the request as C takes it, which is valid that long.
    func withUnsafeRequest<Result>(_ body: (UnsafePointer<attune_transfer_request>) -> Result) -> Result {
        let copies = ([method, url, route ?? "", proxy ?? ""] + headers).map { strdup($0)! }
        defer { for copy in copies { free(copy) } }
        let headers: [UnsafePointer<CChar>?] = copies.dropFirst(4).map { UnsafePointer($0) } + [nil]
        return headers.withUnsafeBufferPointer { headers in
            withBlobs { blobs in
                var request = attune_transfer_request(
                    method: copies[0], url: copies[1], headers: headers.baseAddress!, body: blobs[0],
                    route: route.map { _ in UnsafePointer(copies[2]) },
                    proxy: proxy.map { _ in UnsafePointer(copies[3]) },
                    authorities: blobs[1], certificate: blobs[2], key: blobs[3],
                    insecure: isInsecure ? 1 : 0,
                    connect_timeout_ms: WireRequest.connectTimeout.wholeMilliseconds,
                    timeout_ms: timeout.map { max($0.wholeMilliseconds, 1) } ?? 0)
                return withUnsafePointer(to: &request, body)
            }
        }
    }

    /// Body, authorities, certificate and key; null and 0 for what is not there.
    private func withBlobs<Result>(_ use: ([attune_bytes]) -> Result) -> Result {
        let blobs = [body, authorities ?? [], identity?.certificate ?? [], identity?.key ?? []]
        func add(_ rest: ArraySlice<[UInt8]>, _ pointers: [attune_bytes]) -> Result {
            guard let blob = rest.first else { return use(pointers) }
            return blob.withUnsafeBytes { bytes in
                let pointer = attune_bytes(bytes: blob.isEmpty ? nil : bytes.baseAddress, size: bytes.count)
                return add(rest.dropFirst(), pointers + [pointer])
            }
        }
        return add(blobs[...], [])
    }
}

extension Duration {
    var wholeMilliseconds: Int { Int(self / .milliseconds(1)) }
}
