import AttuneAlgorithms
import AttuneCore
import AttunePage
import AttuneStore
import Foundation
import HTTPTypes
import Hummingbird

/// The table of trials, and one of them.
extension PageData {
    func trials(of subject: Subject) async throws -> JSON {
        let (found, view) = try await found(in: subject)
        let offset = try query.number("offset", 0, 0...Int.max)
        let limit = try query.number("limit", 100, 1...500)
        let shown = found.dropFirst(offset).prefix(limit).map { $0 + 1 }
        let rows = try await store.trials(shown, of: subject.id)
        return [
            "total": .number(found.count), "shown": .number(rows.count),
            "trials": .array(rows.map { $0.pageJSON(of: view.experiment) }),
        ]
    }

    /// The trials that the question finds, by their place.
    private func found(
        in subject: Subject, texts: Bool = false
    ) async throws -> (trials: [Int], view: ExperimentView) {
        let asked = try TrialQuery(
            sort: query["sort"] ?? "number", states: query.list("states"), filters: query.list("filter"))
        let view = try await view(of: subject, texts: texts || asked.needsTexts)
        var matches: Set<Trial.Number>?
        if let search = query["search"] { matches = try await store.trials(matching: search, of: subject.id) }
        return (try view.trials(for: asked, among: matches), view)
    }

    /// The trials that the question finds, as CSV, read from the store a page at a time.
    func sheet(of subject: Subject) async throws -> Response {
        let (found, view) = try await found(in: subject, texts: true)
        let sheet = TrialSheet(view)
        let (store, id) = (store, subject.id)
        return .download("\(subject.summary.name).csv", type: "text/csv; charset=utf-8") { writer in
            try await writer.write(ByteBuffer(string: sheet.header))
            for start in stride(from: 0, to: found.count, by: 1_000) {
                let rows = try await store.trials(found[start..<min(found.count, start + 1_000)].map { $0 + 1 }, of: id)
                try await writer.write(ByteBuffer(string: rows.map(sheet.line).joined()))
            }
            try await writer.finish(nil)
        }
    }

    func number(_ text: String) throws(ServiceError) -> Trial.Number {
        guard let number = Int(text), number > 0 else {
            throw ServiceError(.notFound, "there is no trial \(text); trials have numbers from 1")
        }
        return number
    }

    func row(_ number: Trial.Number, of subject: Subject) async throws -> TrialRow {
        guard let row = try await store.trials([number], of: subject.id).first else {
            throw ServiceError(.notFound, "there is no trial \(number) of \(subject.summary.name)")
        }
        return row
    }

    func experiment(of subject: Subject) async throws -> Experiment {
        guard let experiment = try await store.experiment(subject.id) else { throw page.hub.unknown(subject.id) }
        return experiment
    }

    func trial(_ text: String, of subject: Subject) async throws -> JSON {
        let number = try number(text)
        let (row, experiment) = (try await row(number, of: subject), try await experiment(of: subject))
        let series = try await store.series(of: [number], of: subject.id).first ?? []
        let events = try await store.events(ofTrial: number, of: subject.id, limit: 20_000)
        return TrialPage(
            row, of: experiment, series: series, events: events,
            stop: try await stop(of: row, experiment, subject),
            hasLog: logs(of: subject, experiment)?.hasOutput(of: number) ?? false
        ).json
    }

    /// Why the trial was stopped; nil where it was not.
    private func stop(
        of row: TrialRow, _ experiment: Experiment, _ subject: Subject
    ) async throws -> TrialPage.StoppedWhy? {
        guard row.outcome == .earlyStopped else { return nil }
        let rule = experiment.earlyStopping?.name ?? experiment.algorithm.name
        guard subject.summary.events <= AuditPage.mostEvents else {
            return .unknown(rule: rule, note: "The log is too long to be gone through here.")
        }
        let stops = try await page.views.keeper(of: subject.id).result(
            "stops", at: subject.summary.events, subject.summary.createdAt
        ) { [store] in
            guard let stored = try await store.load(subject.id) else { return .null }
            return .object(JSON.Fields(try StoppedTrials(stored).stops.map { (String($0.trial), $0.json) }))
        }
        guard let stop = stops[String(row.number)] else {
            return .unknown(rule: rule, note: "It was stopped by someone, or before it had reported anything.")
        }
        return .stop(rule: rule, stop)
    }

    /// The cells of a trial; of the best, where none is named.
    func cells(of subject: Subject) async throws -> JSON {
        let experiment = try await experiment(of: subject)
        var wanted = subject.summary.best?.number
        if let text = query["trial"] { wanted = try number(text) }
        guard let wanted else { throw ServiceError(.notFound, "no trial has succeeded yet; name one with trial=") }
        let row = try await row(wanted, of: subject)
        let logs = logs(of: subject, experiment)
        do throws(AttuneError) {
            let told = row.presentedAssignment(by: experiment)
            return try CellPage(row.number, told: told, layout: experiment.nas?.cells) {
                logs?.end(of: wanted, limit: 1 << 18)
            }.json
        } catch {
            throw ServiceError(.notFound, error.message)
        }
    }
}

extension Response {
    /// A file for the browser to keep.
    static func download(
        _ name: String, type: String, _ write: @escaping @Sendable (inout any ResponseBodyWriter) async throws -> Void
    ) -> Response {
        // Experiments' names are letters, digits, dots and dashes.
        let plain = name.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-._".contains($0)) }
        return Response(
            status: .ok,
            headers: [
                .contentType: type, .cacheControl: "no-store",
                .contentDisposition: "attachment; filename=\"\(plain)\"",
            ], body: ResponseBody { writer in try await write(&writer) })
    }
}
