import AttuneAlgorithms
import AttuneCore
import AttuneYAML
import Foundation
import Synchronization

/// Drives one Experiment resource from when it appears until it is deleted: reads it, tunes, and shows how it stands.
struct ExperimentDriver: Sendable {
    let key: Informer.Key
    /// The resource's own identity: one that is deleted and created again is another.
    let uid: String
    let office: OperatorOffice
    /// The runner while trials are carried out, for those who want to end one.
    private let runner = RunnerSlot()

    init(_ object: JSON, _ office: OperatorOffice) {
        key = Informer.Key(object)
        uid = object.uid
        self.office = office
    }

    /// The resource as it stands now; nil when it is gone, or on its way.
    private var object: JSON? {
        office.experiments[key].flatMap { $0.uid == uid && !$0.isBeingDeleted ? $0 : nil }
    }

    /// Drives until it is cancelled or the resource goes. What goes wrong is told and tried again.
    func run() async {
        var pause = Duration.seconds(1)
        while !Task.isCancelled, object != nil {
            do {
                try await drive()
                return
            } catch is CancellationError {
                return
            } catch let invalid as InvalidExperiment {
                await refuse(invalid)
            } catch {
                await tell(.warning, "ReconcileError", "\(error)")
                office.log("\(key.namespace)/\(key.name): \(error); trying again")
                do { try await office.clock.sleepFor(pause) } catch { return }
                pause = min(pause * 2, .seconds(60))
            }
        }
    }

    private func tell(_ kind: EventRecorder.Kind, _ reason: String, _ message: String) async {
        if let object { await office.events.say(kind, reason, message, about: object) }
    }

    /// Ends the work on a trial that is running.
    func end(trial name: String) async throws { try await runner.end(trial: name) }

    // MARK: Reading

    /// Says what is wrong with it in a condition, and waits until it is changed.
    private func refuse(_ invalid: InvalidExperiment) async {
        guard let object else { return }
        do {
            try await write(failure: "Experiment has failed because it is not valid: \(invalid)", of: object)
            await tell(.warning, "ValidationFailed", "\(invalid)")
            try await waitForChange(of: object["spec"])
            try await clearFailure()
        } catch {
            office.log("\(key.namespace)/\(key.name): \(error)")
        }
    }

    private func write(failure message: String, of object: JSON) async throws {
        let now = office.clock.now()
        var conditions = Conditions(object["status"])
        conditions.set("Created", reason: "ExperimentCreated", "Experiment is created", at: now)
        conditions.remove("Failed")
        conditions.set("Failed", reason: "ExperimentFailed", message, at: now)
        let status: JSON = [
            "conditions": conditions.json, "startTime": .string(now.kubernetesText),
            "completionTime": .string(now.kubernetesText), "currentOptimalTrial": ["observation": [:]],
        ]
        _ = try await office.client.updating(object, .experiments, subresource: "status") { _ in ["status": status] }
    }

    private func clearFailure() async throws {
        guard let object else { return }
        _ = try await office.client.updating(object, .experiments, subresource: "status") { current in
            var conditions = Conditions(current["status"])
            conditions.remove("Failed")
            return ["status": ["conditions": conditions.json, "completionTime": .null]]
        }
    }

    /// Waits until the spec is another.
    private func waitForChange(of spec: JSON?) async throws {
        let signal = Signal()
        let subscription = office.experiments.subscribe(signal, to: key.name)
        defer { withExtendedLifetime(subscription) {} }
        while let object, object["spec"] == spec { try await signal.wait() }
    }

    /// - Throws: `InvalidExperiment` with every error.
    private func read(_ object: JSON) async throws -> Experiment {
        let resource = ExperimentResource(object: object)
        var text: String?
        if let source = resource.configMap {
            let map = try await office.client.find(.configMaps, source.name, in: source.namespace)
            text = map?["data"]?[source.key]?.string
            if text == nil {
                throw InvalidExperiment([
                    Problem(
                        "spec.trialTemplate.configMap", found: "\(source.namespace)/\(source.name)",
                        "there is no such ConfigMap with the key \(source.key)")
                ])
            }
        }
        let reading = Experiment.reading(
            resource.document(templateText: text), catalogue: office.catalogue, purpose: .orchestrating,
            seed: resource.seed)
        guard var experiment = reading.experiment else {
            throw InvalidExperiment(reading.problems.filter { $0.severity == .error })
        }
        experiment.place(in: object)
        return experiment
    }

    // MARK: Driving

    private func drive() async throws {
        guard let object else { return }
        let read = try await read(object)
        guard let experiment = try await experimentToDrive(read, object) else {
            // Another system carried it out to its end before; it is left as it is.
            return
        }
        try await addFinalizer(object)
        try await provideVolume(experiment, object)
        let tuner = Tuner(
            experiment, suggester: try office.catalogue.suggester(for: experiment),
            stoppingRule: try office.catalogue.stoppingRule(for: experiment), store: office.store,
            clock: office.clock)
        let trials = TrialObjects(
            maker(experiment, object), office.client, informer: office.trials,
            window: ExperimentResource(object: object).window)
        let reporter = ExperimentReporter(
            tuner, owner: object, trials: trials, client: office.client, gathering: office.gathering)
        try await drive(tuner, experiment, object, trials, reporter)
    }

    /// The experiment that is to be driven: as it was begun, with the budget of today. Nil where there is nothing to do.
    private func experimentToDrive(_ read: Experiment, _ object: JSON) async throws -> Experiment? {
        guard var stored = try await office.store.load(read.id) else {
            return ExperimentResource(object: object).isOver && !wasRefused(object) ? nil : read
        }
        if stored.experiment.study != uid {
            // An experiment of the same name that was deleted while nobody looked.
            try await office.store.delete(read.id)
            return read
        }
        if !stored.experiment.isSameQuestion(as: read) { await tellOfEdit() }
        let study = try stored.study()
        stored.experiment.budget = budget(read.budget, of: study) ?? study.experiment.budget
        return stored.experiment
    }

    /// Whether its end was that it was not valid.
    private func wasRefused(_ object: JSON) -> Bool {
        object["status"]?["trials"] == nil && Conditions(object["status"]).has("Failed")
    }

    private func tellOfEdit() async {
        await tell(
            .warning, "EditIgnored",
            "only spec.parallelTrialCount, spec.maxTrialCount and spec.maxFailedTrialCount are editable; "
                + "the experiment goes on as it began")
    }

    /// The budget as it was edited; nil where it was not, or may not be so.
    private func budget(_ wanted: Budget, of study: Study) -> Budget? {
        guard wanted != study.experiment.budget else { return nil }
        guard case .finished = study.status else { return wanted }
        let isMore = wanted.maxTrials.map { $0 > study.counts.total } ?? true
        return isMore && study.experiment.resumePolicy != .never ? wanted : nil
    }

    private func addFinalizer(_ object: JSON) async throws {
        let own = JSON.string(ExperimentResource.finalizer)
        _ = try await office.client.updating(object, .experiments) { current in
            let finalizers = current.metadata?["finalizers"]?.array ?? []
            return finalizers.contains(own) ? nil : ["metadata": ["finalizers": .array(finalizers + [own])]]
        }
    }

    /// What clients of Katib look for where an algorithm's state is kept in a volume; ours is in the store.
    private func provideVolume(_ experiment: Experiment, _ object: JSON) async throws {
        guard experiment.resumePolicy == .fromVolume else { return }
        let name = "\(key.name)-\(experiment.algorithm.name)"
        do {
            _ = try await office.client.creating(
                [
                    "apiVersion": "v1", "kind": "PersistentVolumeClaim",
                    "metadata": [
                        "name": .string(name), "namespace": .string(key.namespace),
                        "ownerReferences": [object.ownerReference],
                    ],
                    "spec": [
                        "accessModes": ["ReadWriteOnce"], "resources": ["requests": ["storage": "1Mi"]],
                    ],
                ], .persistentVolumeClaims, in: key.namespace)
        } catch let error as APIError where error.reason == .alreadyExists {
            return
        }
    }

    private func maker(_ experiment: Experiment, _ object: JSON) -> TrialStatus {
        let source = try? experiment.templateResource()
        return TrialStatus(experiment: experiment, owner: object) { trial in
            source.flatMap { try? experiment.template?.rendered($0, for: trial, in: experiment) }
        }
    }

    private func drive(
        _ tuner: Tuner, _ experiment: Experiment, _ object: JSON, _ trials: TrialObjects, _ reporter: ExperimentReporter
    ) async throws {
        let runner = try await makeRunner(experiment, trials)
        self.runner.set(runner, tuner)
        defer { self.runner.set(nil, nil) }
        try await tuner.open()
        try await runner.sweep(await tuner.study)
        await reporter.catchUp(await tuner.study)
        while true {
            try await tune(tuner, runner, reporter, object)
            guard try await waitForReopening(tuner, experiment) else { return }
            await reporter.noteRestart()
        }
    }

    private func makeRunner(_ experiment: Experiment, _ trials: TrialObjects) async throws -> KubernetesRunner {
        var options = office.runnerOptions
        options.study = uid
        options.namespace = key.namespace
        options.owner = { try await trials.owner(of: $0) }
        return try await KubernetesRunner(
            experiment, source: try experiment.templateResource(), cluster: office.cluster, options: options)
    }

    /// Carries trials out until the study is over, and shows it.
    private func tune(
        _ tuner: Tuner, _ runner: KubernetesRunner, _ reporter: ExperimentReporter, _ object: JSON
    ) async throws {
        try await tuner.open()
        let events = await tuner.events()
        let study = try await withThrowingTaskGroup(of: Part.self) { group in
            defer { group.cancelAll() }
            group.addTask {
                let study = try await tuner.run(with: runner)
                await reporter.finish()
                return .trials(study)
            }
            group.addTask {
                for await event in events { await self.heed(event, tuner, runner, reporter) }
                return .another
            }
            group.addTask {
                try await reporter.run()
                return .report
            }
            group.addTask {
                try await self.heedEdits(of: tuner)
                return .another
            }
            return try await DrivenStudy(of: &group).study
        }
        // What changed last is written when nothing else is under way.
        try await reporter.write(study)
        try await runner.sweep(study)
        await tellEnd(study)
    }

    private func tellEnd(_ study: Study) async {
        guard case .finished(let finish) = study.status else { return }
        await tell(finish.isFailure ? .warning : .normal, finish.reason, finish.message)
    }

    /// What follows from an event that is durable.
    private func heed(_ event: Event, _ tuner: Tuner, _ runner: KubernetesRunner, _ reporter: ExperimentReporter) async
    {
        reporter.review()
        // Once the tuner has closed, what is left is swept away.
        guard case .ended(let number, let outcome, _) = event, let trial = await tuner.study.trial(number) else {
            return
        }
        do {
            try await runner.discard(trial)
        } catch {
            office.log("\(key.namespace)/\(trial.name) is not removed yet: \(error)")
        }
        switch outcome {
        case .failed(let reason): await tell(.warning, "TrialFailed", "\(trial.name): \(reason)")
        case .metricsUnavailable(let reason): await tell(.warning, "MetricsUnavailable", "\(trial.name): \(reason)")
        case .succeeded, .earlyStopped, .killed: break
        }
    }

    /// Takes the budget over whenever it is edited.
    private func heedEdits(of tuner: Tuner) async throws {
        let signal = Signal()
        let subscription = office.experiments.subscribe(signal, to: key.name)
        defer { withExtendedLifetime(subscription) {} }
        var last = object?["spec"]
        while let object {
            if object["spec"] != last {
                last = object["spec"]
                try await take(object, tuner)
            }
            try await signal.wait()
        }
        try await signal.wait()
    }

    private func take(_ object: JSON, _ tuner: Tuner) async throws {
        do {
            let edited = try await read(object)
            let study = await tuner.study
            if !study.experiment.isSameQuestion(as: edited) { await tellOfEdit() }
            guard study.status == .running, let budget = budget(edited.budget, of: study) else { return }
            try await tuner.edit(budget: budget)
        } catch let invalid as InvalidExperiment {
            await tell(.warning, "EditIgnored", "\(invalid)")
        }
    }

    /// Waits until a larger budget opens the experiment again.
    ///
    /// - Returns: false when the resource has gone.
    private func waitForReopening(_ tuner: Tuner, _ experiment: Experiment) async throws -> Bool {
        let signal = Signal()
        let subscription = office.experiments.subscribe(signal, to: key.name)
        defer { withExtendedLifetime(subscription) {} }
        var last: JSON?
        while let object {
            if object["spec"] != last {
                last = object["spec"]
                if try await reopen(tuner, object) { return true }
            }
            try await signal.wait()
        }
        return false
    }

    private func reopen(_ tuner: Tuner, _ object: JSON) async throws -> Bool {
        guard let edited = try? await read(object) else { return false }
        try await tuner.open()
        let study = await tuner.study
        // An edit that came just as the tuner closed has opened it again already.
        if study.status == .running { return true }
        guard let budget = budget(edited.budget, of: study) else {
            try await tuner.close()
            return false
        }
        try await tuner.edit(budget: budget)
        return true
    }
}

/// The runner of the moment, and whose trials it carries out.
private final class RunnerSlot: Sendable {
    private let state = Mutex<(runner: KubernetesRunner, tuner: Tuner)?>(nil)

    func set(_ runner: KubernetesRunner?, _ tuner: Tuner?) {
        state.withLock { state in
            if let runner, let tuner { state = (runner, tuner) } else { state = nil }
        }
    }

    func end(trial name: String) async throws {
        guard let (runner, tuner) = state.withLock({ $0 }) else { return }
        if let trial = await tuner.study.running.first(where: { $0.name == name }) { try await runner.stop(trial) }
    }
}

/// What of a study's driving has come to its end.
private enum Part: Sendable {
    case trials(Study)
    case report
    case another
}

/// A study that is over, once what was being written of it is written.
private struct DrivenStudy {
    let study: Study

    init(of group: inout ThrowingTaskGroup<Part, any Error>) async throws {
        var (study, isReported) = (Study?.none, false)
        while study == nil || !isReported, let part = try await group.next() {
            switch part {
            case .trials(let ended): study = ended
            case .report: isReported = true
            case .another: break
            }
        }
        guard let study else { throw CancellationError() }
        self.study = study
    }
}
