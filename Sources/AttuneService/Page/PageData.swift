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
        case "experiments" where words.count > 2: return try await part(Array(words.dropFirst(2)), of: words[1])
        case "compare" where words.count == 2: return .page(try await comparison(words[1]))
        case "schema" where words.count == 1: return .json(PageAsset.schema.bytes)
        case "templates" where words.count == 1: return .page(.array(ExperimentTemplate.all.map(\.json)))
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

    /// What stands at the words behind an experiment's name.
    private func part(_ words: [String], of name: String) async throws -> Response {
        let subject = try await subject(name)
        switch words {
        case ["trials.csv"]: return try await sheet(of: subject)
        case ["report"]: return try await report(of: subject)
        case _ where words.count == 3 && words[0] == "trials" && words[2] == "log":
            return .page(try await log(ofTrial: words[1], of: subject))
        // Whether it has printed something is not in the log.
        case _ where words.count == 2 && words[0] == "trials": return .page(try await trial(words[1], of: subject))
        default: break
        }
        if known == subject.tag { return .unchanged(subject.tag) }
        return .page(try await unchanging(words, subject), tag: subject.tag)
    }

    /// What depends on the experiment's log and the question alone.
    private func unchanging(_ words: [String], _ subject: Subject) async throws -> JSON {
        guard words.count == 1 else {
            throw ServiceError(.notFound, "there is nothing at experiments/…/\(words.joined(separator: "/"))")
        }
        switch words[0] {
        case "trials": return try await trials(of: subject)
        case "history", "edf", "timeline", "front", "parallel", "slice", "rank":
            return try await chart(words[0], subject)
        case "curves": return try await curves(of: subject)
        case "contour", "importance", "audit": return try await analysis(words[0], subject)
        case "cells": return try await cells(of: subject)
        default: throw ServiceError(.notFound, "there is nothing at experiments/…/\(words[0])")
        }
    }
}

extension ExperimentTemplate {
    fileprivate var json: JSON {
        ["name": .string(name), "summary": .string(summary), "text": .string(text)]
    }
}
