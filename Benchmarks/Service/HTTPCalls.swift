import Foundation
import SwiftProtobuf
import Synchronization

/// JSON over HTTP/1.1, a connection and a thread for each client: the cheapest client there is, so that the server is what
/// is measured.
struct HTTPCalls: Calls {
    let port: Int

    func connect() async throws -> any Connection { try KeptAlive(port: port) }
}

private final class KeptAlive: Connection {
    private let descriptor: Int32
    /// What was read beyond the last answer. Touched by the client's thread only.
    private let rest = Mutex<[UInt8]>([])

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = inet_addr("127.0.0.1")
        let result = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard result == 0 else { throw Unexpected("nobody listens on port \(port)") }
        var on: Int32 = 1
        setsockopt(descriptor, Int32(IPPROTO_TCP), TCP_NODELAY, &on, socklen_t(MemoryLayout<Int32>.size))
    }

    deinit { close(descriptor) }

    func call<Request: Message, Reply: Message>(
        _ service: String, _ method: String, _ request: Request
    ) async throws -> Reply {
        let body: [UInt8] = try request.jsonUTF8Bytes()
        let head =
            "POST /attune.v1.\(service)/\(method) HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: \(body.count)\r\n\r\n"
        try send(Array(head.utf8) + body)
        let (status, answer) = try receive()
        guard status == 200 else { throw Unexpected("\(status): \(String(decoding: answer, as: UTF8.self))") }
        return try Reply(jsonUTF8Bytes: answer)
    }

    /// A thread of its own, as reading blocks.
    func run(_ body: @escaping @Sendable () async throws -> Void) async throws {
        try await withTaskExecutorPreference(ThreadExecutor()) { try await body() }
    }

    private func send(_ bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { write(descriptor, $0.baseAddress! + sent, bytes.count - sent) }
            guard count > 0 else { throw Unexpected("the connection was closed") }
            sent += count
        }
    }

    private func receive() throws -> (Int, [UInt8]) {
        try rest.withLock { buffer in
            var end: Int?
            while end == nil {
                end = buffer.headEnd
                if end == nil { try fill(&buffer) }
            }
            let head = String(decoding: buffer[..<end!], as: UTF8.self).lowercased()
            let status = Int(head.dropFirst(9).prefix(3)) ?? 0
            let length =
                head.split(separator: "\r\n").first { $0.hasPrefix("content-length:") }
                .flatMap { Int($0.dropFirst(15).trimmingCharacters(in: .whitespaces)) } ?? 0
            while buffer.count < end! + 4 + length { try fill(&buffer) }
            let body = Array(buffer[(end! + 4)..<(end! + 4 + length)])
            buffer.removeFirst(end! + 4 + length)
            return (status, body)
        }
    }

    private func fill(_ buffer: inout [UInt8]) throws {
        let chunk = [UInt8](unsafeUninitializedCapacity: 16_384) { bytes, count in
            count = max(0, read(descriptor, bytes.baseAddress, 16_384))
        }
        guard !chunk.isEmpty else { throw Unexpected("the connection was closed") }
        buffer += chunk
    }
}

extension [UInt8] {
    /// Where the empty line begins that ends a head.
    fileprivate var headEnd: Int? {
        guard count >= 4 else { return nil }
        return (0...(count - 4)).first {
            self[$0] == 13 && self[$0 + 1] == 10 && self[$0 + 2] == 13 && self[$0 + 3] == 10
        }
    }
}

/// Runs tasks on one thread of its own.
private final class ThreadExecutor: TaskExecutor {
    private let queue = DispatchQueue(label: "client")
    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
