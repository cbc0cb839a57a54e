import AttuneAlgorithms
import AttuneCore
import AttuneStore
import AttuneYAML
import Foundation

/// Everything there is to say of one trial.
public struct TrialPage: Sendable {
    public let trial: TrialRow
    public let experiment: Experiment
    public let series: [Observation]
    public let events: [SQLiteStore.LoggedEvent]
    /// Why it was stopped; nil where it was not.
    public let stop: StoppedWhy?
    public let hasLog: Bool

    /// Why a trial was stopped, as far as it can be said.
    public enum StoppedWhy: Sendable {
        case stop(rule: String, JSON)
        /// The log is too long to be gone through for it.
        case unknown(rule: String, note: String)
    }

    public init(
        _ trial: TrialRow, of experiment: Experiment, series: [Observation], events: [SQLiteStore.LoggedEvent],
        stop: StoppedWhy?, hasLog: Bool
    ) {
        self.trial = trial
        self.experiment = experiment
        self.series = series
        self.events = events
        self.stop = stop
        self.hasLog = hasLog
    }

    /// The most points of a metric that are given.
    private static let mostPoints = 2_000

    public var json: JSON {
        var fields = trial.pageFields(of: experiment)
        fields["message"] = .string(message)
        fields["explanation"] = trial.explanation?.json ?? .null
        fields["explanationText"] = .string(explanationText)
        fields["metricsSummary"] = .object(
            JSON.Fields(trial.metrics.sorted { $0.key < $1.key }.map { ($0.key, $0.value.pageJSON) }))
        fields["series"] = .object(JSON.Fields(metricNames.map { ($0, seriesJSON(of: $0)) }))
        fields["stopped"] = stoppedJSON
        fields["command"] = .page(command)
        fields["attempts"] = .number(trial.attempt)
        fields["events"] = .array(shownEvents)
        fields["hasLog"] = .bool(hasLog)
        return .object(fields)
    }

    private var metricNames: [String] {
        let own = experiment.objective.metrics.filter { name in series.contains { $0.metric == name } }
        return own + Set(series.map(\.metric)).subtracting(own).sorted()
    }

    private func seriesJSON(of metric: String) -> JSON {
        let own = series.filter { $0.metric == metric && $0.text == nil }
        let shown = Curve.places(own.count, atMost: TrialPage.mostPoints).map { own[$0] }
        return [
            "step": .page(shown.map(\.step)), "value": .array(shown.map { .page($0.value) }),
            "time": .times(shown.map(\.time.timeIntervalSince1970)),
        ]
    }

    private var stoppedJSON: JSON {
        switch stop {
        case nil: return .null
        case .unknown(let rule, let note):
            return ["rule": .string(rule), "why": .string(note), "step": .null, "value": .null, "compared": [:]]
        case .stop(let rule, let json):
            guard case .object(var fields) = json else { return .null }
            fields["rule"] = .string(rule)
            return .object(fields)
        }
    }

    // MARK: Words

    private var message: String {
        switch trial.outcome {
        case nil: trial.isPaused ? "It reached its level and rests; it may go on later." : "It is running."
        case .succeeded: "It succeeded."
        case .earlyStopped: "It was stopped early."
        case .failed(let reason): "It failed: \(reason)"
        case .killed(let reason): "It was ended: \(reason)"
        case .metricsUnavailable(let reason): "It ended without a usable result: \(reason)"
        }
    }

    private var explanationText: String {
        var sentences = [trial.explanation?.sentence(of: experiment.objective.metric) ?? unexplained]
        if let parent = trial.parent { sentences.append("It began with what trial \(parent) had learned.") }
        if let resource = trial.resource { sentences.append("It may use \(resource) units of resource.") }
        return sentences.joined(separator: " ")
    }

    private var unexplained: String {
        if trial.number <= experiment.initialTrials.count { return "It is one of the experiment's initial trials." }
        let name = experiment.algorithm.name
        return switch name {
        case "random": "It was drawn at random."
        case "sobol": "It is the next point of a sequence that covers the space evenly."
        case "grid": "It is the next combination of the grid."
        default: AlgorithmCatalogue.standard[algorithm: name].map { "\(name): \($0.summary)" } ?? "\(name) proposed it."
        }
    }

    /// What was run, its parameters filled in; nil where a script carries trials out.
    private var command: String? {
        guard let template = experiment.template, let resource = try? experiment.templateResource(),
            let assignment = experiment.space.assignment(json: trial.assignment)
        else { return nil }
        let suggestion = Suggestion(assignment, resource: trial.resource, parent: trial.parent, labels: trial.labels)
        let told = Trial(number: trial.number, name: trial.name, suggestion: suggestion, startTime: trial.startTime)
        return (try? template.rendered(resource, for: told, in: experiment)).flatMap(Experiment.command)
    }

    // MARK: Events

    /// All but reports, of which the first and the last stand for all where they are many.
    private var shownEvents: [JSON] {
        let reports = events.filter { $0.kind == "observed" }
        let kept = Set(Curve.places(reports.count, atMost: 100).map { reports[$0].sequence })
        return events.filter { $0.kind != "observed" || kept.contains($0.sequence) }.map { event in
            [
                "sequence": .number(event.sequence), "kind": .string(event.kind), "time": .page(event.seconds),
                "text": .string(event.sentence),
            ]
        }
    }
}

extension SQLiteStore.LoggedEvent {
    fileprivate var seconds: Double? {
        body["at"]?.double ?? Observation.reported(by: body).last?.time.timeIntervalSince1970
    }

    fileprivate var sentence: String {
        switch kind {
        case "started": return "was started"
        case "observed":
            return Observation.reported(by: body)
                .map { "reported \($0.metric) = \($0.reported.shortened.text) at step \($0.step)" }.joined(
                    separator: ", ")
        case "lost": return "lost its attempt: \(body["reason"]?.string ?? "")"
        case "ended":
            let reason = body["reason"]?.string.map { ": \($0)" } ?? ""
            return "ended as \(body["outcome"]?.string ?? "")\(reason)"
        case "paused": return "came to rest at its level"
        case "resumed": return "went on, up to \(body["to"]?.int ?? 0) units of resource"
        default: return kind
        }
    }
}

extension TrialRow.Metric {
    fileprivate var pageJSON: JSON { ["latest": .page(reported), "min": .page(min), "max": .page(max)] }
}

extension Explanation {
    /// Why the trial was proposed, for people.
    func sentence(of metric: String) -> String {
        var parts = ["It was proposed by \(method)."]
        if let mean {
            let spread = deviation.map { ", give or take \($0.short)" } ?? ""
            parts.append("The model expected \(metric) of \(mean.short)\(spread).")
        }
        if let acquisition {
            parts.append("The choice was made by \(acquisition)\(score.map { ", which was \($0.short) here" } ?? "").")
        }
        if let exploration { parts.append("\(Int((exploration * 100).rounded())) % of it was exploration.") }
        return parts.joined(separator: " ")
    }
}
