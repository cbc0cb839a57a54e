import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneService

/// What trials printed is read from where the experiment's record says, and from nowhere else.
struct PageLogTests {
    private let root = FileManager.default.temporaryDirectory.appending(path: "attune-\(UUID().uuidString)")

    private func write(_ text: String, to path: String) throws {
        let file = root.appending(path: path)
        try FileManager.default.createDirectory(
            at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(text.utf8).write(to: file)
    }

    private func logs(_ trials: String = "trials", workers: String? = nil) throws -> TrialLogs {
        var experiment = Samples.experiment()
        experiment.metadata.annotations["attune.dev/trials"] = root.appending(path: trials).path
        let summary = ExperimentSummary(
            id: "sample", createdAt: Samples.noon, metric: "loss", direction: .minimize, maxTrials: nil,
            status: .running,
            counts: Study.Counts(), priorTrials: 0, best: nil, events: 0)
        return try #require(
            TrialLogs(
                experiment, summary, namespace: "default", workers: workers.map { root.appending(path: $0) }))
    }

    @Test func `attempts are one text, read a part at a time`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try write("one\n", to: "trials/3/attempt-1/output.log")
        try write("two\n", to: "trials/3/attempt-2/output.log")
        let logs = try logs()
        #expect(logs.hasOutput(of: 3) && !logs.hasOutput(of: 4))
        var (text, next) = ("", 0)
        for _ in 0..<20 {
            let part = logs.part(of: 3, after: next, limit: 3)
            #expect(part.size == 8 && part.bytes.count <= 3)
            text += String(decoding: part.bytes, as: UTF8.self)
            next = part.next
        }
        #expect(text == "one\ntwo\n" && next == 8)
        #expect(logs.part(of: 3, after: 100, limit: 10).bytes.isEmpty)
        #expect(logs.end(of: 3, limit: 6).map { String(decoding: $0, as: UTF8.self) } == "e\ntwo\n")
    }

    @Test func `a character is not cut in two`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        let whole = String(repeating: "aé🤷", count: 30)
        try write(whole, to: "trials/1/attempt-1/output.log")
        let logs = try logs()
        var (text, next) = ("", 0)
        while true {
            let part = logs.part(of: 1, after: next, limit: 10)
            guard part.next > next else { break }
            text += String(decoding: part.bytes, as: UTF8.self)
            next = part.next
        }
        #expect(text == whole)
    }

    @Test func `links that lead out of the experiment's directory are not followed`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try write("secret", to: "elsewhere/secret")
        try write("secret", to: "elsewhere/attempt-1/output.log")
        try FileManager.default.createDirectory(
            at: root.appending(path: "trials/1/attempt-1"), withIntermediateDirectories: true)
        try FileManager.default.createSymbolicLink(
            at: root.appending(path: "trials/1/attempt-1/output.log"),
            withDestinationURL: root.appending(path: "elsewhere/secret"))
        try FileManager.default.createSymbolicLink(
            at: root.appending(path: "trials/2"), withDestinationURL: root.appending(path: "elsewhere"))
        let logs = try logs()
        #expect(!logs.hasOutput(of: 1) && !logs.hasOutput(of: 2))
        #expect(logs.part(of: 1, after: 0, limit: 100).bytes.isEmpty)
        #expect(logs.end(of: 2, limit: 100) == nil)
    }

    @Test func `a directory or a pipe in a log's place is no log`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try FileManager.default.createDirectory(
            at: root.appending(path: "trials/1/attempt-1/output.log"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(
            at: root.appending(path: "trials/2/attempt-1"), withIntermediateDirectories: true)
        #expect(mkfifo(root.appending(path: "trials/2/attempt-1/output.log").path, 0o600) == 0)
        let logs = try logs()
        for trial in 1...2 { #expect(logs.part(of: trial, after: 0, limit: 100).bytes.isEmpty) }
    }

    @Test func `a worker's directory is looked at where the record names none`() throws {
        defer { try? FileManager.default.removeItem(at: root) }
        let time = Int((Samples.noon.timeIntervalSince1970 * 1_000).rounded())
        try write("from a worker\n", to: "workers/default/sample-\(time)/1/attempt-1/output.log")
        let logs = try logs("nowhere", workers: "workers")
        #expect(logs.part(of: 1, after: 0, limit: 100).next == 14)
    }

    @Test func `nobody who creates an experiment can say where logs are`() async throws {
        defer { try? FileManager.default.removeItem(at: root) }
        try write("secret", to: "trials/1/attempt-1/output.log")
        let place = root.appending(path: "trials").path
        try await RunningServer.with { server in
            let text = """
                apiVersion: kubeflow.org/v1beta1
                kind: Experiment
                metadata: {name: sly, annotations: {attune.dev/trials: "\(place)", attune.dev/directory: /}}
                spec:
                  objective: {type: minimize, objectiveMetricName: loss}
                  algorithm: {algorithmName: random}
                  maxTrialCount: 3
                  parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
                """
            let body: JSON = ["text": .string(text)]
            let created = try await server.post("/attune.v1.Experiments/CreateExperiment", body.description)
            #expect(created.status == 200, "\(created.body)")
            let asked = try await server.post("/attune.v1.Trials/Ask", #"{"experiment": "sly"}"#)
            #expect(asked.status == 200, "\(asked.body)")
            let log = try await server.json("/v1/page/experiments/sly/trials/1/log")
            #expect(log["text"] == "" && log["note"]?.string?.contains("worker") == true)
        }
    }

    @Test func `a log is followed until its trial has ended`() async throws {
        defer { try? FileManager.default.removeItem(at: root) }
        let clock = ManualClock()
        let store = try TemporaryFile.store()
        var experiment = Samples.experiment()
        experiment.metadata.annotations["attune.dev/trials"] = root.appending(path: "trials").path
        try await store.create(experiment, at: Samples.noon)
        let claim = try await store.claim("sample", at: Samples.noon)
        let suggestion = Suggestion(experiment.space.assignment(at: [0.5, 0.5, 0.5, 0.5]))
        try await store.append([.started(1, suggestion, at: Samples.noon)], under: claim).wait()
        let hub = Hub(store: store, clock: clock.tunerClock)
        let gate = TokenGate(
            store, isRequired: false, browsers: BrowserGuard(Server.Address(host: "127.0.0.1", port: 1)),
            clock: clock.tunerClock)
        let dispatcher = Dispatcher(methods: [], gate: gate, logger: .silent)
        let page = WebPage(dispatcher: dispatcher, gate: gate, hub: hub, isSecure: false)
        let stream = try #require(
            page.stream(["experiments", "sample", "trials", "1", "log", "follow"], PageQuery([:])))
        let (frames, continuation) = AsyncStream.makeStream(of: String.self)
        let task = Task {
            try await stream.answer([], .json, Caller()) { continuation.yield(String(decoding: $0, as: UTF8.self)) }
        }
        var iterator = frames.makeAsyncIterator()
        await clock.hasSleeper()
        try write("epoch 1\n", to: "trials/1/attempt-1/output.log")
        clock.advance(by: PageStreams.interval)
        #expect(await iterator.next() == #"data: {"text":"epoch 1\n","next":8}"# + "\n\n")
        await clock.hasSleeper()
        try write("epoch 1\nepoch 2\n", to: "trials/1/attempt-1/output.log")
        try await store.append([.ended(1, .succeeded, at: Samples.noon)], under: claim).wait()
        clock.advance(by: PageStreams.interval)
        #expect(await iterator.next() == #"data: {"text":"epoch 2\n","next":16}"# + "\n\n")
        #expect(await iterator.next() == "event: end\ndata: {\"next\":16}\n\n")
        try await task.value
    }
}
