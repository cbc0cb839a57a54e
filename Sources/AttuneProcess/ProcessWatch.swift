import Foundation

/// Tells when the other processes of a pod have ended, where its containers share their processes.
///
/// Not counted are this process, the first one, which is the pod's own, and those that have ended and wait for their
/// parent.
public struct ProcessWatch: Sendable {
    private let directory: String
    private let own: pid_t
    private let patience: TimeInterval
    private var start: Date?
    private var hasSeenOthers = false

    /// - Parameters:
    ///   - directory: where the kernel lists processes.
    ///   - patience: for how many seconds others may take to appear. They may have ended before this process began,
    ///     and are then never seen.
    public init(directory: String = "/proc", own: pid_t = getpid(), patience: TimeInterval = 60) {
        self.directory = directory
        self.own = own
        self.patience = patience
    }

    /// Whether others were there and are no more, or never came. Never where this is the first process, which sees no
    /// container but its own.
    public mutating func areOver(at time: Date) -> Bool {
        guard own != 1 else { return false }
        if othersRun() {
            hasSeenOthers = true
            return false
        }
        let start = self.start ?? time
        self.start = start
        return hasSeenOthers || time.timeIntervalSince(start) >= patience
    }

    private func othersRun() -> Bool {
        let entries = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return entries.contains { entry in
            guard let pid = pid_t(entry), pid != 1, pid != own else { return false }
            return isAlive(pid)
        }
    }

    /// The state follows the name, which stands in parentheses and may hold some itself.
    private func isAlive(_ pid: pid_t) -> Bool {
        guard let status = try? String(contentsOfFile: "\(directory)/\(pid)/stat", encoding: .isoLatin1),
            let end = status.lastIndex(of: ")")
        else { return false }
        let state = status[end...].dropFirst().first { $0 != " " }
        return state != nil && state != "Z" && state != "X"
    }
}
