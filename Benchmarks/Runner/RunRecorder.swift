import AttuneCore
import AttuneProblems

/// Writes down one run, evaluation by evaluation, as `ResultRow` says.
struct RunRecorder: Sendable {
    /// How an evaluation went: what is true of it, and what the entrant saw.
    struct Ended: Sendable {
        /// By metric, at the resource it used; nil where it failed.
        var values: [Double]?
        /// The first metric with noise.
        var observed: Double?
        /// The part of its learning curve that was seen.
        var curve: ArraySlice<Double> = []
        /// Whether the entrant stopped it: its values are then not those of a result, and it is never best.
        var isStopped = false
        var resource: Double
        var askSeconds: Double?
    }

    private let problem: BenchmarkProblem
    private let algorithm: String
    private let seed: Int
    private(set) var rows: [ResultRow] = []
    /// Units of resource used so far.
    private(set) var resource = 0.0
    /// Whether the best is that of all curves rather than of results.
    private let countsCurves: Bool
    private var incumbent: (observed: Double, value: Double)?
    private var volume: DominatedVolume?

    init(problem: BenchmarkProblem, algorithm: String, seed: Int, countsCurves: Bool = false) {
        self.countsCurves = countsCurves
        self.problem = problem
        self.algorithm = algorithm
        self.seed = seed
        volume = problem.referencePoint.map { DominatedVolume(below: problem.metrics.minimized($0)) }
    }

    mutating func record(_ ended: Ended, at seconds: Double) {
        resource += ended.resource
        if countsCurves {
            for value in ended.curve { consider(value) }
        } else if !ended.isStopped {
            consider(ended)
        }
        rows.append(
            ResultRow(
                problem: problem.name, algorithm: algorithm, seed: seed, evaluation: rows.count + 1,
                value: ended.values?[0] ?? .nan, best: best, resource: resource, simulatedSeconds: seconds,
                askSeconds: ended.askSeconds))
    }

    private var best: Double {
        problem.metrics.count > 1 ? volume?.value ?? .nan : incumbent?.value ?? .nan
    }

    private mutating func consider(_ value: Double) {
        guard value.isFinite else { return }
        let direction = problem.metrics[0].direction
        if incumbent.map({ direction.prefers(value, to: $0.value) }) ?? true { incumbent = (value, value) }
    }

    private mutating func consider(_ ended: Ended) {
        guard let values = ended.values, let observed = ended.observed, observed.isFinite else { return }
        volume?.insert(problem.metrics.minimized(values))
        let direction = problem.metrics[0].direction
        if let incumbent, direction == .minimize ? observed >= incumbent.observed : observed <= incumbent.observed {
            return
        }
        incumbent = (observed, values[0])
    }
}

extension [BenchmarkProblem.Metric] {
    /// The values with the sign of those to be maximised turned round.
    func minimized(_ values: [Double]) -> [Double] {
        zip(self, values).map { $0.direction == .minimize ? $1 : -$1 }
    }
}
