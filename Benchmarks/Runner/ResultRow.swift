import AttuneCore
import AttuneProblems

/// One finished evaluation of one run: a line of `results.csv`.
public struct ResultRow: Sendable, Hashable {
    public var problem: String
    public var algorithm: String
    public var seed: Int
    /// From 1, in the order in which evaluations ended.
    public var evaluation: Int
    /// The true value of the first metric, noise aside; where the problem has a reported value (what test data say), that.
    /// Not a number for a failed evaluation.
    public var value: Double
    /// The best so far: of one metric the true value of the incumbent, the trial an optimizer would report because its
    /// observed value is best; of several metrics the hypervolume of what was found.
    public var best: Double
    /// Units of resource used by the run so far.
    public var resource: Double
    /// The simulated time at which the evaluation ended.
    public var simulatedSeconds: Double
    /// Time the optimizer took to propose it; nil where it was not measured, so that results can be compared bit by bit.
    public var askSeconds: Double?

    public init(
        problem: String, algorithm: String, seed: Int, evaluation: Int, value: Double, best: Double, resource: Double,
        simulatedSeconds: Double, askSeconds: Double? = nil
    ) {
        self.problem = problem
        self.algorithm = algorithm
        self.seed = seed
        self.evaluation = evaluation
        self.value = value
        self.best = best
        self.resource = resource
        self.simulatedSeconds = simulatedSeconds
        self.askSeconds = askSeconds
    }

    public static let header = "problem,algorithm,seed,evaluation,value,best,resource,simulated_seconds,ask_seconds"

    /// The line of CSV, numbers as the shortest text that reads back the same.
    public var line: String {
        let fields = [
            problem, algorithm, String(seed), String(evaluation), value.text, best.text, resource.text,
            simulatedSeconds.text,
            askSeconds?.text ?? "",
        ]
        return fields.map { $0.contains(",") || $0.contains("\"") ? "\"\($0.replacing("\"", with: "\"\""))\"" : $0 }
            .joined(separator: ",")
    }
}

/// What a run of the bench tells its report of each problem, kept as `problems.json` beside `results.csv`.
public struct ProblemFacts: Sendable, Hashable {
    public var name: String
    public var summary: String
    /// Of the first metric; with several metrics `best` is a hypervolume and larger is better.
    public var direction: Objective.Direction
    public var isMultiObjective: Bool
    public var optimum: Double?
    public var frontHypervolume: Double?
    /// Units of resource in a full training.
    public var maxResource: Int
    /// What learning curves are measured by, where that is known.
    public var curveScale: CurveScale?

    public init(
        name: String, summary: String, direction: Objective.Direction, isMultiObjective: Bool, optimum: Double?,
        frontHypervolume: Double?, maxResource: Int = 1, curveScale: CurveScale? = nil
    ) {
        self.name = name
        self.summary = summary
        self.direction = direction
        self.isMultiObjective = isMultiObjective
        self.optimum = optimum
        self.frontHypervolume = frontHypervolume
        self.maxResource = maxResource
        self.curveScale = curveScale
    }

    public var json: JSON {
        [
            "name": .string(name), "summary": .string(summary), "direction": .string(direction.rawValue),
            "isMultiObjective": .bool(isMultiObjective), "optimum": optimum.map { .number($0) } ?? .null,
            "frontHypervolume": frontHypervolume.map { .number($0) } ?? .null,
            "maxResource": .number(maxResource),
            "curveBest": curveScale.map { .number($0.best) } ?? .null,
            "curveMedian": curveScale.map { .number($0.median) } ?? .null,
        ]
    }

    /// Reads what `json` wrote.
    public init?(json: JSON) {
        guard let name = json["name"]?.string, let summary = json["summary"]?.string,
            let direction = json["direction"]?.string.flatMap({ Objective.Direction(rawValue: $0) }),
            let isMultiObjective = json["isMultiObjective"]?.bool
        else { return nil }
        var scale: CurveScale?
        if let best = json["curveBest"]?.double, let median = json["curveMedian"]?.double {
            scale = CurveScale(best: best, median: median)
        }
        self.init(
            name: name, summary: summary, direction: direction, isMultiObjective: isMultiObjective,
            optimum: json["optimum"]?.double, frontHypervolume: json["frontHypervolume"]?.double,
            maxResource: json["maxResource"]?.int ?? 1, curveScale: scale)
    }
}
