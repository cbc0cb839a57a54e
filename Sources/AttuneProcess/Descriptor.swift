import Foundation

/// A file descriptor that is closed when its owner is done with it.
struct Descriptor: ~Copyable, Sendable {
    let number: Int32

    init(_ number: Int32) { self.number = number }

    deinit { close(number) }

    /// The number, which the caller is to close.
    consuming func release() -> Int32 {
        let number = number
        discard self
        return number
    }

    /// Returns when there is something to read, the end of the file included. Occupies no thread meanwhile.
    ///
    /// - Throws: `CancellationError`, promptly, when the task is cancelled.
    func readable() async throws { try await ReadinessWatch.shared.readable(number) }

    /// Reads to the end of the file.
    func text() async throws -> String {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            try await readable()
            let count = read(number, &buffer, buffer.count)
            guard count >= 0 else { throw AttemptError.failed("read") }
            guard count > 0 else { return String(decoding: bytes, as: UTF8.self) }
            bytes += buffer[..<count]
        }
    }
}
