import AttuneCore
import Foundation
import Synchronization

/// Ports of the loopback address for those who must know theirs before they listen, or come back on the one they had.
///
/// They lie below those that the system gives out by itself, so that no one else has got it by chance meanwhile;
/// above them are those of the page's scenarios (harness.py).
public enum LoopbackPort {
    private static let range: ClosedRange<UInt16> = 20_000...25_999
    private static let last = Mutex(UInt16.random(in: range))

    /// One that nobody has, and that no other caller of this process is given.
    ///
    /// - Throws: when none of a hundred is free.
    public static func unused() throws -> UInt16 {
        for _ in 0..<100 {
            let port = last.withLock { last in
                last = last == range.upperBound ? range.lowerBound : last + 1
                return last
            }
            if isFree(port) { return port }
        }
        throw AttuneError("no port to be had in \(range)")
    }

    private static func isFree(_ port: UInt16) -> Bool {
        let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(descriptor) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = port.bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        return withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size)) == 0
            }
        }
    }
}
