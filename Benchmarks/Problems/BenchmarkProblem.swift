import AttuneCore

/// Something to optimise whose answer is known, or at least can be evaluated in no time.
public struct BenchmarkProblem: Sendable {
    /// A value to be made small or large.
    public struct Metric: Sendable, Hashable {
        public var name: String
        public var direction: Objective.Direction

        public init(_ name: String = "value", _ direction: Objective.Direction = .minimize) {
            self.name = name
            self.direction = direction
        }
    }

    /// Unique, its family first: `classic/hartmann6`, `nasbench201/cifar10`. What globs match.
    public var name: String
    /// Where it comes from, in a sentence with its citation.
    public var summary: String
    public var space: SearchSpace
    /// One; or several, of which none outranks another.
    public var metrics: [Metric]
    /// The best value there is, noise aside, for a problem of one metric; nil when it is not known.
    public var optimum: Double?
    /// Where the optimum is reached; empty when not known.
    public var optimizers: [Assignment]
    /// For several metrics: the corner that hypervolume is measured from, in the metrics' own directions.
    public var referencePoint: [Double]?
    /// The hypervolume of the true front from the reference point; nil when it is not known.
    public var frontHypervolume: Double?
    /// How much resource (epochs, mostly) a full evaluation takes; 1 where there is nothing to see before the end.
    public var maxResource: Int
    /// What learning curves are measured by, where both ends are known: the best value anywhere on a curve, and the median
    /// of the values at full resource.
    public var curveScale: CurveScale?
    /// The only assignments that anything is known of, where the problem is a table of them; nil where every one is.
    public var pool: Pool?
    /// The true values, always the same for the same assignment.
    public var evaluate: @Sendable (Assignment) -> Evaluation
    /// What results say of an assignment instead of the first metric, never shown to an optimizer: its accuracy on test
    /// data, mostly. Nil where there is no such figure.
    public var reportedValue: (@Sendable (Assignment) -> Double)?
    /// What is added to a full evaluation's values before an optimizer sees them: standard deviation per metric.
    public var noise: [Double]
    /// What an optimizer sees of the first metric after a full evaluation, where a table has several measurements of
    /// each assignment: one of them, drawn. Nil where it sees the value itself.
    public var measured: (@Sendable (Assignment, inout RandomSource) -> Double)?

    public init(
        name: String, summary: String, space: SearchSpace, metrics: [Metric] = [Metric()], optimum: Double? = nil,
        optimizers: [Assignment] = [], referencePoint: [Double]? = nil, frontHypervolume: Double? = nil,
        maxResource: Int = 1, noise: [Double] = [], curveScale: CurveScale? = nil,
        reportedValue: (@Sendable (Assignment) -> Double)? = nil,
        evaluate: @escaping @Sendable (Assignment) -> Evaluation
    ) {
        self.name = name
        self.summary = summary
        self.space = space
        self.metrics = metrics
        self.optimum = optimum
        self.optimizers = optimizers
        self.referencePoint = referencePoint
        self.frontHypervolume = frontHypervolume
        self.maxResource = maxResource
        self.noise = noise
        self.curveScale = curveScale
        self.reportedValue = reportedValue
        self.evaluate = evaluate
    }
}

/// Assignments that were tried, of which each is to be evaluated once.
public struct Pool: Sendable {
    /// The one nearest an assignment that is not among those taken, with its position; nil when all are.
    public var nearest: @Sendable (Assignment, _ taken: Set<Int>) -> (position: Int, assignment: Assignment)?

    public init(
        nearest: @escaping @Sendable (Assignment, _ taken: Set<Int>) -> (position: Int, assignment: Assignment)?
    ) { self.nearest = nearest }
}

/// Two values between which learning curves are measured.
public struct CurveScale: Sendable, Hashable {
    public var best: Double
    public var median: Double

    public init(best: Double, median: Double) {
        self.best = best
        self.median = median
    }
}

/// What trying an assignment gives, without noise.
public struct Evaluation: Sendable, Hashable {
    /// By metric; the values at full resource. Not a number where the attempt fails.
    public var values: [Double]
    /// The first metric after 1, 2, … `maxResource` units of resource; empty for a problem without curves.
    public var curve: [Double]
    /// How long a full evaluation takes on the simulated cluster; the same share of it for each unit of resource.
    public var seconds: Double

    public init(_ values: [Double], curve: [Double] = [], seconds: Double = 1) {
        self.values = values
        self.curve = curve
        self.seconds = seconds
    }

    public var isFailure: Bool { values.contains { $0.isNaN } }
}
