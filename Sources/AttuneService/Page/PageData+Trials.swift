import AttuneCore
import AttunePage
import AttuneStore
import Foundation

/// The table of trials.
extension PageData {
    func trials(of subject: Subject) async throws -> JSON {
        let (found, view) = try await found(in: subject)
        let offset = try query.number("offset", 0, 0...Int.max)
        let limit = try query.number("limit", 100, 1...1_000)
        let shown = found.dropFirst(offset).prefix(limit).map { $0 + 1 }
        let rows = try await store.trials(shown, of: subject.id)
        return [
            "total": .number(found.count), "shown": .number(rows.count),
            "trials": .array(rows.map { $0.pageJSON(of: view.experiment) }),
        ]
    }

    /// The trials that the question finds, by their place.
    func found(in subject: Subject) async throws -> (trials: [Int], view: ExperimentView) {
        let asked = try TrialQuery(
            sort: query["sort"] ?? "number", states: query.list("states"), filters: query.list("filter"))
        let view = try await view(of: subject, texts: asked.needsTexts)
        let matches = try await query["search"].asyncMap { try await store.trials(matching: $0, of: subject.id) }
        return (try view.trials(for: asked, among: matches), view)
    }
}

extension Optional {
    fileprivate func asyncMap<Value>(_ transform: (Wrapped) async throws -> Value) async rethrows -> Value? {
        if let self { try await transform(self) } else { nil }
    }
}
