import AttuneAlgorithms
import AttuneCore
import AttunePage
import AttuneStore
import Foundation
import Hummingbird

/// One question of the page's: who asks, for what, and what it has already.
struct PageData: Sendable {
    let page: WebPage
    let caller: Caller
    let query: PageQuery
    /// The tag of what the client has.
    let known: String?

    var store: SQLiteStore { page.store }

    /// - Parameter words: of the path, behind `/v1/page/`.
    func answer(_ words: [String]) async throws -> Response {
        switch words.first {
        case "experiments" where words.count == 1: return .page(try await list())
        case "experiments" where words.count == 2: return .page(try await detail(words[1]))
        case "experiments" where words.count > 2: return try await chart(Array(words.dropFirst(2)), of: words[1])
        case "schema" where words.count == 1:
            return .json(PageAsset.schema.bytes)
        default: throw ServiceError(.notFound, "there is nothing at /v1/page/\(words.joined(separator: "/"))")
        }
    }

    // MARK: What an experiment's answers have in common

    /// An experiment that is asked about, as it stands.
    struct Subject: Sendable {
        let id: Experiment.ID
        let summary: ExperimentSummary
        /// Changes whenever the log grows.
        var tag: String {
            "\"\(attuneVersion)-\(Int(summary.createdAt.timeIntervalSince1970 * 1_000))-\(summary.events)\""
        }
    }

    func subject(_ name: String) async throws -> Subject {
        let id = try caller.id(of: name)
        guard let summary = try await store.summary(of: id) else { throw page.hub.unknown(id) }
        return Subject(id: id, summary: summary)
    }

    func view(of subject: Subject, texts: Bool) async throws -> ExperimentView {
        guard let view = try await page.views.view(of: subject.id, texts: texts) else {
            throw page.hub.unknown(subject.id)
        }
        return view
    }

    private func chart(_ words: [String], of name: String) async throws -> Response {
        let subject = try await subject(name)
        if known == subject.tag { return .unchanged(subject.tag) }
        return try await chart(words, subject)
    }

    private func chart(_ words: [String], _ subject: Subject) async throws -> Response {
        switch words[0] {
        case "history" where words.count == 1:
            let metric = query["metric"]
            let view = try await view(of: subject, texts: metric != nil && metric != subject.summary.metric)
            let history = view.history(of: metric, points: try query.number("points", 2_000, 1...5_000))
            return .page(view.json(of: history), tag: subject.tag)
        case "trials" where words.count == 1: return .page(try await trials(of: subject), tag: subject.tag)
        default: throw ServiceError(.notFound, "there is nothing at experiments/…/\(words.joined(separator: "/"))")
        }
    }
}
