import AttuneCore
import AttuneProto
import AttuneStore
import Foundation
import Logging
import Synchronization

@testable import AttuneService

#if canImport(Glibc)
    import Glibc
#endif

/// A method that answers when it is told to.
struct Held: Sendable {
    private let beginnings: AsyncStream<Void>
    private let releases: AsyncStream<Void>.Continuation

    static func method() -> (method: AttuneService.Method, held: Held) {
        let (beginnings, begin) = AsyncStream.makeStream(of: Void.self)
        let (ends, end) = AsyncStream.makeStream(of: Void.self)
        let method = Method("test.Guard", "Hold", .read) { (_: Attune_V1_PingRequest, _) in
            begin.yield()
            // Not ended by being cancelled.
            await Task { for await _ in ends { return } }.value
            return Attune_V1_PingReply()
        }
        return (method, Held(beginnings: beginnings, releases: end))
    }

    func begun() async { for await _ in beginnings { return } }

    /// Ends all calls.
    func release() { releases.finish() }
}

/// What was logged.
final class Captured: Sendable {
    private let lines = Mutex("")

    var text: String { lines.withLock { $0 } }

    var logger: Logger {
        Logger(label: "test") { _ in
            LogLine(format: .text, level: .info, write: self.take)
        }
    }

    @Sendable func take(_ line: String) { lines.withLock { $0 += line } }
}

enum TemporaryFile {
    /// A path in a directory of its own.
    static func path(_ name: String) throws -> String {
        let directory = FileManager.default.temporaryDirectory.appending(path: "attune-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: directory, withIntermediateDirectories: true)
        return directory.appending(path: name).path
    }

    static func store() throws -> SQLiteStore { try SQLiteStore(at: path("attune.db")) }
}

/// A connection that says anything, right or wrong.
struct RawConnection: ~Copyable {
    private let descriptor: Int32

    init(_ address: Server.Address) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        var place = sockaddr_in()
        place.sin_family = sa_family_t(AF_INET)
        place.sin_port = in_port_t(UInt16(address.port).bigEndian)
        place.sin_addr.s_addr = inet_addr("127.0.0.1")
        let status = withUnsafePointer(to: &place) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        guard status == 0 else { throw POSIXError(.ECONNREFUSED) }
    }

    deinit { close(descriptor) }

    /// - Returns: false where the other end has closed.
    @discardableResult
    borrowing func send(_ bytes: [UInt8]) -> Bool {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            guard count > 0 else { return false }
            rest = rest.dropFirst(count)
        }
        return true
    }

    /// What has come within so many milliseconds; nil where the other end has closed.
    borrowing func receive(within milliseconds: Int32) -> [UInt8]? {
        var watched = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
        guard poll(&watched, 1, milliseconds) > 0 else { return [] }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(descriptor, &buffer, buffer.count, 0)
        return count > 0 ? Array(buffer[..<count]) : nil
    }

    /// Whether the other end closes within half a minute, though something arrives there ten times a second.
    static func ends(_ address: Server.Address, after beginning: String, trickling drop: String?) async -> Bool {
        await withCheckedContinuation { continuation in
            Thread.detachNewThread {
                let connection = try? RawConnection(address)
                continuation.resume(returning: connection?.ends(after: beginning, trickling: drop) ?? false)
            }
        }
    }

    private borrowing func ends(after beginning: String, trickling drop: String?) -> Bool {
        send(Array(beginning.utf8))
        for _ in 0..<300 {
            if receive(within: 100) == nil { return true }
            if let drop, !send(Array(drop.utf8)) { return true }
        }
        return false
    }
}
