import AttuneCore
import AttunePage
import AttuneStore
import Foundation
import Hummingbird

/// Experiments side by side, and one of them as a file.
extension PageData {
    /// How many are compared at most.
    private static let mostCompared = 8

    func comparison(_ kind: String) async throws -> JSON {
        let names = query.list("names")
        guard (1...PageData.mostCompared).contains(names.count) else {
            throw ServiceError(
                .invalidArgument, "names: name 1 to \(PageData.mostCompared) experiments, with commas between")
        }
        let metric = query["metric"]
        var entries: [(card: ExperimentCard, view: ExperimentView)] = []
        for name in names {
            let subject = try await subject(name)
            guard let card = try await card(subject.summary) else { throw page.hub.unknown(subject.id) }
            entries.append((card, try await view(of: subject, texts: metric != nil)))
        }
        let points = max(100, 2_000 / entries.count)
        switch kind {
        case "summary": return ExperimentComparison(entries).json
        case "history":
            return [
                "experiments": .array(
                    entries.map { entry in
                        entry.view.json(of: entry.view.history(of: metric, points: points)).named(
                            entry.card.summary.name)
                    })
            ]
        case "edf":
            return [
                "experiments": .array(
                    entries.map { entry in
                        entry.view.distributionJSON(of: metric, points: 500).named(entry.card.summary.name)
                    })
            ]
        default:
            throw ServiceError(.notFound, "there is nothing at compare/\(kind); there are summary, history and edf")
        }
    }

    func report(of subject: Subject) async throws -> Response {
        let detail = try await detailPage(of: subject, texts: true)
        let view = detail.view
        let series = try await store.series(of: view.curveTrials().map { $0 + 1 }, of: subject.id)
        let best = try await store.trials(view.reportTrials.map { $0 + 1 }, of: subject.id)
        let hasStopped = subject.summary.counts.earlyStopped > 0
        let audit = hasStopped ? try await audit(of: subject) : nil
        let text = try Report(detail, series: series, best: best, audit: audit, at: page.hub.clock.now()).html()
        return .download("\(subject.summary.name).html", type: "text/html; charset=utf-8") { writer in
            try await writer.write(ByteBuffer(string: text))
            try await writer.finish(nil)
        }
    }
}

extension JSON {
    fileprivate func named(_ name: String) -> JSON {
        guard case .object(var fields) = self else { return self }
        fields["name"] = .string(name)
        return .object(fields)
    }
}
