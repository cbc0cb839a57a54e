import AttuneCore
import Foundation

/// An algorithm that answers questions: one line of JSON in, one line of JSON out.
///
/// A line asks for trials, `{"ask": 2}`, tells of them, `{"tell": [{"id": 1, "value": 0.93}]}`, or wants to know the
/// best, `{"best": true}`. A line that cannot be honoured is answered `{"error": "…"}` and changes nothing. The same
/// lines get the same answers: the session knows no time, and its random choices are keyed by the experiment's seed.
///
/// Limits of the experiment's budget and its goal do not count here: how much to ask, and when to end, is the asker's.
public struct OptimizeSession: Sendable {
    /// Everything asked and told so far.
    public private(set) var study: Study
    private var suggester: any Suggester
    private var stoppingRule: (any EarlyStopping)?
    /// Trials that the rule ended.
    private var endedByRule: Set<Trial.Number> = []

    /// - Parameters:
    ///   - suggester: a fresh one.
    ///   - stoppingRule: judges trials whose intermediate values are told.
    public init(_ experiment: Experiment, suggester: any Suggester, stoppingRule: (any EarlyStopping)? = nil) {
        study = Study(experiment, createdAt: OptimizeSession.time)
        self.suggester = suggester
        self.stoppingRule = stoppingRule
    }

    /// A session with the algorithm and stopping rule that the experiment names.
    ///
    /// - Throws: `InvalidExperiment` when the algorithm cannot search the experiment's space.
    public init(_ experiment: Experiment, catalogue: AlgorithmCatalogue) throws {
        self.init(
            experiment, suggester: try catalogue.suggester(for: experiment),
            stoppingRule: try catalogue.stoppingRule(for: experiment))
    }

    /// When everything happens.
    private static let time = Date(timeIntervalSinceReferenceDate: 0)

    /// The answer to a line, without a line break.
    public mutating func answer(_ line: String) -> String {
        do {
            switch try OptimizeRequest(line) {
            case .ask(let count): return try ask(count).description
            case .tell(let entries): return try tell(entries).description
            case .best: return best.description
            }
        } catch {
            return JSON.object(["error": .string("\(error)")]).description
        }
    }

    private var best: JSON {
        guard let best = study.best, let value = best.value(of: study.objective) else { return ["best": .null] }
        return ["best": ["id": .number(best.number), "parameters": parameters(of: best), "value": .number(value)]]
    }

    private func parameters(of trial: Trial) -> JSON { trial.assignment.protocolJSON(in: study.experiment.space) }
}

// MARK: - Asking

extension OptimizeSession {
    /// Starts up to `count` trials: fewer where the algorithm waits for results, or has nothing left to propose.
    private mutating func ask(_ count: Int) throws -> JSON {
        var trials: [JSON] = []
        proposing: while trials.count < count {
            switch try proposal(hasStarted: !trials.isEmpty) {
            case .run(let suggestion):
                // In two lines: within one, `self` would be copied for `json(of:)` before it changes, and with it the study.
                let trial = try start(suggestion)
                trials.append(json(of: trial))
            case .resume(let number, let level, let why):
                try study.apply(.resumed(number, to: level, why: why, at: OptimizeSession.time))
                let trial = study[number]
                trials.append(json(of: trial))
            case .wait: break proposing
            case .exhausted: return ["trials": .array(trials), "exhausted": true]
            }
        }
        return ["trials": .array(trials)]
    }

    /// The user's initial trials first, whatever was imported before them; then what the algorithm proposes.
    ///
    /// - Parameter hasStarted: whether this ask has trials to give already; an algorithm that fails then is heard next time.
    private mutating func proposal(hasStarted: Bool) throws -> Proposal {
        for assignment in study.experiment.initialTrials {
            let suggestion = suggester.beginning(.initial(assignment), in: study)
            if !study.tried.contains(suggestion.assignment) { return .run(suggestion) }
        }
        do {
            let proposal = try suggester.proposal(for: study)
            guard proposal == .wait, study.counts.running == 0 else { return proposal }
            throw AttuneError("\(study.experiment.algorithm.name) waits although no trial is running")
        } catch  where hasStarted {
            return .wait
        }
    }

    private mutating func start(_ suggestion: Suggestion) throws -> Trial {
        let number = study.trials.count + 1
        try study.apply(.started(number, suggestion, at: OptimizeSession.time))
        return study.trials[number - 1]
    }

    /// With `resource` where the algorithm says how much of it a trial is to use, and `why` where it says why.
    private func json(of trial: Trial) -> JSON {
        var fields: JSON.Fields = ["id": .number(trial.number), "parameters": parameters(of: trial)]
        fields["resource"] = trial.suggestion.resource.map { .number($0) }
        fields["parent"] = trial.suggestion.parent.map { .number($0) }
        fields["why"] = trial.suggestion.explanation?.json
        return .object(fields)
    }
}

// MARK: - Telling

extension OptimizeSession {
    /// Takes in all entries, or none when one of them cannot be.
    private mutating func tell(_ entries: [JSON]) throws -> JSON {
        var verdicts: [(number: Trial.Number, stops: Bool)] = []
        for report in try reports(entries) {
            if let stops = try take(report) { verdicts.append((report.trial(in: study), stops)) }
        }
        return OptimizeSession.answer(to: verdicts)
    }

    /// The entries, read. The reader's view of the study ends here: kept on, it would make the next change copy it all.
    private func reports(_ entries: [JSON]) throws -> [Report] {
        var reader = ReportReader(study, endedByRule: endedByRule)
        return try entries.enumerated().map { index, entry in
            do {
                return try reader.report(entry)
            } catch {
                throw entries.count == 1 ? error : AttuneError("tell[\(index)]: \(error)")
            }
        }
    }

    /// Whether the trial is to stop, where the report asks for that; nil where it does not.
    private mutating func take(_ report: Report) throws -> Bool? {
        switch report.subject {
        case .asked(let number):
            if endedByRule.contains(number) { return true }
            try observe(number, report)
            return try conclude(number, report)
        case .imported(let assignment):
            let number = try start(Suggestion(assignment)).number
            try observe(number, report)
            return try conclude(number, report)
        }
    }

    private mutating func observe(_ number: Trial.Number, _ report: Report) throws {
        let step = report.step ?? study[number].observations.last.map { $0.step + 1 } ?? 0
        let observations = report.values.map {
            Observation(metric: $0.metric, value: $0.value, step: step, time: OptimizeSession.time)
        }
        if !observations.isEmpty { try study.apply(.observed(number, observations)) }
    }

    private mutating func conclude(_ number: Trial.Number, _ report: Report) throws -> Bool? {
        switch report.ending {
        case .running:
            let verdict = stoppingRule?.verdict(on: study[number], in: study) ?? .proceed
            if verdict == .stop || verdict == .finish {
                if verdict == .stop { try end(number, .earlyStopped) } else { try endAsItStands(number) }
                endedByRule.insert(number)
                return true
            }
            guard study.isDueToRest(study[number]) else { return false }
            try study.apply(.paused(number, at: OptimizeSession.time))
            return true
        case .completed:
            try complete(number)
            return nil
        case .failed:
            try end(number, .failed("told so"))
            return nil
        }
    }

    private mutating func complete(_ number: Trial.Number) throws {
        guard !study.rests(study[number]) else { return try study.apply(.paused(number, at: OptimizeSession.time)) }
        try endAsItStands(number)
    }

    private mutating func endAsItStands(_ number: Trial.Number) throws {
        try end(number, study[number].outcome(by: study.objective))
    }

    private mutating func end(_ number: Trial.Number, _ outcome: Outcome) throws {
        try study.apply(.ended(number, outcome, at: OptimizeSession.time))
    }

    /// `stop` where there were verdicts: whether any trial is to stop, and which, where several were judged.
    private static func answer(to verdicts: [(number: Trial.Number, stops: Bool)]) -> JSON {
        var fields: JSON.Fields = ["ok": true]
        if !verdicts.isEmpty { fields["stop"] = .bool(verdicts.contains { $0.stops }) }
        if verdicts.count > 1 { fields["stopping"] = .array(verdicts.filter(\.stops).map { .number($0.number) }) }
        return .object(fields)
    }
}
