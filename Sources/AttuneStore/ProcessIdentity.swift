import Foundation

/// A process, recorded so that another can tell whether it still lives.
public struct ProcessIdentity: Sendable, Hashable {
    public var host: String
    /// The boot and the namespace in which `pid` means this process; empty where the system does not tell.
    public var place: String
    public var pid: Int
    /// Clock ticks from boot to the start of the process: they tell it from a later one that got the same number.
    public var startTicks: Int

    public init(host: String, place: String, pid: Int, startTicks: Int) {
        self.host = host
        self.place = place
        self.pid = pid
        self.startTicks = startTicks
    }

    /// Such as `process 4711 on host`.
    public var name: String { "process \(pid) on \(host)" }

    /// Whether it lives, as `observer` sees it; nil when it runs where `observer` cannot look.
    func isRunning(seenFrom observer: ProcessIdentity) -> Bool? {
        guard place == observer.place, !place.isEmpty else { return nil }
        return self == observer || ProcessIdentity.startTicks(of: pid) == startTicks
    }
}

extension ProcessIdentity {
    /// The calling process.
    public static func current() -> ProcessIdentity {
        let pid = Int(ProcessInfo.processInfo.processIdentifier)
        return ProcessIdentity(host: hostName(), place: currentPlace(), pid: pid, startTicks: startTicks(of: pid) ?? 0)
    }

    private static func hostName() -> String {
        var name = [CChar](repeating: 0, count: 256)
        guard gethostname(&name, name.count - 1) == 0 else { return "this host" }
        return String(decoding: name.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
    }

    private static func currentPlace() -> String {
        guard let boot = text(ofFile: "/proc/sys/kernel/random/boot_id"),
            let namespace = try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/ns/pid")
        else { return "" }
        return boot.trimmingCharacters(in: .whitespacesAndNewlines) + " " + namespace
    }

    /// Field 22 of `/proc/PID/stat`; nil when there is no such process, or only what is left of a dead one.
    static func startTicks(of pid: Int) -> Int? {
        // The second field is the program's name in parentheses, and may itself hold spaces and parentheses.
        guard let stat = text(ofFile: "/proc/\(pid)/stat"), let name = stat.lastIndex(of: ")") else { return nil }
        let fields = stat[stat.index(after: name)...].split(separator: " ")
        guard fields.count > 19, fields[0] != "Z", fields[0] != "X" else { return nil }
        return Int(fields[19])
    }

    private static func text(ofFile path: String) -> String? {
        FileManager.default.contents(atPath: path).map { String(decoding: $0, as: UTF8.self) }
    }
}
