import CAttuneHTTP
import Dispatch
import Foundation
import Synchronization

/// One request as it goes over the line.
struct Post: Sendable {
    var url: String
    var headers: [String]
    var body: Data
    var authorities: String?
    var certificate: String?
    var key: String?
    /// Nil for a stream that may last.
    var timeout: Duration?
    var isNear: Bool
}

/// What came back.
struct Answer: Sendable {
    var status = 0
    var body = Data()
    var retryAfter = 0
    /// Why there is no status.
    var error: ClientError?

    /// Why it is no success.
    var failure: ClientError? { error ?? (status == 200 ? nil : ClientError(status: status, body: body)) }
}

/// Connections to one server: idle ones are used again.
final class Connections: Sendable {
    /// The pointer is to a connection that has one user at a time; cancelling is safe from any thread.
    private struct Connection: @unchecked Sendable {
        let pointer: OpaquePointer
    }

    private let idle = Mutex<[Connection]>([])
    /// Requests wait on threads of their own, as a task that waits for a network would hold up all others.
    private let queue = DispatchQueue(label: "attune client", attributes: .concurrent)

    deinit {
        for connection in idle.withLock({ $0 }) { attune_connection_free(connection.pointer) }
    }

    /// Makes a request. Cancelling cuts it short.
    ///
    /// - Parameter part: takes the body of a success as it comes; nil collects it.
    func post(_ post: Post, part: (@Sendable ([UInt8]) -> Void)? = nil) async throws -> Answer {
        try Task.checkCancellation()
        guard let connection = take() else { throw ClientError(.internal, "there is no memory for a connection") }
        let (answer, isCancelled) = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                queue.async { continuation.resume(returning: Connections.perform(post, on: connection.pointer, part)) }
            }
        } onCancel: {
            attune_connection_cancel(connection.pointer)
        }
        give(connection)
        if isCancelled { throw CancellationError() }
        return answer
    }

    private func take() -> Connection? {
        if let connection = idle.withLock({ $0.popLast() }) { return connection }
        return attune_connection_create().map(Connection.init)
    }

    private func give(_ connection: Connection) {
        attune_connection_renew(connection.pointer)
        idle.withLock { $0.append(connection) }
    }

    /// What the body is collected in while C hands it over.
    private final class Collected {
        var answer = Answer()
        let part: (@Sendable ([UInt8]) -> Void)?
        init(_ part: (@Sendable ([UInt8]) -> Void)?) { self.part = part }
    }

    private static func perform(
        _ post: Post, on connection: OpaquePointer, _ part: (@Sendable ([UInt8]) -> Void)?
    ) -> (Answer, isCancelled: Bool) {
        let collected = Collected(part)
        let outcome = withRequest(post) { request in
            attune_connection_post(
                connection, request,
                { context, status, bytes, count in
                    let collected = Unmanaged<Collected>.fromOpaque(context).takeUnretainedValue()
                    let part = UnsafeRawBufferPointer(start: bytes, count: count)
                    if status == 200, let take = collected.part {
                        take(Array(part))
                    } else {
                        collected.answer.body.append(contentsOf: part)
                    }
                }, Unmanaged.passUnretained(collected).toOpaque())
        }
        collected.answer.status = outcome.status
        collected.answer.retryAfter = outcome.retry_after
        if outcome.status == 0 {
            let reason = withUnsafeBytes(of: outcome.error) { bytes in
                String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
            }
            collected.answer.error = ClientError(
                outcome.hopeless != 0 ? .failedPrecondition : .unreachable, "cannot reach \(post.url): \(reason)")
        }
        return (collected.answer, outcome.cancelled != 0)
    }

    private static func withRequest<Result>(
        _ post: Post, _ body: (UnsafePointer<attune_request>) -> Result
    ) -> Result {
        let texts = [post.url] + [post.authorities, post.certificate, post.key].map { $0 ?? "" } + post.headers
        let copies = texts.map { strdup($0) }
        defer { for copy in copies { free(copy) } }
        let headers = copies.dropFirst(4).map { UnsafePointer($0) } + [nil]
        func file(_ index: Int) -> UnsafePointer<CChar>? { texts[index].isEmpty ? nil : UnsafePointer(copies[index]) }
        return headers.withUnsafeBufferPointer { headers in
            post.body.withUnsafeBytes { bytes in
                var nothing: UInt8 = 0
                return withUnsafePointer(to: &nothing) { nothing in
                    var request = attune_request(
                        url: UnsafePointer(copies[0]!), headers: headers.baseAddress!,
                        body: bytes.baseAddress ?? UnsafeRawPointer(nothing), body_size: bytes.count,
                        authorities: file(1), certificate: file(2), key: file(3), connect_timeout_ms: 10_000,
                        timeout_ms: post.timeout.map { Int($0 / .milliseconds(1)) } ?? 0, direct: post.isNear ? 1 : 0)
                    return withUnsafePointer(to: &request, body)
                }
            }
        }
    }
}
