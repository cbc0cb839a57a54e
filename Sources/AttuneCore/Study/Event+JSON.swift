import Foundation

extension Event {
    /// The event as it is kept: one short object. Times are seconds since 1970.
    public var json: JSON {
        switch self {
        case .started(let number, let suggestion, let time):
            var fields: JSON.Fields = [
                "started": .number(number), "at": .time(time), "assignment": suggestion.assignment.json,
            ]
            fields["resource"] = suggestion.resource.map { .number($0) }
            fields["parent"] = suggestion.parent.map { .number($0) }
            if !suggestion.labels.isEmpty { fields["labels"] = .strings(suggestion.labels) }
            fields["why"] = suggestion.explanation?.json
            return .object(fields)
        case .observed(let number, let observations):
            let rows = observations.map { o -> JSON in
                [.string(o.metric), o.reported.json, .number(o.step), .time(o.time)]
            }
            return ["observed": .number(number), "rows": .array(rows)]
        case .lost(let number, let reason, let time):
            return ["lost": .number(number), "at": .time(time), "reason": .string(reason)]
        case .ended(let number, let outcome, let time):
            var fields: JSON.Fields = ["ended": .number(number), "at": .time(time), "outcome": .string(outcome.name)]
            fields["reason"] = outcome.reason.map { .string($0) }
            return .object(fields)
        case .paused(let number, let time): return ["paused": .number(number), "at": .time(time)]
        case .resumed(let number, let level, let why, let time):
            var fields: JSON.Fields = ["resumed": .number(number), "at": .time(time), "to": .number(level)]
            fields["why"] = why?.json
            return .object(fields)
        case .budgetEdited(let budget, let time):
            return ["budgetEdited": budget.json, "at": .time(time)]
        case .stopped(let time): return ["stopped": true, "at": .time(time)]
        case .finished(let finish, let time):
            var fields: JSON.Fields = ["finished": .string(finish.reason), "at": .time(time)]
            if case .failed(let message) = finish { fields["message"] = .string(message) }
            return .object(fields)
        case .imported(let trials, let source, let time):
            return ["imported": .string(source), "at": .time(time), "trials": .array(trials.map(\.json))]
        }
    }

    /// Reads what `json` wrote.
    ///
    /// - Parameter space: that of the event's experiment.
    public init(json: JSON, space: SearchSpace) throws(AttuneError) {
        guard let event = Event.read(json, space: space) else { throw AttuneError("not an event: \(json)") }
        self = event
    }

    private static func read(_ json: JSON, space: SearchSpace) -> Event? {
        if let number = json["observed"]?.int {
            guard let rows = json["rows"]?.array else { return nil }
            let observations = rows.compactMap(Observation.init(row:))
            return observations.count == rows.count ? .observed(number, observations) : nil
        }
        guard let time = json["at"]?.time else { return nil }
        let why = json["why"].flatMap(Explanation.init(json:))
        if let number = json["started"]?.int, let members = json["assignment"] {
            let labels = (json["labels"]?.object ?? [:]).reduce(into: [:]) { $0[$1.key] = $1.value.string }
            return space.assignment(json: members).map { assignment in
                let suggestion = Suggestion(
                    assignment, resource: json["resource"]?.int, parent: json["parent"]?.int, labels: labels,
                    explanation: why)
                return .started(number, suggestion, at: time)
            }
        }
        if let number = json["paused"]?.int { return .paused(number, at: time) }
        if let number = json["resumed"]?.int {
            return json["to"]?.int.map { .resumed(number, to: $0, why: why, at: time) }
        }
        if let number = json["lost"]?.int { return .lost(number, reason: json["reason"]?.string ?? "", at: time) }
        if let number = json["ended"]?.int, let name = json["outcome"]?.string {
            return Outcome(name: name, reason: json["reason"]?.string).map { .ended(number, $0, at: time) }
        }
        if let budget = json["budgetEdited"] { return .budgetEdited(Budget(json: budget), at: time) }
        if json["stopped"] != nil { return .stopped(at: time) }
        if let source = json["imported"]?.string {
            let rows = json["trials"]?.array ?? []
            let trials = rows.compactMap { PriorTrial(json: $0, of: source, space: space) }
            return trials.count == rows.count ? .imported(trials, from: source, at: time) : nil
        }
        guard let reason = json["finished"]?.string else { return nil }
        return Finish(reason: reason, message: json["message"]?.string).map { .finished($0, at: time) }
    }
}

extension Observation {
    /// What an event says was observed; empty where it is another kind of event.
    public static func reported(by event: JSON) -> [Observation] {
        (event["rows"]?.array ?? []).compactMap(Observation.init(row:))
    }

    init?(row: JSON) {
        guard let metric = row[0]?.string, let value = row[1].flatMap({ ReportedValue(json: $0) }),
            let step = row[2]?.int, let time = row[3]?.time
        else { return nil }
        self.init(metric: metric, value: value, step: step, time: time)
    }
}

extension SearchSpace {
    /// Reads an object of active parameters; nil when a value has a wrong type or a name is unknown.
    public func assignment(json: JSON) -> Assignment? {
        guard let members = json.object, members.keys.allSatisfy({ self[$0] != nil }) else { return nil }
        var values: [ParameterValue?] = []
        for spec in parameters {
            guard let member = members[spec.name] else {
                values.append(nil)
                continue
            }
            guard let value = spec.domain.value(json: member) else { return nil }
            values.append(value)
        }
        return Assignment(names: names, values: values)
    }
}

extension Domain {
    /// A value of the domain's type. That of a double may be written without a point, as 1e3 or 2.
    fileprivate func value(json: JSON) -> ParameterValue? {
        switch (self, ParameterValue(json: json)) {
        case (.double, .int(let value)?): .double(Double(value))
        case (.double, .double(let value)?): .double(value)
        case (.int, .int(let value)?): .int(value)
        case (.discrete, .text(let text)?), (.categorical, .text(let text)?): .text(text)
        default: nil
        }
    }
}

extension Outcome {
    /// The outcome that Katib's condition of that name stands for; nil for a name that is none.
    public init?(name: String, reason: String?) {
        switch name {
        case "Succeeded": self = .succeeded
        case "EarlyStopped": self = .earlyStopped
        case "Failed": self = .failed(reason ?? "")
        case "Killed": self = .killed(reason ?? "")
        case "MetricsUnavailable": self = .metricsUnavailable(reason ?? "")
        default: return nil
        }
    }
}

extension Finish {
    /// The finish of that reason; nil for a reason that is none.
    public init?(reason: String, message: String?) {
        let plain: [Finish] = [
            .goalReached, .maxTrialsReached, .spaceExhausted, .maxRunTimeReached, .maxResourceReached,
            .plateauReached, .expectedImprovementReached,
        ]
        if let finish = plain.first(where: { $0.reason == reason }) {
            self = finish
        } else if reason == Finish.failed("").reason {
            self = .failed(message ?? "")
        } else {
            return nil
        }
    }
}

extension Budget {
    var json: JSON {
        var fields: JSON.Fields = ["parallelTrialCount": .number(parallelTrials)]
        fields["maxTrialCount"] = maxTrials.map { .number($0) }
        fields["maxFailedTrialCount"] = maxFailedTrials.map { .number($0) }
        fields["maxRunTime"] = maxRunTime.map { .number($0.seconds) }
        fields["maxResource"] = maxResource.map { .number($0) }
        fields["stopWhen"] = stopWhen.json
        return .object(fields)
    }

    public init(json: JSON) {
        self.init(
            parallelTrials: json["parallelTrialCount"]?.int ?? 1, maxTrials: json["maxTrialCount"]?.int,
            maxFailedTrials: json["maxFailedTrialCount"]?.int,
            maxRunTime: json["maxRunTime"]?.double.map { .seconds($0) }, maxResource: json["maxResource"]?.int,
            stopWhen: json["stopWhen"].map { StopWhen(json: $0) } ?? StopWhen())
    }
}

extension Duration {
    public var seconds: Double {
        Double(components.seconds) + Double(components.attoseconds) * 1e-18
    }
}
