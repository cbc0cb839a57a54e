import AttuneCore
import Foundation
import Synchronization

/// Carries trials out as resources of a cluster: Jobs, or whatever the template says.
///
/// A trial's resource has the trial's name and says whose it is, so that whoever drives the experiment next adopts it.
/// What became of it is read from the resource by the template's conditions, metrics from the logs of its pods; pods are
/// followed by watches, never polled.
public struct KubernetesRunner: TrialRunner {
    public struct Options: Sendable {
        /// Where trials run that say nothing else.
        public var namespace = "default"
        /// Tells this experiment from every other that has, or had, its name.
        public var study: String
        /// The image that has `attune`, for the metrics collectors beside trials.
        public var collectorImage: String
        /// Whether the cluster has native sidecars (1.29 and later).
        public var hasNativeSidecars = true
        /// How long a trial's pods may wait for what will not come by waiting: an image that cannot be pulled, a
        /// configuration that is not there.
        public var stuckTimeout = Duration.seconds(15 * 60)
        /// How long a trial may wait for room; nil for ever, as queues and autoscalers take their time.
        public var pendingTimeout: Duration?
        /// How long the logs of a trial's pods may take to come to their end after the trial has.
        public var logGrace = Duration.seconds(10)
        /// Further variables of the primary container.
        public var environment: [String: String] = [:]
        /// The reference to the owner of a trial's resource, with which it goes; nil where nothing owns it.
        public var owner: @Sendable (Trial) async throws -> JSON? = { _ in nil }
        /// What trials report by themselves, where the collector is Push or Custom.
        public var pushed: TrialReports?

        public init(study: String, collectorImage: String) {
            self.study = study
            self.collectorImage = collectorImage
        }
    }

    let experiment: Experiment
    let template: TrialTemplate
    let source: JSON
    let condition: TrialCondition
    let cluster: Cluster
    let options: Options
    let resource: APIResource
    /// The trials' resources, by name.
    let resources: Informer
    /// The trials' pods, by the name of the trial.
    let pods: Informer
    private let ends = EndedAttempts()

    /// What trials report by themselves, where the collector leaves it to them.
    var reports: TrialReports? {
        experiment.collector.kind == .push || experiment.collector.kind == .custom ? options.pushed : nil
    }

    var client: KubernetesClient { cluster.client }
    var clock: TunerClock { client.clock }
    var namespace: String { experiment.metadata.namespace ?? options.namespace }

    /// - Parameters:
    ///   - source: the experiment's template as a tree, wherever it came from.
    /// - Throws: `InvalidExperiment` with what of the experiment cannot be done in this cluster; `APIError`.
    public init(_ experiment: Experiment, source: JSON, cluster: Cluster, options: Options) async throws {
        guard let template = experiment.template else {
            throw InvalidExperiment([Problem("spec.trialTemplate", "must be specified: it says how a trial is run")])
        }
        var experiment = experiment
        if experiment.metadata.namespace == nil { experiment.metadata.namespace = options.namespace }
        self.experiment = experiment
        self.template = template
        self.source = source
        self.cluster = cluster
        self.options = options
        condition = try KubernetesRunner.condition(of: template)
        resource = try await KubernetesRunner.resource(of: source, in: cluster)
        resources = cluster.informer(
            resource, in: experiment.metadata.namespace, labels: TrialMark.experimentLabel)
        let label = TrialResource.podLabel(ofKind: resource.kind)
        pods = cluster.informer(.pods, in: experiment.metadata.namespace, labels: label) { $0.label(label) ?? "" }
        let problems = rehearsalProblems()
        guard problems.isEmpty else { throw InvalidExperiment(problems) }
    }

    private static func condition(of template: TrialTemplate) throws -> TrialCondition {
        let problems = TrialCondition.problems(in: template)
        guard problems.isEmpty else { throw InvalidExperiment(problems) }
        return try TrialCondition(
            success: template.successCondition ?? "", failure: template.failureCondition ?? "")
    }

    private static func resource(of source: JSON, in cluster: Cluster) async throws -> APIResource {
        do {
            let resource = try await cluster.resource(
                apiVersion: source["apiVersion"]?.string ?? "", kind: source["kind"]?.string ?? "")
            guard resource.isNamespaced else {
                throw AttuneError("a \(resource.kind) belongs to no namespace; give a kind that does")
            }
            return resource
        } catch let error as AttuneError {
            throw InvalidExperiment([
                Problem("spec.trialTemplate.trialSpec.apiVersion", found: source["apiVersion"]?.string, error.message)
            ])
        }
    }

    /// What the template of a trial that is never run is found to lack.
    private func rehearsalProblems() -> [Problem] {
        var problems: [Problem] = []
        if experiment.collector.kind == .push, options.pushed == nil {
            problems.append(
                Problem(
                    "spec.metricsCollectorSpec.collector.kind", found: "Push",
                    "nothing that trials report reaches this process; use StdOut or File, or submit it to attune operator"
                ))
        }
        do {
            var random = RandomSource(seed: 0, stream: 0)
            let trial = Trial(
                number: 0, name: "\(experiment.name)-0",
                suggestion: Suggestion(try experiment.space.sample(using: &random)), startTime: .distantPast)
            _ = try object(for: trial, owner: nil)
        } catch {
            problems.append(Problem("spec.trialTemplate", "\(error)"))
        }
        return problems
    }

    // MARK: The resource

    func mark(_ trial: Trial) -> TrialMark {
        TrialMark(study: options.study, experiment: experiment.name, trial: trial)
    }

    func key(_ trial: Trial) -> Informer.Key {
        Informer.Key(namespace: resource.isNamespaced ? namespace : "", name: trial.name)
    }

    /// A trial's resource, ready to be created.
    func object(for trial: Trial, owner: JSON?) throws -> JSON {
        let rendered = try template.rendered(source, for: trial, in: experiment)
        var made = TrialResource(rendered, experiment: experiment, trial: trial.name)
        made.label(annotations: mark(trial).annotations)
        var environment = options.environment
        environment["ATTUNE_TRIAL_ATTEMPT"] = trial.attempt > 1 ? String(trial.attempt) : nil
        environment["ATTUNE_RESOURCE"] = trial.suggestion.resource.map(String.init)
        made.addEnvironment(environment)
        try made.addCollector(image: options.collectorImage, isNative: options.hasNativeSidecars)
        var object = made.json
        if let owner { object["metadata"]?["ownerReferences"] = [owner] }
        return object
    }

    // MARK: TrialRunner

    public func run(
        _ trial: Trial, report: @escaping @Sendable ([Observation]) async throws -> Void
    ) async throws -> WorkEnd {
        try await resources.synced()
        try await pods.synced()
        let signal = ends.begin(trial)
        switch try await place(trial) {
        case .placed: break
        case .stopped: return WorkEnd(.stopped)
        case .refused(let end): return end
        }
        return try await TrialFollower(self, trial, signal, report).follow()
    }

    public func stop(_ trial: Trial) async throws {
        ends.markStopping(trial)
        try await resources.synced()
        if let object = resources[key(trial)], TrialMark(object) == mark(trial) { try await end(object) }
        ends.markStopped(trial)
    }

    func isStopping(_ trial: Trial) -> Bool { ends.isStopping(trial) }
    /// Whether it was stopped, and the cluster told.
    func isStopped(_ trial: Trial) -> Bool { ends.isStopped(trial) }

    /// Ends the work on an attempt that has failed though its resource goes on.
    func giveUp(_ trial: Trial) async throws {
        if let object = resources[key(trial)], TrialMark(object) == mark(trial) { try await end(object) }
    }

    /// Ends what a resource does: by its deletion, or where it is to be kept by the way its kind has to rest.
    private func end(_ object: JSON) async throws {
        guard !object.isBeingDeleted else { return }
        guard template.retain, let rest = TrialResource.restPatch(ofKind: resource.kind) else {
            return try await delete(object)
        }
        do {
            _ = try await client.merge(rest, into: object.name, resource, in: object.namespace)
        } catch let error as APIError where error.reason == .notFound {
            return
        }
    }

    func delete(_ object: JSON, _ propagation: KubernetesClient.Propagation = .background) async throws {
        try await client.delete(resource, object.name, in: object.namespace, uid: object.uid, propagation)
    }

    // MARK: Afterwards

    /// Removes the resource of a trial that has ended, now that its end is durable. Does nothing where it is to be kept.
    public func discard(_ trial: Trial) async throws {
        guard !template.retain, let object = resources[key(trial)], !object.isBeingDeleted, isOurs(object) else {
            return
        }
        try await delete(object)
    }

    /// Removes what an earlier process left behind: the resources of trials that have ended.
    public func sweep(_ study: Study) async throws {
        try await resources.synced()
        for object in resources.all where isOurs(object) && !object.isBeingDeleted {
            let trial = study.trials.first { $0.name == object.name }
            if trial?.isRunning != true, !template.retain { try await delete(object) }
        }
    }

    private func isOurs(_ object: JSON) -> Bool {
        TrialMark(object).map { $0.study == options.study } ?? false
    }

    func forget(_ trial: Trial) { ends.forget(trial) }
}

/// Which attempts were told to stop, and who follows them.
private final class EndedAttempts: Sendable {
    private struct Attempt: Hashable {
        let number: Int
        let attempt: Int
        init(_ trial: Trial) { (number, attempt) = (trial.number, trial.attempt) }
    }

    private struct State {
        var stopping: Set<Attempt> = []
        var stopped: Set<Attempt> = []
        var signals: [Attempt: Signal] = [:]
    }

    private let state = Mutex(State())

    /// The signal that is raised when the attempt is stopped.
    func begin(_ trial: Trial) -> Signal {
        state.withLock { state in
            let signal = Signal()
            state.signals[Attempt(trial)] = signal
            return signal
        }
    }

    func markStopping(_ trial: Trial) { state.withLock { _ = $0.stopping.insert(Attempt(trial)) } }
    func isStopping(_ trial: Trial) -> Bool { state.withLock { $0.stopping.contains(Attempt(trial)) } }
    func isStopped(_ trial: Trial) -> Bool { state.withLock { $0.stopped.contains(Attempt(trial)) } }

    func markStopped(_ trial: Trial) {
        let signal = state.withLock { state in
            state.stopped.insert(Attempt(trial))
            return state.signals[Attempt(trial)]
        }
        signal?.raise()
    }

    func forget(_ trial: Trial) {
        state.withLock { state in
            state.signals[Attempt(trial)] = nil
            state.stopping.remove(Attempt(trial))
            state.stopped.remove(Attempt(trial))
        }
    }
}
