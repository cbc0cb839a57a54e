import AttuneAlgorithms
import AttuneCore
import AttunePage
import AttuneStore
import Foundation

/// The charts of one experiment.
extension PageData {
    /// One that is made of columns alone.
    func chart(_ kind: String, _ subject: Subject) async throws -> JSON {
        let metric = query["metric"]
        let points = try query.number("points", 2_000, 10...5_000)
        let limit = try query.number("limit", kind == "parallel" ? 1_500 : 2_000, 10...5_000)
        let needsTexts =
            switch kind {
            case "timeline": false
            case "history", "edf": metric != nil && metric != subject.summary.metric
            default: true
            }
        let view = try await view(of: subject, texts: needsTexts)
        return switch kind {
        case "history": view.json(of: view.history(of: metric, points: points))
        case "edf": view.distributionJSON(of: metric)
        case "timeline": view.timelineJSON(limit: limit)
        case "front": view.frontJSON(points: points)
        case "parallel": view.parallelJSON(limit: limit)
        case "slice": try view.sliceJSON(of: try query.required("parameter"), points: points)
        default: try view.rankJSON(try query.required("x"), try query.required("y"), points: points)
        }
    }

    func curves(of subject: Subject) async throws -> JSON {
        let view = try await view(of: subject, texts: false)
        let trials = view.curveTrials(limit: try query.number("limit", 200, 1...500))
        let series = try await store.series(of: trials.map { $0 + 1 }, of: subject.id)
        return view.curvesJSON(trials, series, of: query["metric"])
    }

    /// One that takes long to make, made once however many ask, until the log grows.
    func analysis(_ kind: String, _ subject: Subject) async throws -> JSON {
        switch kind {
        case "contour":
            let (x, y) = (try query.required("x"), try query.required("y"))
            let grid = try query.number("grid", 40, 2...60)
            let view = try await view(of: subject, texts: true)
            return try await result("contour \(x) \(y) \(grid)", view, subject) {
                try view.contourJSON(x, y, grid: grid)
            }
        case "importance":
            let view = try await view(of: subject, texts: true)
            return try await result("importance", view, subject) { ImportanceComparison(view).pageJSON }
        default:
            let view = try await view(of: subject, texts: false)
            return try await result("audit", view, subject) { try await audit(of: subject)?.json ?? PageData.noAudit }
        }
    }

    private func result(
        _ name: String, _ view: ExperimentView, _ subject: Subject, _ body: @escaping @Sendable () async throws -> JSON
    ) async throws -> JSON {
        try await page.views.keeper(of: subject.id).result(name, at: view.events, view.createdAt, body)
    }

    /// Nil where the log is too long to be gone through.
    func audit(of subject: Subject) async throws -> AuditPage? {
        guard subject.summary.events <= AuditPage.mostEvents else { return nil }
        guard let stored = try await store.load(subject.id) else { throw page.hub.unknown(subject.id) }
        return try AuditPage(stored)
    }

    private static let noAudit: JSON = [
        "rule": .null, "stopped": 0, "checked": 0, "trials": [], "wrong": .null, "audit": .null,
        "note": """
        The log is too long to be gone through here; attune audit does it on the command line.
        """,
    ]
}
