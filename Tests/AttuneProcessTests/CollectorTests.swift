import AttuneCore
import Foundation
import Synchronization
import Testing

@testable import AttuneProcess

/// Every collector reads what a real process writes, while it runs.
@Suite(.timeLimit(.minutes(10))) struct CollectorTests {
    /// An experiment whose one trial runs a shell script.
    static func experiment(_ script: String, _ collector: MetricsCollector, metrics: [String] = ["loss"]) throws -> (
        Experiment, JSON
    ) {
        let x = ParameterSpec("x", .double(0...1))
        let resource: JSON = [
            "apiVersion": "attune.dev/v1", "kind": "Process", "command": ["sh", "-c", .string(script)],
        ]
        let template = TrialTemplate(source: .spec(resource), references: [.init(name: "x", reference: "x")])
        let experiment = Experiment(
            metadata: Metadata(name: "collect"),
            objective: Objective(.minimize, metrics[0], additionalMetrics: Array(metrics.dropFirst())),
            space: try SearchSpace([x]), template: template, collector: collector)
        return (experiment, resource)
    }

    /// Runs the one trial; what it reported live, and its end.
    private func run(
        _ scratch: Scratch, _ script: String, _ collector: MetricsCollector, metrics: [String] = ["loss"],
        known: [Observation] = []
    ) async throws -> (all: [Observation], end: WorkEnd) {
        let (experiment, resource) = try Self.experiment(script, collector, metrics: metrics)
        let runner = try ProcessRunner(
            experiment, resource: resource, directories: TrialDirectories(root: scratch.url),
            supervisor: scratch.supervisor, environment: ["PATH": "/usr/bin:/bin"], baseDirectory: scratch.url,
            now: { Date() })
        var study = Study(experiment, createdAt: Date())
        try study.apply(.started(1, Suggestion(experiment.space.assignment(at: [0.5])), at: Date()))
        if !known.isEmpty { try study.apply(.observed(1, known)) }
        let live = Mutex<[Observation]>([])
        let end = try await runner.run(study[1]) { observations in live.withLock { $0 += observations } }
        return (live.withLock { $0 } + end.observations, end)
    }

    @Test func `lines of the output, by the default filter and by the user's`() async throws {
        let plain = try await run(
            Scratch(), "echo epoch=1 loss=0.5; echo noise; echo epoch=2 loss=0.25", MetricsCollector())
        #expect(plain.all.map(\.value) == [0.5, 0.25])
        #expect(plain.all.map(\.step) == [1, 2])
        let filtered = try await run(
            Scratch(), "echo '{metricName: loss, metricValue: 0.5}'",
            MetricsCollector(.stdOut, filters: [#"{metricName: ([\w|-]+), metricValue: ((-?\d+)(\.\d+)?)}"#]))
        #expect(filtered.all.map(\.value) == [0.5])
    }

    @Test func `a file of JSON lines at the trial's own path`() async throws {
        let script =
            #"echo '{"loss": "0.5", "eval": {"acc": 1}}' > /var/log/katib/m.json; echo '{"loss": 0.25}' >> /var/log/katib/m.json"#
        let result = try await run(
            Scratch(), script, MetricsCollector(.file, path: "/var/log/katib/m.json", format: .json),
            metrics: ["loss", "eval.acc"])
        #expect(result.all.filter { $0.metric == "loss" }.map(\.value) == [0.5, 0.25])
        #expect(result.all.filter { $0.metric == "eval.acc" }.map(\.value) == [1])
        #expect(!FileManager.default.fileExists(atPath: "/var/log/katib/m.json"))
    }

    @Test func `a metrics file nobody writes is refused before the first trial`() throws {
        let scratch = try Scratch()
        let (experiment, resource) = try Self.experiment(
            "echo loss=1", MetricsCollector(.file, path: "/var/log/katib/metrics.log"))
        let error = #expect(throws: InvalidExperiment.self) {
            try ProcessRunner(
                experiment, resource: resource, directories: TrialDirectories(root: scratch.url),
                supervisor: scratch.supervisor, environment: [:], baseDirectory: scratch.url, now: { Date() })
        }
        #expect(error?.problems.first?.field.description == "spec.metricsCollectorSpec.source.fileSystemPath.path")
    }

    @Test func `pushed lines, with their steps`() async throws {
        let scratch = try Scratch()
        let line = #"{"loss": 0.5, "step": 7, "timestamp": 1700000000.5}"#
        let result = try await run(scratch, "echo '\(line)' >> $ATTUNE_TRIAL_DIR/pushed.jsonl", MetricsCollector(.push))
        #expect(
            result.all == [
                Observation(metric: "loss", value: 0.5, step: 7, time: Date(timeIntervalSince1970: 1_700_000_000.5))
            ])
    }

    @Test func `what attune report pushes is read back`() throws {
        let scratch = try Scratch()
        let directory = scratch.path("")
        let environment = ["ATTUNE_TRIAL_DIR": directory]
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        try PushedMetrics.append(
            [("loss", .number(0.5)), ("acc", .number(.nan))], step: 3, time: time, environment: environment)
        try PushedMetrics.append([("loss", .number(0.25))], step: nil, time: time, environment: environment)
        var source = try LineSource(
            PushedMetrics.file(in: directory), format: .json, metrics: ["loss", "acc"], texts: [], filters: [])
        let found = try source.finish(at: .distantPast)
        #expect(found.filter { $0.metric == "loss" }.map(\.value) == [0.5, 0.25])
        #expect(found.contains { $0.metric == "acc" && $0.value.isNaN && $0.step == 3 && $0.time == time })
        #expect(throws: AttuneError.self) {
            try PushedMetrics.append([("loss", .number(1))], step: nil, time: time, environment: [:])
        }
    }

    @Test func `event files of TensorBoard in a directory of their own`() async throws {
        let fixtures = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
            .appending(path: "AttuneCoreTests/Fixtures/TensorFlowEvents")
        let file = try #require(
            try FileManager.default.subpathsOfDirectory(atPath: fixtures.path).sorted().first {
                $0.contains("tfevents")
            })
        let script =
            "mkdir -p /logs/train && cp '\(fixtures.appending(path: file).path)' /logs/train/events.out.tfevents.1"
        let names = ["loss", "accuracy", "train/loss", "train/accuracy"]
        let result = try await run(Scratch(), script, MetricsCollector(.tensorFlowEvent, path: "/logs"), metrics: names)
        #expect(!result.all.isEmpty, "nothing was found in \(file)")
        #expect(result.end.kind == .completed)
    }

    @Test func `a custom collector's output, though it ends after the trial`() async throws {
        let collector = MetricsCollector(
            .custom,
            customCollector: [
                "command": ["sh", "-c", "echo loss=$SCALE$ATTUNE_TRIAL_NUMBER"],
                "env": [["name": "SCALE", "value": "4"]],
            ])
        let result = try await run(Scratch(), "true", collector)
        #expect(result.all.map(\.value) == [41])
    }

    @Test func `a Prometheus endpoint of the running program`() async throws {
        let scratch = try Scratch()
        let server = """
            import http.server, sys, threading
            class Handler(http.server.BaseHTTPRequestHandler):
                def do_GET(self):
                    body = b'# TYPE loss gauge\\nloss 0.125\\n'
                    self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
                    threading.Thread(target=self.server.shutdown).start()
                def log_message(self, *arguments): pass
            server = http.server.HTTPServer(('127.0.0.1', int(sys.argv[1])), Handler)
            server.serve_forever()
            """
        try server.write(toFile: scratch.path("server.py"), atomically: true, encoding: .utf8)
        guard FileManager.default.isExecutableFile(atPath: "/usr/bin/python3") else {
            print("skipped: no /usr/bin/python3 to serve an endpoint with")
            return
        }
        let port = 20_000 + Int(getpid()) % 20_000
        let result = try await run(
            scratch, "exec /usr/bin/python3 server.py \(port)",
            MetricsCollector(.prometheus, httpGet: .init(port: port, path: "/metrics")))
        #expect(result.all.map(\.value) == [0.125])
    }

    @Test func `what the log has of an adopted trial is not reported again`() async throws {
        let known = [
            Observation(metric: "loss", value: 3, step: 0, time: Date()),
            Observation(metric: "loss", value: 2, step: 1, time: Date()),
        ]
        let result = try await run(Scratch(), "echo loss=3; echo loss=2; echo loss=1", MetricsCollector(), known: known)
        #expect(result.all.map(\.value) == [1])
    }

    @Test(arguments: [
        ("exit 3", "exited with code 3"), ("kill -9 $$", "killed by signal 9"), ("sleep 100", "timed out"),
    ]) func `a failure says what happened`(script: String, reason: String) async throws {
        let scratch = try Scratch()
        var (experiment, resource) = try Self.experiment("echo last words; \(script)", MetricsCollector())
        experiment.trialTimeout = .milliseconds(script.hasPrefix("sleep") ? 200 : 60_000)
        let runner = try ProcessRunner(
            experiment, resource: resource, directories: TrialDirectories(root: scratch.url),
            supervisor: scratch.supervisor, environment: ["PATH": "/usr/bin:/bin"], baseDirectory: scratch.url,
            now: { Date() })
        let trial = Trial(
            number: 1, name: "collect-1", suggestion: Suggestion(experiment.space.assignment(at: [0.5])),
            startTime: Date())
        let end = try await runner.run(trial) { _ in }
        guard case .failed(let text) = end.kind else {
            Issue.record("ended as \(end.kind)")
            return
        }
        #expect(text.contains(reason))
        #expect(end.lastOutput == "last words")
    }
}
