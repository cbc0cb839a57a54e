import AttuneCore
import AttuneStore
import Foundation

/// An experiment as one file to keep or send.
public struct Report: Sendable {
    public let detail: ExperimentDetail
    /// Of the trials at `view.curveTrials()`, in their order.
    public let series: [[Observation]]
    /// The best, the best first.
    public let best: [TrialRow]
    /// Nil where nothing was stopped, or the log is too long to be gone through.
    public let audit: AuditPage?
    public let time: Date

    /// How many of the best trials its table has.
    public static let tableRows = 100

    public init(
        _ detail: ExperimentDetail, series: [[Observation]], best: [TrialRow], audit: AuditPage?, at time: Date
    ) {
        self.detail = detail
        self.series = series
        self.best = best
        self.audit = audit
        self.time = time
    }

    /// - Throws: `AttuneError` where the page's files do not fit together.
    public func html() throws(AttuneError) -> String {
        try ReportBundle.html(title: "\(detail.card.summary.name) · Attune", data: try json())
    }

    /// Each part as the page gets it.
    func json() throws(AttuneError) -> JSON {
        let view = detail.view
        let ranked = ImportanceComparison(view)
        let names = ranked.trials == nil ? view.experiment.space.names : ranked.ranked
        var slices: [JSON] = []
        for name in names.prefix(12) { slices.append(try view.sliceJSON(of: name, points: 500)) }
        return [
            "experiment": detail.json, "history": view.json(of: view.history()),
            "curves": view.curvesJSON(view.curveTrials(), series, of: nil), "importance": ranked.pageJSON,
            "parallel": view.parallelJSON(),
            "slices": .array(slices),
            "timeline": view.timelineJSON(), "edf": view.distributionJSON(),
            "front": view.objective.hasSeveralTargets ? view.frontJSON() : .null,
            "trials": [
                "total": .number(view.count), "shown": .number(best.count),
                "trials": .array(best.map { $0.pageJSON(of: view.experiment) }),
            ],
            "audit": audit?.json ?? .null, "generated": .pageTime(time.timeIntervalSince1970),
            "version": .string(attuneVersion),
        ]
    }
}

extension ExperimentView {
    /// The trials of a report's table: the best, or where there are several objectives the front first.
    public var reportTrials: [Int] {
        let front = objective.hasSeveralTargets ? front().members : []
        return Array((front + bestTrials(Report.tableRows).filter { !front.contains($0) }).prefix(Report.tableRows))
    }
}
