import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation

@testable import AttunePage

extension ExperimentView {
    /// Everything it holds, not a number equal to itself.
    var contents: [String: [UInt64]] {
        var contents: [String: [UInt64]] = [
            "states": states.map { UInt64($0.rawValue) }, "starts": starts.map(\.bitPattern),
            "ends": ends.map(\.bitPattern), "values": values.map(\.bitPattern),
            "standings": standings.map(\.bitPattern), "events": [UInt64(events), UInt64(textEvents)],
        ]
        for column in parameters { contents["parameter \(column.name)"] = column.values.map(\.bitPattern) }
        for (name, column) in metrics {
            contents["metric \(name)"] = (column.latest + column.min + column.max).map(\.bitPattern)
        }
        return contents
    }

    /// The view of a random history with so many events.
    static func random(
        _ count: Int, seed: UInt64, of experiment: Experiment = Samples.experiment()
    ) throws -> (view: ExperimentView, study: Study) {
        var history = RandomHistory(of: experiment, seed: seed)
        var study = Study(experiment, createdAt: Samples.noon)
        for event in try history.events(count) { try study.apply(event) }
        return (try ExperimentView(study, events: count), study)
    }
}

/// Trials that succeeded with given values of metrics, a second each, one after another.
func succeeded(_ experiment: Experiment, _ rows: [[String: Double]], seed: UInt64 = 1) throws -> Study {
    var random = RandomSource(seed: seed)
    var study = Study(experiment, createdAt: Samples.noon)
    for (index, row) in rows.enumerated() {
        let start = Samples.noon.addingTimeInterval(Double(index))
        try study.apply(
            .started(index + 1, Suggestion(try experiment.space.sample(using: &random)), at: start))
        try study.apply(.observed(index + 1, Observation.all(row, step: 0, at: start)))
        try study.apply(.ended(index + 1, .succeeded, at: start.addingTimeInterval(1)))
    }
    return study
}

extension ExperimentSummary {
    static func sample(of experiment: Experiment) -> ExperimentSummary {
        ExperimentSummary(
            id: experiment.id, createdAt: Samples.noon, metric: experiment.objective.metric,
            direction: experiment.objective.direction, maxTrials: experiment.budget.maxTrials, status: .running,
            counts: Study.Counts(), priorTrials: 0, best: nil, events: 0)
    }
}
