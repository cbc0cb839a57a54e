import AttuneCore

/// One entry of a tell: what came of a trial, or what is known from elsewhere.
struct Report: Sendable {
    enum Subject: Sendable, Hashable {
        /// A trial of the session.
        case asked(Trial.Number)
        /// Something tried elsewhere.
        case imported(Assignment)
    }

    enum Ending: Sendable, Hashable { case running, completed, failed }

    var subject: Subject
    /// By metric, in the experiment's order. Not a number and infinities are legal: a model diverged.
    var values: [(metric: String, value: Double)]
    /// Of an intermediate value.
    var step: Int?
    var ending: Ending

    /// The trial it has become part of, once it was taken in.
    func trial(in study: Study) -> Trial.Number {
        if case .asked(let number) = subject { number } else { study.nextNumber - 1 }
    }
}

/// Reads the entries of one tell against the study they are for.
struct ReportReader {
    private let study: Study
    /// Trials that an earlier entry of the same tell has ended.
    private var ended: Set<Trial.Number> = []

    /// Trials that the stopping rule ended: more may be told of them, and is ignored.
    private let endedByRule: Set<Trial.Number>

    init(_ study: Study, endedByRule: Set<Trial.Number>) {
        self.study = study
        self.endedByRule = endedByRule
    }

    private static let fields = ["id", "parameters", "value", "values", "step", "failed"]

    /// - Throws: `AttuneError` naming the field and what would be right.
    mutating func report(_ entry: JSON) throws(AttuneError) -> Report {
        guard let fields = entry.object else {
            throw AttuneError("found \(entry); give an object such as {\"id\": 1, \"value\": 0.93}")
        }
        if let unknown = fields.keys.first(where: { !ReportReader.fields.contains($0) }) {
            throw AttuneError("\(unknown): is not a field here; known: \(ReportReader.fields.joined(separator: ", "))")
        }
        let subject = try subject(fields)
        let step = try step(fields["step"])
        let values = try values(fields)
        let ending = try ending(fields, step: step, values: values)
        if case .asked(let number) = subject {
            try requireOpen(number)
            if ending != .running { ended.insert(number) }
        } else if ending == .running {
            throw AttuneError("step: an imported observation is a finished trial; leave the step out")
        }
        return Report(subject: subject, values: values, step: step, ending: ending)
    }

    // MARK: Subject

    private func subject(_ fields: JSON.Fields) throws(AttuneError) -> Report.Subject {
        guard let id = fields["id"], !id.isNull else {
            guard let parameters = fields["parameters"] else {
                throw AttuneError("give the id of a trial, or parameters to import what was tried elsewhere")
            }
            return .imported(try assignment(parameters))
        }
        guard case .number(let text) = id, let number = Int(text), study.trials.indices.contains(number - 1) else {
            throw AttuneError("id: found \(id); there is no such trial")
        }
        // Whoever echoes a trial with its value is understood; whoever changed it would mislead the algorithm.
        if let parameters = fields["parameters"], try assignment(parameters) != study[number].assignment {
            throw AttuneError("parameters: trial \(number) has others; to import an observation leave the id out")
        }
        return .asked(number)
    }

    private func assignment(_ json: JSON) throws(AttuneError) -> Assignment {
        guard let fields = json.object else {
            throw AttuneError("parameters: found \(json); give an object of names and values")
        }
        var texts: [String: String] = [:]
        for (name, value) in fields where !value.isNull {
            guard let text = value.scalarText else {
                throw AttuneError("parameters.\(name): found \(value); give a number or a string")
            }
            texts[name] = text
        }
        do {
            return try study.experiment.space.assignment(reading: texts)
        } catch {
            throw AttuneError(error.problems.map { "\($0.under("parameters"))" }.joined(separator: "; "))
        }
    }

    private func requireOpen(_ number: Trial.Number) throws(AttuneError) {
        let outcome = study[number].outcome
        guard !ended.contains(number), outcome == nil || endedByRule.contains(number) else {
            throw AttuneError(
                "id: trial \(number) was told already; it ended as \(outcome?.name ?? "an earlier entry says")")
        }
    }

    // MARK: Values

    private func step(_ json: JSON?) throws(AttuneError) -> Int? {
        guard let json else { return nil }
        guard case .number(let text) = json, let step = Int(text), step >= 0 else {
            throw AttuneError("step: found \(json); give a whole number from 0")
        }
        return step
    }

    private func values(_ fields: JSON.Fields) throws(AttuneError) -> [(metric: String, value: Double)] {
        let metrics = study.objective.metrics
        switch (fields["value"], fields["values"]) {
        case (nil, nil): return []
        case (let value?, nil): return [(metrics[0], try number(value, "value"))]
        case (_?, _?): throw AttuneError("give value or values, not both")
        case (nil, let several?):
            guard let several = several.object else {
                throw AttuneError("values: give an object such as {\"\(metrics[0])\": 0.93}")
            }
            if let unknown = several.keys.first(where: { !metrics.contains($0) }) {
                throw AttuneError(
                    "values.\(unknown): is not a metric of the experiment; it has \(metrics.joined(separator: ", "))")
            }
            var values: [(metric: String, value: Double)] = []
            for metric in metrics {
                if let value = several[metric] { values.append((metric, try number(value, "values.\(metric)"))) }
            }
            return values
        }
    }

    /// A number; null, or the name of a number that is not finite, for a model that diverged.
    private func number(_ json: JSON, _ field: String) throws(AttuneError) -> Double {
        switch json {
        case .null: return .nan
        case .number(let text): if let value = Double(text) { return value }
        case .string(let text): if let value = Double(text), !value.isFinite { return value }
        default: break
        }
        throw AttuneError("\(field): found \(json); give a number, or null for what is not a number")
    }

    private func ending(
        _ fields: JSON.Fields, step: Int?, values: [(metric: String, value: Double)]
    ) throws(AttuneError) -> Report.Ending {
        let hasFailed = fields["failed"]?.bool
        if fields["failed"] != nil, hasFailed == nil { throw AttuneError("failed: give true or false") }
        if hasFailed == true {
            guard step == nil else {
                throw AttuneError("step: a failed trial has no further step; leave one of them out")
            }
            return .failed
        }
        guard step == nil else {
            guard !values.isEmpty else { throw AttuneError("value: give the value at that step") }
            return .running
        }
        guard values.contains(where: { $0.metric == study.objective.metric }) else {
            throw AttuneError("value: give the value of \(study.objective.metric), or \"failed\": true")
        }
        return .completed
    }
}
