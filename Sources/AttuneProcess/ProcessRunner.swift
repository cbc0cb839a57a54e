import AttuneCore
import Foundation

/// Carries trials out as processes of this machine.
///
/// Each attempt has a directory and a supervisor process. Whoever runs the experiment next finds the attempt by its
/// directory: one that still runs is adopted, one that ended meanwhile is collected, exit code included.
public struct ProcessRunner: TrialRunner {
    let experiment: Experiment
    let directories: TrialDirectories
    private let template: TrialTemplate
    private let resource: JSON
    private let supervisor: Supervisor
    private let environment: [String: String]
    private let baseDirectory: URL
    private let now: @Sendable () -> Date

    /// - Parameters:
    ///   - resource: the experiment's template as a tree, wherever it came from.
    ///   - environment: what trials inherit, their own variables on top.
    ///   - baseDirectory: where relative paths of the template begin.
    /// - Throws: `InvalidExperiment` with what of the experiment cannot be done on this machine.
    public init(
        _ experiment: Experiment, resource: JSON, directories: TrialDirectories, supervisor: Supervisor,
        environment: [String: String],
        baseDirectory: URL, now: @escaping @Sendable () -> Date
    ) throws {
        guard let template = experiment.template else {
            throw InvalidExperiment([Problem("spec.trialTemplate", "must be specified: it says how a trial is run")])
        }
        self.experiment = experiment
        self.template = template
        self.resource = resource
        self.directories = directories
        self.supervisor = supervisor
        self.environment = environment
        self.baseDirectory = baseDirectory
        self.now = now
        let problems = rehearsalProblems()
        guard problems.isEmpty else { throw InvalidExperiment(problems) }
    }

    /// What of the template is left out on this machine, each a sentence.
    public var notices: [String] { (try? rehearse().command.notices) ?? [] }

    private func rehearsalProblems() -> [Problem] {
        do {
            let plan = try rehearse()
            return collectorProblems(plan)
        } catch let problem as Problem {
            return [problem.under("spec.trialTemplate")]
        } catch let invalid as InvalidExperiment {
            return invalid.problems
        } catch {
            return [Problem("spec.trialTemplate", "\(error)")]
        }
    }

    private func collectorProblems(_ plan: Plan) -> [Problem] {
        let collector = experiment.collector
        guard collector.kind == .file || collector.kind == .tensorFlowEvent, let path = collector.path,
            !plan.mentionsMetricsPath
        else { return [] }
        return [
            Problem(
                "spec.metricsCollectorSpec.source.fileSystemPath.path", found: "\"\(path)\"",
                "trials run side by side on this machine and each writes its own: say this path in the command, args or env, "
                    + "where Attune puts the trial's own in its place, or let the program write to $ATTUNE_METRICS_PATH"
            )
        ]
    }

    /// The plan of a trial that is never run, to see whether one can be made.
    private func rehearse() throws -> Plan {
        var random = RandomSource(seed: 0, stream: 0)
        let assignment = try experiment.space.sample(using: &random)
        return try plan(
            for: Trial(
                number: 0, name: "\(experiment.name)-0", suggestion: Suggestion(assignment), startTime: .distantPast))
    }

    // MARK: TrialRunner

    /// A trial that cannot be carried out, or whose directory was tampered with, ends; it never ends the run.
    public func run(
        _ trial: Trial, report: @escaping @Sendable ([Observation]) async throws -> Void
    ) async throws -> WorkEnd {
        do {
            return try await carryOut(trial) { observations in
                do { try await report(observations) } catch { throw ReportFailure(cause: error) }
            }
        } catch let failure as ReportFailure {
            throw failure.cause
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            return await giveUp(trial, because: error)
        }
    }

    /// How a trial ends that cannot be followed to its own end.
    private func giveUp(_ trial: Trial, because error: any Error) async -> WorkEnd {
        var reason = "\(error)"
        do {
            try await stop(trial)
        } catch {
            reason += "; and it could not be stopped: \(error)"
        }
        return WorkEnd(ProcessRunner.isLoss(error) ? .lost(reason) : .failed("cannot be carried out: \(reason)"))
    }

    /// What the caller's own report threw, told from what the trial's files and processes did.
    private struct ReportFailure: Error {
        var cause: any Error
    }

    private static func isLoss(_ error: any Error) -> Bool {
        switch error as? AttemptError {
        case .cannotLaunch, .notStarted, .system, .supervisedElsewhere: true
        case .supervisorNotFound, .invalidSpec, .malformedRecord, nil: false
        }
    }

    private func carryOut(
        _ trial: Trial, report: @escaping @Sendable ([Observation]) async throws -> Void
    ) async throws -> WorkEnd {
        let plan = try plan(for: trial)
        try await launch(plan)
        var delivered = Delivered(trial.attemptObservations)
        var source = try metricsSource(plan)
        let end = try await follow(plan, &source, &delivered, report)
        let complaint = try await finishCollector(plan)
        let rest = delivered.new(among: try await source.finish(at: now()))
        let output = [LastLines.of(plan.attempt.output), complaint].compactMap { $0 }.filter { !$0.isEmpty }
        return WorkEnd(kind(of: end), observations: rest, lastOutput: output.joined(separator: "\n"))
    }

    public func stop(_ trial: Trial) async throws {
        let attempt = directories.attempt(trial.attempt, of: trial.number)
        // A trial that the log has and nobody launched yet must find the request when somebody does. Where something
        // else has the directory's name, a dangling link even, the trial was launched and put it there.
        if (try? FileManager.default.attributesOfItem(atPath: attempt.path)) == nil {
            try FileManager.default.createDirectory(
                atPath: attempt.path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
        }
        try attempt.stop()
    }

    private func launch(_ plan: Plan) async throws {
        if try plan.attempt.state() == .absent { try await plan.checkpoints.create(from: plan.parentCheckpoints) }
        if let parent = plan.metricsParent {
            try FileManager.default.createDirectory(at: parent, withIntermediateDirectories: true)
        }
        try await supervisor.launch(plan.process, in: plan.attempt)
        if let collector = plan.collector { try await supervisor.launch(collector, in: plan.collectorAttempt) }
    }

    /// Reports what comes until the attempt ends. Nil: it was lost.
    private func follow(
        _ plan: Plan, _ source: inout any MetricsSource, _ delivered: inout Delivered,
        _ report: @escaping @Sendable ([Observation]) async throws -> Void
    ) async throws -> AttemptEnd? {
        enum Step: Sendable {
            case ended(AttemptEnd?)
            case read(any MetricsSource, Delivered)
        }
        let start = (source, delivered)
        return try await withThrowingTaskGroup(of: Step.self) { group in
            group.addTask { .ended(try await plan.attempt.ended()) }
            group.addTask {
                var (source, delivered) = start
                try await poll(&source, &delivered, report)
                return .read(source, delivered)
            }
            var end: AttemptEnd??
            var hasRead = false
            while end == nil || !hasRead, let step = try await group.next() {
                switch step {
                case .ended(let attemptEnd):
                    end = .some(attemptEnd)
                    group.cancelAll()
                case .read(let readSource, let readDelivered):
                    (source, delivered) = (readSource, readDelivered)
                    hasRead = true
                    // It returns only when cancelled: by the end above, or because the caller lets go.
                    if end == nil { throw CancellationError() }
                }
            }
            return end ?? nil
        }
    }

    /// Reads and reports every so often until cancelled. What was read is reported, or is still in the source.
    private func poll(
        _ source: inout any MetricsSource, _ delivered: inout Delivered,
        _ report: @Sendable ([Observation]) async throws -> Void
    ) async throws {
        var pause = Duration.milliseconds(25)
        while true {
            do { try await Task.sleep(for: pause) } catch { return }
            pause = min(pause * 2, .milliseconds(400))
            let new = delivered.new(among: try await source.read(at: now()))
            if !new.isEmpty { try await report(new) }
        }
    }

    /// Gives a custom collector a little time to see the end, then ends it.
    ///
    /// - Returns: what was wrong with it, in a sentence; nil when it ended well or had to be ended.
    private func finishCollector(_ plan: Plan) async throws -> String? {
        guard plan.collector != nil else { return nil }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            group.addTask {
                _ = try await plan.collectorAttempt.ended()
                return true
            }
            group.addTask {
                try await Task.sleep(for: .seconds(10))
                return false
            }
            if try await group.next() == false {
                try plan.collectorAttempt.stop()
                _ = try await group.next()
            }
            group.cancelAll()
        }
        guard let end = try await plan.collectorAttempt.ended(), case .failed(let reason) = kind(of: end) else {
            return nil
        }
        return "the collector \(reason)"
    }

    private func kind(of end: AttemptEnd?) -> WorkEnd.Kind {
        switch end?.how {
        case .exited(0): .completed
        case .exited(let code): .failed("exited with code \(code)")
        case .signalled(let number): .failed("killed by signal \(number) (\(String(cString: strsignal(number))))")
        case .timedOut:
            .failed("timed out after \(experiment.trialTimeout.map { "\($0.seconds.text) s" } ?? "its deadline")")
        case .stopped: .stopped
        case .unstartable(_, let message): .failed("cannot start the program: \(message)")
        case nil: .lost("its supervisor was killed, or the machine went down")
        }
    }
}

extension ProcessRunner {
    /// Everything an attempt needs, derived from the trial alone, so that adopting finds the same as starting.
    struct Plan: Sendable {
        var attempt: AttemptDirectory
        var checkpoints: CheckpointDirectory
        /// What the checkpoints begin with.
        var parentCheckpoints: CheckpointDirectory?
        var process: ProcessSpec
        var command: LocalCommand
        /// Where the program writes its metrics, for collectors of files.
        var metricsPath: String?
        var mentionsMetricsPath: Bool
        var collector: ProcessSpec?
        var collectorAttempt: AttemptDirectory

        /// The directory to make before the program starts.
        var metricsParent: URL? { metricsPath.map { URL(filePath: $0).deletingLastPathComponent() } }
    }

    func plan(for trial: Trial) throws -> Plan {
        let rendered = try template.rendered(resource, for: trial, in: experiment)
        var command = try LocalCommand(resource: rendered, primaryContainer: template.primaryContainerName)
        let attempt = directories.attempt(trial.attempt, of: trial.number)
        let metricsPath = experiment.collector.path.map { path in
            TrialDirectories.file(path, in: attempt)
        }
        let mentions = metricsPath.map { command.mentionsMetrics(at: experiment.collector.path, redirectedTo: $0) }
        let checkpoints = directories.checkpoints(of: trial.number)
        if let mount = experiment.checkpointMount { command.redirect(mount, to: checkpoints.path) }
        let variables = self.variables(for: trial, attempt, metricsPath: metricsPath)
        let environment = variables.merging(command.variables.map { ($0.name, $0.value) }) { $1 }
        let process = ProcessSpec(
            command: command.command, environment: environment, workingDirectory: directory(command.workingDirectory),
            timeout: [experiment.trialTimeout, command.deadline].compactMap { $0 }.min(), grace: .seconds(10))
        return Plan(
            attempt: attempt, checkpoints: checkpoints,
            parentCheckpoints: trial.suggestion.parent.map(directories.checkpoints), process: process,
            command: command, metricsPath: metricsPath, mentionsMetricsPath: mentions ?? true,
            collector: try collectorProcess(environment),
            collectorAttempt: AttemptDirectory(URL(filePath: attempt.path).appending(path: "collector")))
    }

    /// What a trial finds in its environment beside what attune itself was given.
    private func variables(for trial: Trial, _ attempt: AttemptDirectory, metricsPath: String?) -> [String: String] {
        var variables = environment
        variables["ATTUNE_EXPERIMENT"] = experiment.name
        variables["ATTUNE_TRIAL_NAME"] = trial.name
        variables["ATTUNE_TRIAL_NUMBER"] = String(trial.number)
        variables["ATTUNE_TRIAL_ATTEMPT"] = String(trial.attempt)
        variables["ATTUNE_TRIAL_DIR"] = attempt.path
        variables["ATTUNE_CHECKPOINT_DIR"] = directories.checkpoints(of: trial.number).path
        variables["ATTUNE_RESOURCE"] = trial.suggestion.resource.map(String.init)
        variables["ATTUNE_METRICS_PATH"] = metricsPath
        variables["ATTUNE_COLLECTOR"] = experiment.collector.kind.rawValue
        variables["ATTUNE_METRICS"] = experiment.objective.metrics.joined(separator: "\n")
        if experiment.objective.takesText {
            variables["ATTUNE_TEXT_METRICS"] = experiment.objective.textMetrics.joined(separator: "\n")
        }
        variables["KATIB_TRIAL_NAME"] = trial.name
        return variables
    }

    private func directory(_ path: String?) -> String {
        guard let path else { return baseDirectory.path(percentEncoded: false) }
        return URL(filePath: path, relativeTo: baseDirectory).absoluteURL.path(percentEncoded: false)
    }

    private func collectorProcess(_ environment: [String: String]) throws -> ProcessSpec? {
        guard experiment.collector.kind == .custom, let container = experiment.collector.customCollector else {
            return nil
        }
        let command: LocalCommand
        do {
            command = try LocalCommand(container: container)
        } catch {
            throw InvalidExperiment([Problem("spec.metricsCollectorSpec.collector.customCollector", error.remedy)])
        }
        return ProcessSpec(
            command: command.command,
            environment: environment.merging(command.variables.map { ($0.name, $0.value) }) { $1 },
            workingDirectory: directory(command.workingDirectory), grace: .seconds(2))
    }

    func metricsSource(_ plan: Plan) throws -> any MetricsSource {
        let collector = experiment.collector
        let metrics = experiment.objective.metrics
        func lines(of file: URL) throws -> LineSource {
            try LineSource(
                file, format: collector.format, metrics: metrics, texts: experiment.objective.textMetrics,
                filters: collector.filters)
        }
        switch collector.kind {
        case .stdOut: return try lines(of: plan.attempt.output)
        case .file: return try lines(of: URL(filePath: plan.metricsPath ?? ""))
        case .custom: return try lines(of: plan.collectorAttempt.output)
        case .push:
            return try LineSource(
                PushedMetrics.file(in: plan.attempt.path), format: .json, metrics: metrics,
                texts: experiment.objective.textMetrics, filters: [])
        case .tensorFlowEvent: return EventFileSource(URL(filePath: plan.metricsPath ?? ""), metrics: metrics)
        case .prometheus:
            return try PrometheusSource(collector.httpGet ?? MetricsCollector.HTTPGet(), metrics: metrics)
        }
    }
}

extension LocalCommand {
    /// Puts the trial's own path where the command, its arguments or its variables say one that a cluster would give
    /// each pod.
    mutating func redirect(_ path: String, to own: String) {
        command = command.map { $0.replacing(path: path, with: own) }
        variables = variables.map { ($0.name, $0.value.replacing(path: path, with: own)) }
    }

    /// The same for the collector's path.
    ///
    /// - Returns: whether the command, its arguments or its variables say where the metrics go.
    fileprivate mutating func mentionsMetrics(at path: String?, redirectedTo own: String) -> Bool {
        let texts = command + variables.map(\.value)
        if let path { redirect(path, to: own) }
        return command + variables.map(\.value) != texts || texts.contains { $0.contains("ATTUNE_METRICS_PATH") }
    }
}

extension Experiment {
    /// Where Katib mounts a trial's checkpoints into its container, without slashes at the end; nil where the algorithm's
    /// settings name no absolute path.
    fileprivate var checkpointMount: String? {
        guard var path = algorithm["suggestion_trial_dir"], path.hasPrefix("/") else { return nil }
        while path.hasSuffix("/") { path.removeLast() }
        return path.isEmpty ? nil : path
    }
}

extension String {
    /// Puts `own` wherever `path` stands as a whole path, or as the beginning of one below it.
    fileprivate func replacing(path: String, with own: String) -> String {
        var result = ""
        var rest = self[...]
        while let found = rest.firstRange(of: path) {
            let before =
                result.isEmpty && found.lowerBound == rest.startIndex ? nil : (result + rest[..<found.lowerBound]).last
            let after = rest[found.upperBound...].first
            let isWhole = before.map { !$0.isPathPart && $0 != "/" } ?? true && after.map { !$0.isPathPart } ?? true
            result += rest[..<found.lowerBound] + (isWhole ? own : path)
            rest = rest[found.upperBound...]
        }
        return result + rest
    }
}

extension Character {
    /// What a file's name goes on with.
    fileprivate var isPathPart: Bool { isLetter || isNumber || self == "_" || self == "-" || self == "." }
}
