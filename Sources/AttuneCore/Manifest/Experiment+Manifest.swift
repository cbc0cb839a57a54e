/// What reading an experiment's document gave.
public struct ManifestReading: Sendable {
    /// Nil when there is an error among the problems.
    public var experiment: Experiment?
    /// Every error and warning, with fields from the document's root.
    public var problems: [Problem]
}

/// What an experiment's document is read for, which decides what it must have.
public enum ReadingPurpose: Sendable, Hashable {
    /// Trials will be carried out by its template.
    case running
    /// The same by a cluster, which loses some of them: a trial that it loses is tried again three times unless the document
    /// says otherwise.
    case orchestrating
    /// Somebody else tries what is proposed: no trial template is needed, and where an algorithm is named here, the
    /// document's counts only for the settings of that name.
    case asking(algorithm: String?)
    /// Workers of a service will try what is proposed, by its template or by code of their own. They come and go, so that
    /// a trial that one loses is tried again three times unless the document says otherwise.
    case serving

    /// Whether trials are carried out from here, so that their template must be there.
    var isRunning: Bool { self == .running || self == .orchestrating }
    /// How often a trial that the infrastructure loses is tried again.
    var usualRetries: Int { self == .serving || self == .orchestrating ? 3 : 0 }
}

extension Experiment {
    /// Reads an Experiment as a user wrote it for Katib (kubeflow.org/v1beta1) or for Attune, which adds to `spec`
    /// `seed`, `initialTrials`, `warmStart`, `trialTimeout`, `maxRunTime`, `retries` and `constraints`, to a parameter
    /// `when` and `default`, and the trial template's kind `Process`.
    ///
    /// Fills in Katib's defaults, and finds everything wrong at once. Where a problem stands in the text says
    /// `document.position(of: problem.field)`.
    ///
    /// - Parameters:
    ///   - configMaps: documents among which a template's `configMap` is looked for; it may be elsewhere.
    ///   - catalogue: the algorithms that the experiment may name.
    ///   - purpose: what it is read for.
    ///   - seed: keys the random choices where the document gives neither `seed` nor the setting `random_state`.
    public static func reading(
        _ document: SourceNode, configMaps: [SourceNode] = [], catalogue: AlgorithmCatalogue,
        purpose: ReadingPurpose = .running, seed: @autoclosure () -> UInt64
    ) -> ManifestReading {
        let log = ProblemLog(checksRules: true)
        let reader = ExperimentReader(log: log, configMaps: configMaps, fillsDefaults: true, purpose: purpose)
        let experiment = reader.experiment(from: document, seed: seed, catalogue: catalogue)
        return ManifestReading(experiment: experiment, problems: log.problems)
    }

    /// Reads what `json` wrote.
    ///
    /// - Parameter catalogue: judges the experiment anew, by the rules for files and the algorithms of the catalogue;
    ///   only a trial template need not be there. Nil trusts what was stored, so that a later rule or a lost algorithm
    ///   keeps nobody from reading it.
    /// - Throws: `InvalidExperiment` with every problem.
    public init(json: JSON, catalogue: AlgorithmCatalogue? = nil) throws {
        let log = ProblemLog(checksRules: catalogue != nil)
        let reader = ExperimentReader(log: log, configMaps: [], fillsDefaults: false)
        guard let stored = reader.experiment(from: SourceNode(json), seed: { 0 }, catalogue: catalogue) else {
            throw InvalidExperiment(log.problems.filter { $0.severity == .error })
        }
        self = stored
    }

    /// Whether both ask the same, however much each may spend on it.
    public func isSameQuestion(as other: Experiment) -> Bool {
        var same = self
        same.budget = other.budget
        return same == other
    }
}
