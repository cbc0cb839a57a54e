import AttuneCore
import AttuneProblems
import Foundation

/// One of Attune's own algorithms as an entrant: a study and a suggester, turn by turn as `Tuner` has them.
public struct SuggesterEntrant: Entrant {
    private var study: Study
    private var suggester: any Suggester
    private var stoppingRule: (any EarlyStopping)?
    private let fullResource: Int
    /// What a table knows, and which of it was tried; nil where every assignment can be.
    private let pool: Pool?
    private var taken: Set<Int> = []
    /// By candidate, the trial that it is an attempt at.
    private var attempts: [Candidate.ID: Trial.Number] = [:]
    /// By trial, its latest candidate.
    private var latest: [Trial.Number: Candidate.ID] = [:]

    /// - Throws: `Refusal` with all that keeps the algorithm from the challenge.
    public init(
        _ challenge: Challenge, algorithm: AlgorithmSpec, stopping: AlgorithmSpec? = nil, catalogue: AlgorithmCatalogue
    ) throws {
        var algorithm = algorithm
        let knowsResource = catalogue[algorithm: algorithm.name]?.settings.contains { $0.name == "r_l" } ?? false
        if challenge.trainings != nil, knowsResource, algorithm["r_l"] == nil {
            algorithm.settings.append(.init("r_l", String(challenge.problem.maxResource)))
        }
        let experiment = Experiment(challenge, algorithm: algorithm, stopping: stopping)
        do {
            suggester = try catalogue.suggester(for: experiment)
            stoppingRule = try catalogue.stoppingRule(for: experiment)
        } catch let invalid as InvalidExperiment {
            throw Refusal(invalid.problems.map(\.description).joined(separator: "; "))
        }
        study = Study(experiment, createdAt: Date(simulated: 0))
        fullResource = challenge.problem.maxResource
        pool = challenge.trainings == nil ? nil : challenge.problem.pool
    }

    public var followsCurves: Bool { stoppingRule != nil }

    public mutating func ask(_ count: Int, at seconds: Double) async throws -> [Candidate] {
        var candidates: [Candidate] = []
        while candidates.count < count, study.wantsProposal, let candidate = try next(at: seconds) {
            candidates.append(candidate)
        }
        return candidates
    }

    private mutating func next(at seconds: Double) throws -> Candidate? {
        switch try suggester.proposal(for: study) {
        case .run(var suggestion):
            guard study.mayStartTrial else { return nil }
            if let pool, suggestion.parent == nil {
                guard let nearest = pool.nearest(suggestion.assignment, taken) else { return nil }
                taken.insert(nearest.position)
                suggestion.assignment = nearest.assignment
            }
            let number = study.nextNumber
            try study.apply(.started(number, suggestion, at: Date(simulated: seconds)))
            return candidate(for: number)
        case .resume(let number, let level, let why):
            try study.apply(.resumed(number, to: level, why: why, at: Date(simulated: seconds)))
            return candidate(for: number)
        case .wait where study.counts.running == 0 && study.mayStartTrial:
            throw AttuneError("\(study.experiment.algorithm.name) waits although no trial is running")
        case .wait, .exhausted: return nil
        }
    }

    private mutating func candidate(for number: Trial.Number) -> Candidate {
        let suggestion = study[number].suggestion
        let id = attempts.count + 1
        defer {
            attempts[id] = number
            latest[number] = id
        }
        // A child goes on from its parent's checkpoint as a trial does from its own.
        let earlier = latest[number] ?? suggestion.parent.flatMap { latest[$0] }
        return Candidate(
            id: id, assignment: suggestion.assignment, resource: suggestion.resource, continues: earlier)
    }

    public mutating func tell(_ reports: [Report], at seconds: Double) async throws -> Set<Candidate.ID> {
        var stopped: Set<Candidate.ID> = []
        for report in reports where try take(report, at: Date(simulated: seconds)) == .stop {
            stopped.insert(report.candidate)
        }
        return stopped
    }

    private mutating func take(_ report: Report, at time: Date) throws -> Verdict {
        guard let number = attempts[report.candidate] else { throw AttuneError("no candidate \(report.candidate)") }
        switch report.content {
        case .step(let step, let value):
            try study.apply(
                .observed(number, [Observation(metric: study.objective.metric, value: value, step: step, time: time)]))
            return stoppingRule?.verdict(on: study[number], in: study) ?? .proceed
        case .finished(let values): try finish(number, values, at: time)
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
        let trial = study[number]
        guard !study.rests(trial) else { return try study.apply(.paused(number, at: time)) }
        try study.apply(.ended(number, trial.outcome(by: study.objective), at: time))
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
        let targets = problem.metrics.enumerated().map { index, metric in
            Objective.Target(metric.direction, metric.name, reference: problem.referencePoint?[index])
        }
        let objective = Objective(targets, strategies: [problem.metrics[0].name: .latest])
        self.init(
            metadata: Metadata(name: problem.name), objective: objective, space: problem.space, algorithm: algorithm,
            earlyStopping: stopping,
            budget: Budget(
                parallelTrials: challenge.workers,
                maxTrials: min(challenge.evaluations, problem.space.cardinality ?? .max),
                maxResource: challenge.trainings.map { $0 * problem.maxResource }),
            seed: challenge.seed)
    }
}

extension Date {
    /// A moment of simulated time.
    init(simulated seconds: Double) { self.init(timeIntervalSinceReferenceDate: seconds) }
}
