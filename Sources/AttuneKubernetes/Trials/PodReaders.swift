import AttuneCore
import Foundation
import Synchronization

/// The readers of a trial's pods: one for each primary pod, from when its container has begun.
struct PodReaders: Sendable {
    private var readers: [String: PodReader] = [:]

    var isEmpty: Bool { readers.isEmpty }
    /// Whether one is reading what a container printed that has ended, which comes to an end by itself.
    var areAtTheEnd: Bool { readers.values.contains { !$0.isDone && $0.hasEnded } }

    /// Readers of pods that can be read now and were not before.
    mutating func due(among pods: [JSON], _ runner: KubernetesRunner, _ trial: Trial) -> [PodReader] {
        guard runner.experiment.collector.kind != .push else { return [] }
        var new: [PodReader] = []
        for pod in pods where readers[pod.uid] == nil && pod.isPrimary(runner.template) {
            guard let container = pod.metricsContainer(runner),
                let stage = ContainerStage(container, of: pod), stage != .waiting
            else { continue }
            let reader = PodReader(runner, trial, pod: pod, container: container)
            readers[pod.uid] = reader
            new.append(reader)
        }
        return new
    }

    /// Whether everything was read that there is to read.
    func areDone(_ pods: [JSON], _ runner: KubernetesRunner) -> Bool {
        if runner.experiment.collector.kind == .push { return true }
        let unread = pods.contains { pod in
            readers[pod.uid] == nil && pod.isPrimary(runner.template) && pod["status"]?["phase"]?.string != "Pending"
        }
        return !readers.isEmpty && !unread && readers.values.allSatisfy(\.isDone)
    }

    /// Why no pod was read.
    func reasonForNone(_ pods: [JSON], _ runner: KubernetesRunner) -> String {
        if pods.isEmpty { return "no pod of it was seen, so that nothing of what it printed is known" }
        let wanted = runner.template.primaryPodLabels.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        guard pods.contains(where: { $0.isPrimary(runner.template) }) else {
            return "none of its \(pods.count) pods has the primaryPodLabels \(wanted.joined(separator: ", "))"
        }
        return "no pod of it has the container \(runner.template.primaryContainerName ?? "")"
    }
}

/// Reads what one container of a pod prints until it has ended.
final class PodReader: Sendable {
    private let runner: KubernetesRunner
    private let trial: Trial
    private let key: Informer.Key
    private let uid: String
    private let container: String
    private let done = Atomic<Bool>(false)

    init(_ runner: KubernetesRunner, _ trial: Trial, pod: JSON, container: String) {
        self.runner = runner
        self.trial = trial
        key = Informer.Key(pod)
        uid = pod.uid
        self.container = container
    }

    var isDone: Bool { done.load(ordering: .acquiring) }

    func read(into metrics: TrialMetrics, telling signal: Signal) async {
        do {
            try await read(into: metrics)
        } catch is CancellationError {
            // Let go, or given up by whoever follows the trial.
        } catch {
            metrics.fail(error)
        }
        done.store(true, ordering: .releasing)
        signal.raise()
    }

    private func read(into metrics: TrialMetrics) async throws {
        let log = PodLog(client: runner.client, pod: key.name, container: container, namespace: key.namespace)
        var source = try LogSource(runner.experiment)
        var place = PodLog.Place()
        var pause = Duration.milliseconds(250)
        while true {
            // Looked up first: what ended before the stream was opened was read to its end.
            let hadEnded = hasEnded
            do {
                let rest = try await log.read(from: &place) { lines in
                    for line in lines { source.take(line, into: metrics, at: self.runner.clock.now()) }
                }
                if hadEnded || hasEnded {
                    if let rest { source.take(rest, into: metrics, at: runner.clock.now()) }
                    return
                }
            } catch let error as APIError where error.reason == .notFound {
                return
            } catch let error as APIError where error.reason == .badRequest {
                // The container is about to begin, or its log is gone with it.
                if hadEnded { return }
            } catch let error where error.isPassing {
                runner.client.onTrouble("the log of \(key.name) broke off: \(error); going on")
            }
            try await runner.clock.sleepFor(pause)
            pause = min(pause * 2, .seconds(5))
        }
    }

    /// Whether the container has ended for good, as far as the watch has told, or the pod is gone.
    var hasEnded: Bool {
        guard let pod = runner.pods[key], pod.uid == uid else { return true }
        let phase = pod["status"]?["phase"]?.string
        if phase == "Succeeded" || phase == "Failed" { return true }
        guard ContainerStage(container, of: pod) == .ended else { return false }
        return pod["spec"]?["restartPolicy"]?.string == "Never"
    }
}

/// Makes observations of the lines of a log.
private struct LogSource {
    private enum Parser {
        case text(TextMetricParser)
        case json(JSONMetricParser)
        /// Lines of `attune collect`.
        case collected
    }

    private var parser: Parser
    private let texts: [String]
    private let showsLines: Bool
    /// A printed line may have several, where a progress bar draws itself again.
    private var splitter = LineSplitter()

    init(_ experiment: Experiment) throws {
        let collector = experiment.collector
        let metrics = experiment.objective.metrics
        texts = experiment.objective.textMetrics
        showsLines = collector.kind == .stdOut || collector.kind == .custom
        switch (collector.kind, collector.format) {
        case (.stdOut, .json), (.custom, .json): parser = .json(JSONMetricParser(metrics: metrics, texts: texts))
        case (.stdOut, .text), (.custom, .text):
            parser = .text(try TextMetricParser(metrics: metrics, filters: collector.filters, texts: texts))
        default: parser = .collected
        }
    }

    mutating func take(_ line: PodLog.Line, into metrics: TrialMetrics, at now: Date) {
        let time = RFC3339.date(line.time) ?? now
        var found: [Observation] = []
        switch parser {
        case .collected:
            if let observation = CollectedLine.observation(line.text),
                observation.text == nil || texts.contains(observation.metric)
            {
                found = [observation]
            }
        case .text(var parser):
            splitter.feed(line.text + [UInt8(ascii: "\n")]) { found += parser.observations(in: $0, time: time) }
            self.parser = .text(parser)
        case .json(var parser):
            splitter.feed(line.text + [UInt8(ascii: "\n")]) { found += parser.observations(in: $0, time: time) }
            self.parser = .json(parser)
        }
        if showsLines { metrics.take(line: String(decoding: line.text.prefix(400), as: UTF8.self)) }
        metrics.take(found)
    }
}

extension JSON {
    /// Whether a pod has the labels by which the template tells the pods that report.
    fileprivate func isPrimary(_ template: TrialTemplate) -> Bool {
        template.primaryPodLabels.allSatisfy { label($0.key) == $0.value }
    }

    /// The container that prints the metrics.
    fileprivate func metricsContainer(_ runner: KubernetesRunner) -> String? {
        if let sidecar = TrialResource.collectorName(for: runner.experiment.collector.kind) { return sidecar }
        let names = (self["spec"]?["containers"]?.array ?? []).compactMap { $0["name"]?.string }
        guard let primary = runner.template.primaryContainerName, names.contains(primary) else { return names.first }
        return primary
    }
}
