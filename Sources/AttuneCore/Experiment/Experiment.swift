/// What was asked for: objective, search space, algorithm, early stopping, limits, and how a trial is carried out.
///
/// One that exists is valid, and nothing but its budget changes once it has started.
public struct Experiment: Sendable, Hashable {
    public typealias ID = String

    public var metadata: Metadata
    public var objective: Objective { didSet { sayWhetherTextsCount() } }
    public let space: SearchSpace
    public var algorithm: AlgorithmSpec { didSet { sayWhetherTextsCount() } }
    public var earlyStopping: AlgorithmSpec?
    public var budget: Budget
    /// Assignments to try before the algorithm is asked.
    public var initialTrials: [Assignment]
    /// Experiments of the same store whose ended trials the algorithm learns from; see `Study.priorTrials`.
    public var warmStart: [ID]
    /// Keys every random choice of the algorithm.
    public var seed: UInt64
    /// How long an attempt may run before it is ended as failed.
    public var trialTimeout: Duration?
    /// How often a trial that the infrastructure lost is started again.
    public var retries: Int
    /// How a trial is carried out; nil where the caller's own code does it.
    public var template: TrialTemplate?
    public var collector: MetricsCollector
    public var resumePolicy: ResumePolicy
    public var nas: NASConfig? { didSet { sayWhetherTextsCount() } }

    public var name: String { metadata.name }
    /// The name, after the namespace of the service that it lives in, where that is not the default one.
    public var id: ID { metadata.tenancy.map { "\($0)/\(name)" } ?? name }

    public init(
        metadata: Metadata, objective: Objective, space: SearchSpace,
        algorithm: AlgorithmSpec = .standard,
        earlyStopping: AlgorithmSpec? = nil, budget: Budget = Budget(), initialTrials: [Assignment] = [],
        warmStart: [ID] = [], seed: UInt64 = 0, trialTimeout: Duration? = nil, retries: Int = 0,
        template: TrialTemplate? = nil,
        collector: MetricsCollector = MetricsCollector(), resumePolicy: ResumePolicy = .never, nas: NASConfig? = nil
    ) {
        self.metadata = metadata
        self.objective = objective
        self.space = space
        self.algorithm = algorithm
        self.earlyStopping = earlyStopping
        self.budget = budget
        self.initialTrials = initialTrials
        self.warmStart = warmStart
        self.seed = seed
        self.trialTimeout = trialTimeout
        self.retries = retries
        self.template = template
        self.collector = collector
        self.resumePolicy = resumePolicy
        self.nas = nas
        sayWhetherTextsCount()
    }

    private mutating func sayWhetherTextsCount() {
        let takesText = architecture?.takesText == true && !objective.hasSeveralTargets
        if objective.takesText != takesText { objective.takesText = takesText }
    }
}

/// An experiment's name and what Kubernetes keeps beside it.
public struct Metadata: Sendable, Hashable {
    public var name: String
    public var namespace: String?
    public var labels: [String: String]
    public var annotations: [String: String]

    public init(
        name: String, namespace: String? = nil, labels: [String: String] = [:], annotations: [String: String] = [:]
    ) {
        self.name = name
        self.namespace = namespace
        self.labels = labels
        self.annotations = annotations
    }
}

extension Metadata {
    private static let tenancyKey = "attune.dev/namespace"

    /// The namespace of the service in which the experiment lives; nil for the default one, and for what `attune run` runs.
    /// `namespace` is another thing: where a cluster runs the trials.
    public var tenancy: String? {
        get { annotations[Metadata.tenancyKey] }
        set { annotations[Metadata.tenancyKey] = newValue }
    }
}

/// An algorithm by name, with settings as users write them.
public struct AlgorithmSpec: Sendable, Hashable {
    public var name: String
    public var settings: [Setting]

    public struct Setting: Sendable, Hashable {
        public var name: String
        public var value: String
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    public init(_ name: String, _ settings: [Setting] = []) {
        self.name = name
        self.settings = settings
    }

    /// What chooses the trials where nobody says.
    public static let standard = AlgorithmSpec("auto")

    public subscript(name: String) -> String? { settings.last { $0.name == name }?.value }
}

/// How much may be spent. The only part of an experiment that may be edited.
public struct Budget: Sendable, Hashable {
    /// Trials running at once; at least 1.
    public var parallelTrials: Int
    /// Trials that may end, however they end; nil is unbounded.
    public var maxTrials: Int?
    /// The experiment fails when so many trials have failed or brought no metric (0: at the first); nil is never.
    public var maxFailedTrials: Int?
    /// Wall time from creation, or from the last reopening.
    public var maxRunTime: Duration?
    /// Units of resource (epochs, mostly) that all trials together may use, for algorithms that hand it out.
    public var maxResource: Int?
    /// When nothing more is to be had, whatever is left to spend. Counted from creation, or from the last reopening.
    public var stopWhen: StopWhen

    public init(
        parallelTrials: Int = 3, maxTrials: Int? = nil, maxFailedTrials: Int? = nil, maxRunTime: Duration? = nil,
        maxResource: Int? = nil, stopWhen: StopWhen = StopWhen()
    ) {
        self.parallelTrials = parallelTrials
        self.maxTrials = maxTrials
        self.maxFailedTrials = maxFailedTrials
        self.maxRunTime = maxRunTime
        self.maxResource = maxResource
        self.stopWhen = stopWhen
    }
}

/// What Katib keeps of the suggestion service after the experiment; recorded for the cluster, without effect elsewhere.
public enum ResumePolicy: String, Sendable, Hashable, CaseIterable {
    case never = "Never"
    case longRunning = "LongRunning"
    case fromVolume = "FromVolume"
}

extension Experiment {
    /// An experiment whose trials a script carries out itself.
    ///
    /// - Precondition: the parameters form a search space and the numbers are positive; a script's mistake stops it.
    public init(
        _ name: String, _ objective: Objective, over parameters: any SearchDimension..., constraints: [String] = [],
        trials: Int? = nil, parallelism: Int = 1, seed: UInt64 = 0
    ) {
        self.init(name, objective, trials, parallelism, seed) {
            let specs = parameters.map(\.spec)
            return try SearchSpace(specs, constraints: constraints.map { try Expression($0, kinds: specs.kinds) })
        }
    }

    /// An experiment over cells of neural networks, whose trials a script carries out itself.
    ///
    /// - Precondition: the cells form a search space and the numbers are positive; a script's mistake stops it.
    public init(
        _ name: String, _ objective: Objective, over cells: CellLayout, trials: Int? = nil, parallelism: Int = 1,
        seed: UInt64 = 0
    ) {
        precondition(
            cells.network != nil || cells.limits.isEmpty && cells.prefilter == nil,
            "limits and a prefilter measure a network; say which")
        self.init(name, objective, trials, parallelism, seed) { try SearchSpace(.cells(cells)) }
        nas = NASConfig(cells: cells)
    }

    private init(
        _ name: String, _ objective: Objective, _ trials: Int?, _ parallelism: Int, _ seed: UInt64,
        space: () throws -> SearchSpace
    ) {
        precondition(parallelism > 0 && trials ?? 1 > 0, "trials and parallelism must be greater than 0")
        do {
            self.init(
                metadata: Metadata(name: name), objective: objective, space: try space(),
                budget: Budget(parallelTrials: parallelism, maxTrials: trials), seed: seed)
        } catch {
            preconditionFailure("experiment '\(name)': \(error)")
        }
    }
}

extension [ParameterSpec] {
    /// What kind of value each parameter has in an expression.
    public var kinds: [String: Expression.Kind] {
        reduce(into: [:]) { kinds, spec in
            if case .categorical = spec.domain { kinds[spec.name] = .text } else { kinds[spec.name] = .number }
        }
    }
}
