import Foundation

extension Experiment {
    /// The most trials that are taken over from one experiment.
    static let mostPriorTrials = 2_000

    /// What the ended trials of another study say here, in the order in which they ended: the latest 2,000 that can be
    /// read in this space.
    ///
    /// A trial that was killed, or succeeded without a value of this objective's metric, says nothing. Values are those
    /// of this objective's metric by this objective's strategy, whether it was the other's objective too or one of its
    /// additional metrics.
    ///
    /// - Throws: `Problem` with an empty field when the other never looked at the metric, or wanted it the other way.
    func priorTrials(from other: Study) throws(Problem) -> [PriorTrial] {
        try requireComparable(other.objective)
        return other.ended.compactMap { priorTrial(other[$0], of: other) }.suffix(Experiment.mostPriorTrials)
    }

    private func requireComparable(_ other: Objective) throws(Problem) {
        guard other.metrics.contains(objective.metric) else {
            throw Problem(
                "",
                "it has no metric \(objective.metric), only \(other.metrics.joined(separator: ", ")); "
                    + "what it found cannot be compared")
        }
        guard other.metric != objective.metric || other.direction == objective.direction else {
            throw Problem(
                "", "its objective is to \(other.direction.rawValue) \(other.metric), this one's the opposite")
        }
    }

    private func priorTrial(_ trial: Trial, of other: Study) -> PriorTrial? {
        guard let outcome = trial.outcome, let assignment = space.assignment(carrying: trial.assignment) else {
            return nil
        }
        var value = trial.value(of: objective)
        switch outcome {
        case .killed: return nil
        case .succeeded, .earlyStopped: if value == nil { return nil }
        case .failed, .metricsUnavailable: value = nil
        }
        return PriorTrial(
            of: other.experiment.id, number: trial.number, assignment, outcome: outcome, value: value)
    }
}

extension SearchSpace {
    /// The assignment of another space, read in this one: parameters that this space lacks are left out, and those that
    /// the other lacked, or had inactive, get their default or the middle of their domain.
    ///
    /// - Returns: nil where a value lies outside its domain here, or a constraint is violated.
    func assignment(carrying other: Assignment) -> Assignment? {
        var isOutside = false
        let assignment = assignment { spec, _ in
            guard let value = other[spec.name] else { return spec.usualValue }
            guard let read = spec.domain.value(reading: value.description) else {
                isOutside = true
                return spec.usualValue
            }
            return read
        }
        return isOutside || !isFeasible(assignment) ? nil : assignment
    }
}

extension ParameterSpec {
    /// The default where it is a value that may be tried, else the middle of the domain.
    fileprivate var usualValue: ParameterValue {
        defaultValue.flatMap { domain.contains($0) ? $0 : nil } ?? domain.value(at: 0.5)
    }
}

extension TrialStore {
    /// The events by which a study begins with what other experiments of this store found, one for each that `experiment`
    /// names and `study` has not imported yet; none once a trial has started.
    ///
    /// - Throws: `InvalidExperiment` where one of them is not here or cannot be compared.
    public func imports(for experiment: Experiment, into study: Study? = nil, at time: Date) async throws -> [Event] {
        guard study?.trials.isEmpty ?? true else { return [] }
        var events: [Event] = []
        var problems: [Problem] = []
        for (index, name) in experiment.warmStart.enumerated() where study?.sources.contains(name) != true {
            do {
                if let mistake = experiment.warmStart.mistake(at: index, in: experiment.name) { throw mistake }
                events.append(.imported(try await priorTrials(of: name, for: experiment), from: name, at: time))
            } catch let problem as Problem {
                problems.append(problem.under(FieldPath("spec.warmStart.experiments")[index]))
            }
        }
        guard problems.isEmpty else { throw InvalidExperiment(problems) }
        return events
    }

    private func priorTrials(of name: Experiment.ID, for experiment: Experiment) async throws -> [PriorTrial] {
        guard let stored = try await load(name) else {
            throw Problem("", found: "\"\(name)\"", "there is no experiment of that name in the store")
        }
        let study = try stored.study()
        do throws(Problem) {
            return try experiment.priorTrials(from: study)
        } catch {
            throw Problem("", found: "\"\(name)\"", error.remedy)
        }
    }
}

extension [Experiment.ID] {
    /// What is wrong with one of the experiments to start from, whatever the store has; its field is empty.
    func mistake(at index: Int, in name: Experiment.ID) -> Problem? {
        if self[index] == name {
            return Problem("", found: "\"\(name)\"", "is this experiment itself; name others")
        }
        return firstIndex(of: self[index]).flatMap { first in
            first == index ? nil : Problem("", found: "\"\(self[index])\"", "is named already; list it once")
        }
    }
}
