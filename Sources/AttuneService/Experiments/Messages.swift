import AttuneCore
import AttuneProto
import AttuneStore
import Foundation
import SwiftProtobuf

// MARK: JSON

extension JSON {
    public init(_ value: Google_Protobuf_Value) {
        switch value.kind {
        // Protobuf's values know doubles only.
        case .numberValue(let number): self = Int(exactly: number).map { .number($0) } ?? .number(number)
        case .stringValue(let text): self = .string(text)
        case .boolValue(let flag): self = .bool(flag)
        case .structValue(let object): self = JSON(object)
        case .listValue(let list): self = .array(list.values.map(JSON.init))
        case .nullValue, nil: self = .null
        }
    }

    public init(_ object: Google_Protobuf_Struct) {
        self = .object(Fields(object.fields.sorted { $0.key < $1.key }.map { ($0.key, JSON($0.value)) }))
    }
}

extension Google_Protobuf_Value {
    init(_ json: JSON) {
        switch json {
        case .null: self.init(nilLiteral: ())
        case .bool(let flag): self.init(boolValue: flag)
        case .number(let text): self.init(numberValue: Double(text) ?? .nan)
        case .string(let text): self.init(stringValue: text)
        case .array(let elements): self.init(listValue: .with { $0.values = elements.map(Google_Protobuf_Value.init) })
        case .object: self.init(structValue: Google_Protobuf_Struct(json))
        }
    }
}

extension Google_Protobuf_Struct {
    /// The object's members; none where it is no object.
    public init(_ json: JSON) {
        self.init()
        for (key, value) in json.object ?? [:] { fields[key] = Google_Protobuf_Value(value) }
    }

    init(_ assignment: Assignment) { self.init(assignment.json) }
}

// MARK: Trials

extension Attune_V1_Trial {
    init(_ trial: Trial, _ objective: Objective) {
        self.init()
        number = Int32(trial.number)
        name = trial.name
        attempt = Int32(trial.attempt)
        state = trial.state
        reason = trial.outcome?.reason ?? ""
        assignment = Google_Protobuf_Struct(trial.assignment)
        resource = Int64(trial.suggestion.resource ?? 0)
        parent = Int32(trial.suggestion.parent ?? 0)
        labels = trial.suggestion.labels
        if let why = trial.suggestion.explanation { explanation = Google_Protobuf_Struct(why.json) }
        if !objective.hasSeveralTargets, let value = trial.value(of: objective) { self.value = value }
        metrics = trial.metrics.mapValues { Attune_V1_MetricSummary(TrialRow.Metric($0)) }
        startTime = Google_Protobuf_Timestamp(date: trial.startTime)
        if let end = trial.endTime { endTime = Google_Protobuf_Timestamp(date: end) }
    }

    init(_ row: TrialRow) {
        self.init()
        number = Int32(row.number)
        name = row.name
        attempt = Int32(row.attempt)
        state = row.state
        reason = row.outcome?.reason ?? ""
        assignment = Google_Protobuf_Struct(row.assignment)
        resource = Int64(row.resource ?? 0)
        parent = Int32(row.parent ?? 0)
        labels = row.labels
        if let why = row.explanation { explanation = Google_Protobuf_Struct(why.json) }
        if let value = row.value { self.value = value }
        metrics = row.metrics.mapValues { Attune_V1_MetricSummary($0) }
        startTime = Google_Protobuf_Timestamp(date: row.startTime)
        if let end = row.endTime { endTime = Google_Protobuf_Timestamp(date: end) }
    }
}

extension Attune_V1_MetricSummary {
    fileprivate init(_ metric: TrialRow.Metric) {
        self.init()
        if let latest = metric.latest { self.latest = latest }
        if let min = metric.min { self.min = min }
        if let max = metric.max { self.max = max }
        if let text = metric.text { self.text = text }
    }
}

extension Attune_V1_Verdict {
    init(_ verdict: Verdict) {
        switch verdict {
        case .proceed: self = .proceed
        case .pause: self = .pause
        case .stop: self = .stop
        case .finish: self = .finish
        }
    }
}

// MARK: Experiments

extension Attune_V1_Experiment {
    init(_ summary: ExperimentSummary, namespace: String) {
        self.init()
        name = summary.name
        self.namespace = namespace
        created = Google_Protobuf_Timestamp(date: summary.createdAt)
        counts = Attune_V1_TrialCounts(summary.counts)
        metric = summary.metric
        maximize = summary.direction == .maximize
        events = Int64(summary.events)
        priorTrials = Int32(clamping: summary.priorTrials)
        budget.maxTrials = Int32(clamping: summary.maxTrials ?? 0)
        if summary.maxTrials == nil { budget.clearMaxTrials() }
        if let best = summary.best {
            self.best.number = Int32(best.number)
            self.best.name = "\(summary.name)-\(best.number)"
            switch best.value {
            case .number(let value): self.best.value = value
            case .text(let text): self.best.metrics[summary.metric] = .with { $0.text = text }
            }
        }
        switch summary.status {
        case .running: state = .experimentRunning
        case .stopped: state = .experimentSuspended
        case .finished(let finish):
            state = finish.isFailure ? .experimentFailed : .experimentSucceeded
            reason = finish.reason
            message = finish.message
        }
    }
}

extension Attune_V1_TrialCounts {
    fileprivate init(_ counts: Study.Counts) {
        self.init()
        running = Int32(counts.running)
        paused = Int32(counts.paused)
        succeeded = Int32(counts.succeeded)
        failed = Int32(counts.failed)
        killed = Int32(counts.killed)
        earlyStopped = Int32(counts.earlyStopped)
        metricsUnavailable = Int32(counts.metricsUnavailable)
    }
}

extension Attune_V1_Budget {
    init(_ budget: Budget) {
        self.init()
        parallelTrials = Int32(clamping: budget.parallelTrials)
        if let trials = budget.maxTrials { maxTrials = Int32(clamping: trials) }
        if let trials = budget.maxFailedTrials { maxFailedTrials = Int32(clamping: trials) }
        if let duration = budget.maxRunTime { maxRunSeconds = duration / .seconds(1) }
        if let resource = budget.maxResource { maxResource = Int64(resource) }
    }

    /// `budget` with what is said here.
    ///
    /// - Throws: `invalidArgument` naming every field that cannot be so.
    func edited(_ budget: Budget) throws(ServiceError) -> Budget {
        var budget = budget
        var problems: [Problem] = []
        func read<Value: Comparable & CustomStringConvertible>(
            _ name: String, _ isGiven: Bool, _ value: Value, least: Value
        ) -> Value? {
            guard isGiven else { return nil }
            if value >= least { return value }
            problems.append(
                Problem(("budget" as FieldPath)[name], found: value.description, "must be at least \(least)"))
            return nil
        }
        if let value = read("parallel_trials", hasParallelTrials, parallelTrials, least: 1) {
            budget.parallelTrials = Int(value)
        }
        if let value = read("max_trials", hasMaxTrials, maxTrials, least: 1) { budget.maxTrials = Int(value) }
        if let value = read("max_failed_trials", hasMaxFailedTrials, maxFailedTrials, least: 0) {
            budget.maxFailedTrials = Int(value)
        }
        if let value = read("max_run_seconds", hasMaxRunSeconds, maxRunSeconds, least: 0) {
            budget.maxRunTime = .seconds(value)
        }
        if let value = read("max_resource", hasMaxResource, maxResource, least: 1) { budget.maxResource = Int(value) }
        guard problems.isEmpty else {
            throw ServiceError(.invalidArgument, InvalidExperiment(problems).description, problems: problems)
        }
        return budget
    }
}

extension Attune_V1_Event {
    init(_ event: SQLiteStore.LoggedEvent) {
        self.init()
        sequence = Int64(event.sequence)
        kind = event.kind
        trial = Int32(event.trial ?? 0)
        body = Google_Protobuf_Struct(event.body)
    }
}
