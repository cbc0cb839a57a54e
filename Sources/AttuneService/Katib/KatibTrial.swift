import AttuneCore
import AttuneProto
import Foundation

/// A trial of a controller's history, as far as it matters here.
struct KatibTrial: Sendable {
    let name: String
    /// Its place, and what its algorithm wanted remembered; nil where the name is none of ours.
    let ours: KatibTrialName?
    /// Nil where it tries something that is not of the space: it then counts for nothing but its place.
    let assignment: Assignment?
    /// How much it may use in all, where the experiment hands out resource.
    let resource: Int?
    let labels: [String: String]
    /// Seconds since 1970; nil where it has not started.
    let startTime: Double?
    /// Nil while it runs.
    let ending: Ending?

    struct Ending: Sendable, Hashable {
        var outcome: Outcome
        var values: [String: ReportedValue]
        /// Seconds since 1970; nil where nobody noted it.
        var time: Double?
    }

    init(_ message: Api_V1_Beta1_Trial, of question: KatibQuestion) {
        let pairs = message.spec.parameterAssignments.assignments.map { ($0.name, $0.value) }
        name = message.name
        ours = KatibTrialName(message.name, of: question.name, pairs)
        (assignment, resource) = question.reading(pairs, rung: ours?.rung)
        labels = message.spec.labels.merging(ours?.labels ?? [:]) { _, own in own }
        startTime = RFC3339.date(message.status.startTime)?.timeIntervalSince1970
        ending = Ending(message.status, of: question.experiment.objective)
    }

    /// Whether it began the same as another, however it went on.
    func begins(like other: KatibTrial) -> Bool {
        name == other.name && assignment == other.assignment && resource == other.resource && ours == other.ours
            && labels == other.labels && startTime == other.startTime
    }
}

extension KatibTrial.Ending {
    /// Nil while the trial runs.
    init?(_ status: Api_V1_Beta1_TrialStatus, of objective: Objective) {
        let texts = objective.textMetrics
        let values = status.observation.metrics.reduce(into: [String: ReportedValue]()) { values, metric in
            let value = ReportedValue(reading: metric.value)
            values[metric.name] = value?.number != nil || texts.contains(metric.name) ? value : nil
        }
        let hasValue = values[objective.metric].map { $0.number?.isFinite ?? true } ?? false
        let missing = Outcome.metricsUnavailable("never reported a finite value of \(objective.metric)")
        switch status.condition {
        case .created, .running, .unknown, .UNRECOGNIZED: return nil
        case .succeeded: outcome = hasValue ? .succeeded : missing
        case .earlystopped: outcome = hasValue ? .earlyStopped : missing
        case .metricsunavailable: outcome = missing
        case .failed: outcome = .failed("the controller says so")
        case .killed: outcome = .killed("the controller says so")
        }
        self.values = values
        time = RFC3339.date(status.completionTime)?.timeIntervalSince1970
    }
}

extension KatibQuestion {
    /// What a trial tries, from names and texts as Katib and Python print them; nil where it is not of the space.
    ///
    /// - Parameter rung: the rung that the trial's name speaks of.
    func reading(_ pairs: [(String, String)], rung: Int?) -> (assignment: Assignment?, resource: Int?) {
        var texts = experiment.parameterTexts(Dictionary(pairs) { first, _ in first })
        let ladder = experiment.ladder
        var level: Int?
        if let ladder {
            if let parameter = ladder.parameter {
                level = texts.removeValue(forKey: parameter).flatMap { Double($0) }.flatMap {
                    Int(exactly: $0.rounded())
                }
            }
            if let rung, ladder.levels.indices.contains(rung) { level = ladder.levels[rung] }
            // One that says nothing of its resource may have had all of it.
            level = min(max(level ?? ladder.maximum, 1), ladder.maximum)
        }
        for spec in configurations.parameters {
            if let text = texts[spec.name] { texts[spec.name] = spec.domain.withinEnds(text) }
        }
        guard let configuration = try? configurations.assignment(reading: texts) else { return (nil, level) }
        guard let level, let ladder else { return (configuration, nil) }
        return (experiment.space.assignment(configuration, with: ladder.parameter, at: level), level)
    }
}

extension Domain {
    /// The text, or the end of the range where the text is a number that rounding has carried over it: Python's
    /// `0.1 + 0.2` is not 0.3.
    fileprivate func withinEnds(_ text: String) -> String {
        guard case .double(let range, _, _) = self, let x = Double(text), !range.contains(x) else { return text }
        let end = x < range.lowerBound ? range.lowerBound : range.upperBound
        return abs(x - end) <= 1e-9 * max(abs(end), range.upperBound - range.lowerBound) ? end.text : text
    }
}
