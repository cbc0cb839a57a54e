import AttuneCore
import Foundation

/// The log as it would have gone had a rule been in use: what trials reported after it ended them did not happen.
///
/// Which trials there are does not change: what the algorithm would have proposed instead nobody knows.
struct RuleReplay {
    /// Where the rule would have ended a trial.
    struct Cut: Sendable, Hashable {
        let trial: Trial.Number
        /// Units of resource used by then.
        let resource: Int
        /// `.stop` or `.finish`.
        let verdict: Verdict
    }

    /// As the rule would have seen it.
    private(set) var study: Study
    private(set) var cuts: [Trial.Number: Cut] = [:]
    private var rule: any EarlyStopping

    init(_ stored: StoredExperiment, rule: any EarlyStopping) throws {
        study = Study(stored.experiment, createdAt: stored.createdAt)
        self.rule = rule
        let lastReports = RuleReplay.lastReports(of: stored.events)
        for (index, event) in stored.events.enumerated() { try take(event, isJudged: !lastReports.contains(index)) }
    }

    private mutating func take(_ event: Event, isJudged: Bool) throws {
        if let number = event.trial, cuts[number] != nil { return }
        try study.apply(event)
        guard isJudged, case .observed(let number, let observations) = event, let time = observations.last?.time else {
            return
        }
        let trial = study[number]
        let verdict = rule.verdict(on: trial, in: study)
        guard verdict == .stop || verdict == .finish else { return }
        let resource = trial.resourceUsed(reporting: study.objective.metric)
        cuts[number] = Cut(trial: number, resource: resource, verdict: verdict)
        try study.apply(.ended(number, verdict == .stop ? .earlyStopped : .succeeded, at: time))
    }

    /// The reports, by place in the log, with which trials ended by themselves: there was nothing left to stop.
    private static func lastReports(of events: [Event]) -> Set<Int> {
        var latest: [Trial.Number: Int] = [:]
        var last: Set<Int> = []
        for (index, event) in events.enumerated() {
            switch event {
            case .observed(let number, _): latest[number] = index
            case .ended(let number, .earlyStopped, _): latest[number] = nil
            case .ended(let number, _, _), .paused(let number, _): if let place = latest[number] { last.insert(place) }
            default: break
            }
        }
        return last
    }
}
