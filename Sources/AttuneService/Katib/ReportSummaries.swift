import AttuneCore
import AttuneStore
import Synchronization

/// What the first reports of finished trials come to. They report no more, so each is read once.
final class ReportSummaries: Sendable {
    enum Summary: Sendable, Hashable {
        case mean
        case best(Objective.Direction)

        func callAsFunction(_ values: [Double]) -> Double? {
            switch self {
            case .mean: values.isEmpty ? nil : values.reduce(0) { $0 + $1 / Double(values.count) }
            case .best(.minimize): values.min()
            case .best(.maximize): values.max()
            }
        }
    }

    struct Kind: Sendable, Hashable {
        var namespace: String
        var metric: String
        /// How many reports count.
        var count: Int
        var summary: Summary
    }

    /// Another trial of a name that was used before has ended at another time.
    struct Trial: Sendable, Hashable {
        var name: String
        var end: String
    }

    private let known = Mutex<[Kind: [Trial: Double]]>([:])
    /// How many numbers are remembered before all are forgotten.
    private static let capacity = 200_000

    /// By trial, as far as it reported numbers. A trial without any is asked for again: its report may be on its way.
    func values(of trials: [Trial], _ kind: Kind, in store: SQLiteStore) async throws -> [Double] {
        let remembered = known.withLock { $0[kind] ?? [:] }
        let others = trials.filter { remembered[$0] == nil }
        let numbers = try await store.firstLoggedNumbers(
            of: others.map(\.name), in: kind.namespace, metric: kind.metric, count: kind.count)
        let read = zip(others, numbers).compactMap { trial, values in kind.summary(values).map { (trial, $0) } }
        known.withLock { known in
            if known.values.reduce(read.count, { $0 + $1.count }) > ReportSummaries.capacity { known = [:] }
            known[kind, default: [:]].merge(read) { _, new in new }
        }
        let fresh = Dictionary(read) { first, _ in first }
        return trials.compactMap { remembered[$0] ?? fresh[$0] }
    }
}
