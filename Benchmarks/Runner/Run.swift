import AttuneCore
import AttuneProblems

/// One entrant on one problem with one seed.
///
/// Its rows depend on the problem, the entrant, the seed and the settings alone: not on the machine, nor on what else runs.
struct Run {
    /// An evaluation that is going on.
    private struct Going {
        let candidate: Candidate
        /// Units of resource it begins with, and will end with.
        let start: Int
        let steps: Int
        let evaluation: Evaluation
        /// What a full evaluation shows of the first metric, where that is one of several measurements.
        let measured: Double?
        let askSeconds: Double?
        /// What an entrant is shown of it.
        var noise: Noise
        /// The latest value it reported.
        var lastSeen: Double?

        /// The part of the learning curve that was seen with so many units of resource.
        func curve(after units: Double) -> ArraySlice<Double> {
            evaluation.curve.dropFirst(start).prefix(Int(units))
        }
    }

    private let problem: BenchmarkProblem
    private let contestant: Contestant
    private let seed: Int
    private let evaluations: Int
    /// Units of resource that may be used; nil where only evaluations count.
    private let resourceLimit: Double?
    private let stopwatch: (@Sendable () -> Double)?
    private var cluster: SimulatedCluster
    private var recorder: RunRecorder
    private var going: [SimulatedCluster.Ticket: Going] = [:]
    private var seen: Set<Candidate.ID> = []
    /// Candidates that finished below the maximum and may be gone on from, with the resource they used.
    private var resting: [Candidate.ID: Int] = [:]
    /// Of a table, what stands for which candidate, and which of it is taken.
    private var places: [Candidate.ID: Assignment] = [:]
    private var taken: Set<Int> = []
    private var entrantSeconds = 0.0

    /// - Parameter stopwatch: seconds on a clock that never goes back, to time the entrant with; nil not to.
    init(
        _ contestant: Contestant, on problem: BenchmarkProblem, seed: Int, evaluations: Int, trainings: Int? = nil,
        cluster settings: SimulatedCluster.Settings, stopwatch: (@Sendable () -> Double)? = nil
    ) {
        self.problem = problem
        self.contestant = contestant
        self.seed = seed
        let limit = problem.maxResource > 1 ? trainings.map { Double($0 * problem.maxResource) } : nil
        resourceLimit = limit
        self.evaluations = limit.map { Int($0) } ?? evaluations
        self.stopwatch = stopwatch
        cluster = SimulatedCluster(settings, seed: stableHash("cluster", problem.name, String(seed)))
        recorder = RunRecorder(
            problem: problem, algorithm: contestant.name, seed: seed, countsCurves: limit != nil)
    }

    /// Plays the run to its end.
    ///
    /// - Throws: `Refusal` when the entrant does not take part; what the entrant throws; `AttuneError` when it breaks a rule.
    mutating func rows() async throws -> [ResultRow] {
        try requireMeasurableProblem()
        let challenge = Challenge(
            problem: problem, seed: stableHash("entrant", problem.name, String(seed)) >> 33, evaluations: evaluations,
            workers: cluster.settings.workers,
            trainings: resourceLimit.map { Int($0) / problem.maxResource })
        var entrant = try await contestant.enter(challenge)
        do {
            try await play(&entrant)
        } catch {
            await entrant.leave()
            throw error
        }
        await entrant.leave()
        return recorder.rows
    }

    private func requireMeasurableProblem() throws {
        guard problem.metrics.count == 1 || problem.referencePoint?.count == problem.metrics.count else {
            throw Refusal("the problem has several metrics and no reference point to measure a hypervolume from")
        }
    }

    private mutating func play(_ entrant: inout any Entrant) async throws {
        while recorder.rows.count < evaluations, recorder.resource < resourceLimit ?? .infinity {
            try Task.checkCancellation()
            try await fill(&entrant)
            let happenings = cluster.advance()
            guard !happenings.isEmpty else { return }  // nothing is running: the entrant has nothing more to try
            try await tell(&entrant, happenings)
        }
    }

    // MARK: Asking

    private mutating func fill(_ entrant: inout any Entrant) async throws {
        let count = min(cluster.idleWorkers, evaluations - cluster.started)
        guard count > 0 else { return }
        let began = stopwatch?()
        let candidates = try await entrant.ask(count, at: cluster.now)
        addTime(since: began)
        guard candidates.count <= count else {
            throw AttuneError("\(contestant.name) proposed \(candidates.count) candidates when asked for \(count)")
        }
        let share = stopwatch == nil || candidates.isEmpty ? nil : entrantSeconds / Double(candidates.count)
        if !candidates.isEmpty { entrantSeconds = 0 }
        for candidate in candidates { try start(candidate, askSeconds: share, reportsSteps: entrant.followsCurves) }
    }

    /// What an entrant does when told counts towards its next proposals: some fit their model there.
    private mutating func addTime(since began: Double?) {
        if let began, let now = stopwatch?() { entrantSeconds += now - began }
    }

    private mutating func start(_ candidate: Candidate, askSeconds: Double?, reportsSteps: Bool) throws {
        guard seen.insert(candidate.id).inserted else {
            throw AttuneError("\(contestant.name) used the id \(candidate.id) twice")
        }
        guard problem.space.contains(candidate.assignment) else {
            throw AttuneError("\(contestant.name) left the space of \(problem.name): \(candidate.assignment)")
        }
        let steps = min(max(candidate.resource ?? problem.maxResource, 1), problem.maxResource)
        let start = try candidate.continues.map { try leave($0) } ?? 0
        guard start < steps else {
            throw AttuneError("\(contestant.name) goes on from \(start) units of resource to no more than \(steps)")
        }
        let place = place(candidate)
        let evaluation = problem.evaluate(place)
        guard evaluation.seconds.isFinite, evaluation.seconds >= 0 else {
            throw AttuneError(
                "\(problem.name) does not say how long an evaluation takes: \(evaluation.seconds.text) seconds")
        }
        let ticket = cluster.start(
            steps: steps - start, secondsPerStep: evaluation.seconds / Double(problem.maxResource),
            reportsSteps: reportsSteps && !evaluation.curve.isEmpty)
        going[ticket] = Going(
            candidate: candidate, start: start, steps: steps, evaluation: evaluation,
            measured: measurement(of: place, in: ticket), askSeconds: askSeconds,
            noise: Noise(problem.noise, key: stableHash("noise", problem.name, String(seed)), evaluation: ticket))
    }

    /// The n-th evaluation of every entrant is as lucky as any other's.
    private func measurement(of assignment: Assignment, in ticket: SimulatedCluster.Ticket) -> Double? {
        var luck = RandomSource(seed: stableHash("measurement", problem.name, String(seed)), stream: UInt64(ticket))
        return problem.measured?(assignment, &luck)
    }

    /// What is evaluated for a candidate: of a table, when resource is counted, the nearest that no other stands for.
    private mutating func place(_ candidate: Candidate) -> Assignment {
        guard resourceLimit != nil, let pool = problem.pool else { return candidate.assignment }
        if let earlier = candidate.continues.flatMap({ places[$0] }) {
            places[candidate.id] = earlier
            return earlier
        }
        guard let nearest = pool.nearest(candidate.assignment, taken) else { return candidate.assignment }
        taken.insert(nearest.position)
        places[candidate.id] = nearest.assignment
        return nearest.assignment
    }

    /// The resource that a candidate had when it came to rest, for another to go on from.
    private mutating func leave(_ id: Candidate.ID) throws -> Int {
        guard let start = resting[id] else {
            throw AttuneError("\(contestant.name) goes on from \(id), which does not rest")
        }
        return start
    }

    // MARK: Telling

    private mutating func tell(_ entrant: inout any Entrant, _ happenings: [SimulatedCluster.Happening]) async throws {
        let reports = happenings.compactMap { report($0) }
        let began = stopwatch?()
        let unwanted = try await entrant.tell(reports, at: cluster.now)
        let stops = happenings.compactMap { unwanted.isEmpty ? nil : stop($0, ifIn: unwanted) }
        if !stops.isEmpty { _ = try await entrant.tell(stops, at: cluster.now) }
        addTime(since: began)
    }

    private mutating func report(_ happening: SimulatedCluster.Happening) -> Report? {
        guard var evaluation = going[happening.ticket] else { return nil }
        let id = evaluation.candidate.id
        switch happening.kind {
        case .step(let done):
            let step = evaluation.start + done
            let value = evaluation.evaluation.values(after: step, of: problem.maxResource)[0]
            evaluation.lastSeen = value
            let observed = evaluation.noise.added(to: value, metric: 0)
            going[happening.ticket] = evaluation
            return Report(id, .step(step, observed))
        case .finished:
            return Report(id, finish(happening))
        case .failed:
            end(happening, values: nil, observed: nil)
            return Report(id, .failed("the worker failed"))
        }
    }

    private mutating func finish(_ happening: SimulatedCluster.Happening) -> Report.Content {
        guard var evaluation = going[happening.ticket] else { return .failed("it was stopped") }
        let values = evaluation.evaluation.values(after: evaluation.steps, of: problem.maxResource)
        guard !evaluation.evaluation.isFailure, !values.contains(where: \.isNaN) else {
            end(happening, values: nil, observed: nil)
            return .failed("the problem has no value there")
        }
        let isFull = evaluation.steps == problem.maxResource
        let seen = isFull ? evaluation.measured.map { [$0] + values.dropFirst() } ?? values : values
        let observed = seen.indices.map { evaluation.noise.added(to: seen[$0], metric: $0) }
        if evaluation.steps < problem.maxResource { resting[evaluation.candidate.id] = evaluation.steps }
        end(happening, values: values, observed: observed[0])
        return .finished(observed)
    }

    private mutating func stop(_ happening: SimulatedCluster.Happening, ifIn unwanted: Set<Candidate.ID>) -> Report? {
        guard case .step = happening.kind, let evaluation = going[happening.ticket],
            unwanted.contains(evaluation.candidate.id)
        else { return nil }
        cluster.stop(happening.ticket)
        end(happening, values: evaluation.lastSeen.map { [$0] }, observed: nil, isStopped: true)
        return Report(evaluation.candidate.id, .stopped)
    }

    private mutating func end(
        _ happening: SimulatedCluster.Happening, values: [Double]?, observed: Double?, isStopped: Bool = false
    ) {
        let ended = going.removeValue(forKey: happening.ticket)
        // What is seen on curves is measured on validation data, as nothing else is known of their middles.
        let values =
            resourceLimit == nil ? values.map { reported($0, of: ended?.candidate.assignment) } : values
        recorder.record(
            RunRecorder.Ended(
                values: values, observed: observed,
                curve: ended?.curve(after: happening.resource) ?? [], isStopped: isStopped,
                resource: happening.resource, askSeconds: ended?.askSeconds),
            at: cluster.now)
    }

    /// The values as a reader is told them: of a table with test data, the first is what the tests gave.
    private func reported(_ values: [Double], of assignment: Assignment?) -> [Double] {
        guard let assignment, let report = problem.reportedValue else { return values }
        return [report(assignment)] + values.dropFirst()
    }
}

/// What stands between the true values of one evaluation and those that an optimizer sees.
private struct Noise {
    private let deviations: [Double]
    private var random: RandomSource

    /// - Parameter evaluation: its number in the run; the n-th of every entrant meets the same noise.
    init(_ deviations: [Double], key: UInt64, evaluation: Int) {
        self.deviations = deviations
        random = RandomSource(seed: key, stream: UInt64(evaluation))
    }

    mutating func added(to value: Double, metric: Int) -> Double {
        guard deviations.indices.contains(metric), deviations[metric] > 0 else { return value }
        return value + deviations[metric] * random.normal()
    }
}

extension Evaluation {
    /// The values by metric after `steps` units of resource: of the first metric the curve's, of the others those of the end,
    /// as nothing else is known of them.
    func values(after steps: Int, of maxResource: Int) -> [Double] {
        guard steps < maxResource, curve.indices.contains(steps - 1) else { return values }
        return [curve[steps - 1]] + values.dropFirst()
    }
}
