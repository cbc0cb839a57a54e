import AttuneCore
import Foundation

/// Who carries out which trial, and until when without a sign of life.
///
/// A lease's token is the trial's attempt, which is in the log: a trial that is leased again begins a further attempt, and
/// nothing that is said under an earlier one counts. So leases need no place on disk. After a restart every running trial
/// counts as leased for a while, and who speaks up in time keeps it.
struct Leases: Sendable {
    struct Lease: Sendable, Hashable {
        let attempt: Int
        var worker: String
        var duration: TimeInterval
        var end: Date
        /// Why the worker gave it back, if it did.
        var reason: String?
        /// Whether the worker was told to end the trial: what it then says was not its own idea.
        var isToldToEnd = false
    }

    static let usualDuration: TimeInterval = 60
    static let longestDuration: TimeInterval = 86_400

    private var leases: [Trial.Number: Lease] = [:]
    /// No lease ends before it.
    private var firstEnd = Date.distantFuture

    subscript(number: Trial.Number) -> Lease? { leases[number] }

    mutating func grant(_ trial: Trial, to worker: String, for duration: TimeInterval, at time: Date) {
        let lease = Lease(
            attempt: trial.attempt, worker: worker, duration: duration, end: time.addingTimeInterval(duration))
        leases[trial.number] = lease
        firstEnd = min(firstEnd, lease.end)
    }

    /// Its worker was heard of.
    mutating func renew(_ number: Trial.Number, for duration: TimeInterval? = nil, at time: Date) {
        guard var lease = leases[number] else { return }
        if let duration { lease.duration = duration }
        lease.end = time.addingTimeInterval(lease.duration)
        leases[number] = lease
        firstEnd = min(firstEnd, lease.end)
    }

    /// Its worker lost it: whoever asks next gets it.
    mutating func giveBack(_ number: Trial.Number, _ reason: String, at time: Date) {
        leases[number]?.reason = reason
        leases[number]?.end = time
        firstEnd = min(firstEnd, time)
    }

    mutating func tellToEnd(_ number: Trial.Number) { leases[number]?.isToldToEnd = true }

    mutating func end(_ number: Trial.Number) { leases[number] = nil }

    /// Whether some trial may be taken over. O(1).
    func hasOverdue(at time: Date) -> Bool { firstEnd <= time }

    /// The trials whose workers have been silent for too long, the longest first. O(1) while there are none.
    mutating func overdue(at time: Date) -> [Trial.Number] {
        guard firstEnd <= time else { return [] }
        let overdue = leases.filter { $0.value.end <= time }
        firstEnd = leases.values.lazy.map(\.end).filter { $0 > time }.min() ?? .distantFuture
        if !overdue.isEmpty { firstEnd = time }
        return overdue.sorted { ($0.value.end, $0.key) < ($1.value.end, $1.key) }.map(\.key)
    }

    /// When the next one ends.
    var nextEnd: Date? { leases.values.lazy.map(\.end).min() }
}
