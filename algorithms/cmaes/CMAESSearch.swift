import AttuneCore
import Foundation

/// What CMA-ES knows after the trials that have ended: a fold over them that goes on where it was.
struct CMAESSearch: Sendable {
    /// Laws so far, over all runs; 0 is the design, whose law is the whole space.
    private(set) var generation = 0
    /// The part that proposes now, in words.
    private(set) var method = "CMA-ES: initial design"

    private let coordinates: Coordinates
    private let space: SearchSpace
    private let objective: Objective
    private let settings: CMAESSettings
    private let seed: UInt64
    private let first: RestartSchedule.Start
    private let design: CMAESDesign
    private var schedule: RestartSchedule
    /// Nil during the design.
    private var run: CMAESRun?
    /// How many runs have begun, and the generation that the latest began with.
    private var runs = 0
    private var firstGeneration = 1
    /// The least cost of earlier runs.
    private var record = Double.infinity
    /// What the design has found.
    private var found: [CMAESRun.Member] = []

    /// How many trials have been recalled, and how many ends of trials taken in.
    private var recalled = 0
    private var folded = 0
    /// The draws behind trials that have not ended.
    private var drawn: [Trial.Number: Recollection] = [:]
    /// What assignments have cost; kept in finite spaces only, where a law can draw one twice.
    private var costs: [Assignment: Double] = [:]

    /// The draw that a trial came from, and those before it that had been tried already.
    private struct Recollection: Sendable {
        var generation: Int
        var point: CMAESPoint
        var repetitions: [Draw]
    }

    /// A point and the configuration it stands for.
    struct Draw: Sendable {
        var point: CMAESPoint
        var assignment: Assignment
    }

    init(over coordinates: Coordinates, of experiment: Experiment) {
        self.coordinates = coordinates
        space = experiment.space
        objective = experiment.objective
        settings = CMAESSettings(experiment.algorithm)
        seed = experiment.seed
        let population = settings.population ?? StrategyParameters.population(dimensions: coordinates.count)
        first = RestartSchedule.Start(population: population, stepSize: settings.stepSize)
        design = CMAESDesign(coordinates, count: settings.design ?? population, seed: experiment.seed)
        schedule = RestartSchedule(settings.restarts, first: first)
        if design.count == 0 { begin(first, at: design.middle) }
    }

    // MARK: Drawing

    /// The first draw for a trial that `isWanted`: feasible ones only, from the trial's own random stream, so that the
    /// same can be drawn again as long as the law is the same. Nil where none of a hundred is wanted.
    func draw(for number: Trial.Number, where isWanted: (Draw) -> Bool) -> Draw? {
        var random = RandomSource(seed: seed, stream: UInt64(number))
        for attempt in 0..<CMAESSearch.mostDraws {
            let point =
                run?.draw(using: &random) ?? design.point(number - 1, attempt: attempt, using: &random)
            let draw = Draw(point: point, assignment: assignment(at: point))
            if space.isFeasible(draw.assignment), isWanted(draw) { return draw }
        }
        return nil
    }

    private static let mostDraws = 100

    private func assignment(at point: CMAESPoint) -> Assignment {
        space.assignment(at: coordinates.cube(run?.tried(point) ?? point))
    }

    // MARK: Folding

    /// Takes in what has ended since the last time, so that a long history costs once.
    mutating func catchUp(with study: Study) {
        while folded < study.ended.count {
            recall(study)
            take(study[study.ended[folded]])
            folded += 1
        }
    }

    /// Draws again what the trials of this generation were drawn from, before its law is gone.
    ///
    /// A trial is labelled with the generation at its start, so labels never fall, and none of this generation can
    /// start after its law is gone.
    private mutating func recall(_ study: Study) {
        while recalled < study.trials.count {
            let trial = study.trials[recalled]
            if let label = trial.suggestion.labels[CMAES.label].flatMap({ Int($0) }) {
                if label > generation { return }
                if label == generation { drawn[trial.number] = recollection(of: trial) }
            }
            recalled += 1
        }
    }

    /// Nil where none of the draws is the trial's assignment: something else stood in.
    private func recollection(of trial: Trial) -> Recollection? {
        var repetitions: [Draw] = []
        let own = draw(for: trial.number) { draw in
            if draw.assignment == trial.assignment { return true }
            repetitions.append(draw)
            return false
        }
        return own.map { Recollection(generation: generation, point: $0.point, repetitions: repetitions) }
    }

    private mutating func take(_ trial: Trial) {
        let recollection = drawn.removeValue(forKey: trial.number)
        guard let cost = cost(of: trial) else { return }
        if space.isFinite { costs[trial.assignment] = cost }
        let point = recollection?.point ?? coordinates.point(of: trial.assignment, in: space)
        guard let run else { return takeIntoDesign(.init(point: point, cost: cost, generation: 0)) }
        guard let recollection, recollection.generation >= firstGeneration else {
            // What others proposed is worth the place of a draw where it is better than all of them (Hansen 2011).
            if cost < run.best { takeIntoRun([.init(point: point, cost: cost, generation: 0)]) }
            return
        }
        // A draw of what was tried before takes no trial, but counts.
        let draws = recollection.repetitions.compactMap { draw in costs[draw.assignment].map { (draw.point, $0) } }
        takeIntoRun(
            (draws + [(point, cost)]).map { .init(point: $0, cost: $1, generation: recollection.generation) })
    }

    /// What a trial says, to be made small: nothing if it was killed, the worst if it failed, and of one that was
    /// stopped early what it had reached, which it could only have improved on.
    private func cost(of trial: Trial) -> Double? {
        switch trial.outcome {
        case nil, .killed: return nil
        case .failed, .metricsUnavailable: return .infinity
        case .succeeded, .earlyStopped:
            guard let value = trial.value(of: objective) else { return .infinity }
            return objective.direction == .minimize ? value : -value
        }
    }

    // MARK: Runs

    /// The design ends with its last trial, or later where all have failed, as there is then no better place than
    /// another.
    private mutating func takeIntoDesign(_ member: CMAESRun.Member) {
        found.append(member)
        let hasSuccess = found.contains { $0.cost.isFinite }
        guard found.count >= (hasSuccess ? design.count : 10 * design.count) else { return }
        begin(first, at: design.mean(of: found))
    }

    /// Takes members in up to the end of the run; the rest is of no use to the next.
    private mutating func takeIntoRun(_ members: [CMAESRun.Member]) {
        for member in members where run?.take(member, in: generation) == true {
            generation += 1
            if beginsNextRun() { return }
            describe()
        }
    }

    /// Begins the next run where this one is over and another is to follow.
    private mutating func beginsNextRun() -> Bool {
        guard let run, run.isOver(record: record) else { return false }
        var random = RandomSource(seed: seed, stream: UInt64.max - UInt64(runs))
        guard let start = schedule.next(after: run.spent, using: &random) else { return false }
        record = min(record, run.best)
        begin(start, at: coordinates.axes.map { _ in random.uniform() })
        return true
    }

    private mutating func begin(_ start: RestartSchedule.Start, at mean: [Double]) {
        generation = max(generation, 1)
        firstGeneration = generation
        runs += 1
        run = CMAESRun(start, at: mean, over: coordinates, settings)
        found = []
        describe()
    }

    private mutating func describe() {
        guard let run else { return }
        let stepSize = String(format: "%.2g", run.law.stepSize)
        let age = generation - firstGeneration + 1
        method = "CMA-ES: generation \(age) of run \(runs), population \(run.start.population), step size \(stepSize)"
    }
}
