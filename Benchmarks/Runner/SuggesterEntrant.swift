import AttuneCore
import AttuneProblems
import Foundation

/// One of Attune's own algorithms as an entrant: a study and a suggester, turn by turn as `Tuner` has them.
public struct SuggesterEntrant: Entrant {
    private var study: Study
    private var suggester: any Suggester
    private let stoppingRule: (any EarlyStopping)?
    private let fullResource: Int

    /// - Throws: `Refusal` with all that keeps the algorithm from the challenge.
    public init(
        _ challenge: Challenge, algorithm: AlgorithmSpec, stopping: AlgorithmSpec? = nil, catalogue: AlgorithmCatalogue
    ) throws {
        let experiment = Experiment(challenge, algorithm: algorithm, stopping: stopping)
        do {
            suggester = try catalogue.suggester(for: experiment)
            stoppingRule = try catalogue.stoppingRule(for: experiment)
        } catch let invalid as InvalidExperiment {
            throw Refusal(invalid.problems.map(\.description).joined(separator: "; "))
        }
        study = Study(experiment, createdAt: Date(simulated: 0))
        fullResource = challenge.problem.maxResource
    }

    public var followsCurves: Bool { stoppingRule != nil }

    public mutating func ask(_ count: Int, at seconds: Double) async throws -> [Candidate] {
        var candidates: [Candidate] = []
        while candidates.count < count, study.wantsTrial, let candidate = try next(at: seconds) {
            candidates.append(candidate)
        }
        return candidates
    }

    private mutating func next(at seconds: Double) throws -> Candidate? {
        switch try suggester.proposal(for: study) {
        case .run(let suggestion):
            let number = study.nextNumber
            try study.apply(.started(number, suggestion, at: Date(simulated: seconds)))
            return Candidate(id: number, assignment: suggestion.assignment, resource: suggestion.resource)
        case .wait where study.counts.running == 0:
            throw AttuneError("\(study.experiment.algorithm.name) waits although no trial is running")
        case .wait, .exhausted: return nil
        }
    }

    public mutating func tell(_ reports: [Report], at seconds: Double) async throws -> Set<Candidate.ID> {
        var stopped: Set<Candidate.ID> = []
        for report in reports where try take(report, at: Date(simulated: seconds)) == .stop {
            stopped.insert(report.candidate)
        }
        return stopped
    }

    private mutating func take(_ report: Report, at time: Date) throws -> Verdict {
        let number = report.candidate
        switch report.content {
        case .step(let step, let value):
            try study.apply(
                .observed(number, [Observation(metric: study.objective.metric, value: value, step: step, time: time)]))
            return stoppingRule?.verdict(on: study[number], in: study) ?? .proceed
        case .finished(let values):
            try finish(number, values, at: time)
        case .failed(let reason): try study.apply(.ended(number, .failed(reason), at: time))
        case .stopped: try study.apply(.ended(number, .earlyStopped, at: time))
        }
        return .proceed
    }

    private mutating func finish(_ number: Trial.Number, _ values: [Double], at time: Date) throws {
        let step = study[number].suggestion.resource ?? fullResource
        let observations = zip(study.objective.metrics, values).map {
            Observation(metric: $0, value: $1, step: step, time: time)
        }
        try study.apply(.observed(number, observations))
        let hasValue = study[number].value(of: study.objective) != nil
        let outcome =
            hasValue
            ? Outcome.succeeded : .metricsUnavailable("never reported a finite value of \(study.objective.metric)")
        try study.apply(.ended(number, outcome, at: time))
    }
}

extension Contestant {
    /// One of Attune's own algorithms, with a stopping rule where the problem has curves to stop.
    public static func attune(
        _ algorithm: AlgorithmSpec, stopping: AlgorithmSpec? = nil, named name: String? = nil,
        catalogue: AlgorithmCatalogue
    ) -> Contestant {
        let parts = [algorithm] + (stopping.map { [$0] } ?? [])
        let details = parts.map { part in
            ([part.name] + part.settings.map { "\($0.name)=\($0.value)" }).joined(separator: " ")
        }
        return Contestant(
            name ?? parts.map(\.name).joined(separator: "+"), details: details.joined(separator: "; ")
        ) { try SuggesterEntrant($0, algorithm: algorithm, stopping: stopping, catalogue: catalogue) }
    }
}

extension Experiment {
    /// The challenge as a user would write it. What a trial ends with counts, not the best it passed on the way.
    init(_ challenge: Challenge, algorithm: AlgorithmSpec, stopping: AlgorithmSpec?) {
        let problem = challenge.problem
        let metrics = problem.metrics.map(\.name)
        let objective = Objective(
            problem.metrics[0].direction, metrics[0], additionalMetrics: Array(metrics.dropFirst()),
            strategies: [metrics[0]: .latest])
        self.init(
            metadata: Metadata(name: problem.name), objective: objective, space: problem.space, algorithm: algorithm,
            earlyStopping: stopping,
            budget: Budget(
                parallelTrials: challenge.workers,
                maxTrials: min(challenge.evaluations, problem.space.cardinality ?? .max)),
            seed: challenge.seed)
    }
}

extension Suggestion {
    /// Units of resource that the algorithm wants spent; nil for all there is.
    var resource: Int? { labels["resource"].flatMap { Int($0) } }
}

extension Date {
    /// A moment of simulated time.
    init(simulated seconds: Double) { self.init(timeIntervalSinceReferenceDate: seconds) }
}
