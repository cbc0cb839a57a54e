import AttuneCore
import AttunePage
import AttuneStore
import Foundation
import Synchronization

/// The small curves of the list, read again only where a log has grown.
final class Sparks: Sendable {
    /// Beyond it, all are forgotten.
    private static let most = 2_000

    private struct Known: Sendable {
        let createdAt: Date
        let events: Int
        let values: [Double]
    }

    private let known = Mutex<[Experiment.ID: Known]>([:])

    func values(of summary: ExperimentSummary, _ store: SQLiteStore) async throws -> [Double] {
        if let known = known.withLock({ $0[summary.id] }), known.createdAt == summary.createdAt,
            known.events == summary.events
        {
            return known.values
        }
        let standings = try await store.standings(of: summary.id)
        let values = ExperimentCard.spark(standings, of: summary.counts.total, summary.direction)
        known.withLock { known in
            if known.count >= Sparks.most { known = [:] }
            known[summary.id] = Known(createdAt: summary.createdAt, events: summary.events, values: values)
        }
        return values
    }
}
