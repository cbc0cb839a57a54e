import AttuneCore
import Foundation

/// What becomes of trials whose workers are silent.
extension Leases {
    /// Ends those that are not worth another attempt: they were lost too often, or the experiment is over.
    mutating func endHopeless(by tuner: isolated Tuner, at time: Date) throws {
        for number in overdue(at: time) {
            if tuner.study[number].isRunning {
                guard !tuner.mayTryAgain(number) else { continue }
                try tuner.finish(number, WorkEnd(.lost(reason(forLosing: number))))
            }
            end(number)
        }
    }

    /// Begins the others again, for who asks.
    mutating func takeOver(atMost limit: Int, by tuner: isolated Tuner, at time: Date) throws -> [Trial] {
        try overdue(at: time).prefix(limit).map { number in
            try tuner.lose(number, reason(forLosing: number))
            return tuner.study[number]
        }
    }

    private func reason(forLosing number: Trial.Number) -> String {
        guard let lease = self[number] else { return "its worker was not heard of" }
        if let reason = lease.reason { return reason }
        let worker = lease.worker.isEmpty ? "its worker" : "its worker \(lease.worker)"
        return "\(worker) was not heard of for \(Int(lease.duration)) s"
    }
}
