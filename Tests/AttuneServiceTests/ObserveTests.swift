import AttuneCore
import AttuneProto
import AttuneStore
import AttuneTestSupport
import Foundation
import GRPCCore
import Logging
import Testing

@testable import AttuneService

struct ObserveTests {
    @Test func `calls are counted by method, transport and code`() async throws {
        try await RunningServer.with { server in
            _ = try await server.post("/attune.v1.Server/Ping", "{}")
            _ = try await server.post("/attune.v1.Server/Ping", "nonsense")
            _ = try await server.rawCall("/attune.v1.Server/Ping", [])
            let page = try await server.get("/metrics")
            #expect(page.headers["content-type"]?.hasPrefix("text/plain; version=0.0.4") == true)
            for (transport, code) in [("http", "OK"), ("http", "INVALID_ARGUMENT"), ("grpc", "OK")] {
                #expect(
                    page.body.contains(
                        #"attune_requests_total{code="\#(code)",method="Ping",service="attune.v1.Server",transport="\#(transport)"} 1"#
                    ))
            }
            #expect(
                page.body.contains(
                    #"attune_request_seconds_count{method="Ping",service="attune.v1.Server",transport="http"} 2"#))
            #expect(page.body.contains("process_resident_memory_bytes"))
        }
    }

    @Test func `experiments and trials are counted by namespace, in Katib's words too`() async throws {
        try await RunningServer.with { server in
            let store = server.store
            try await store.create(Samples.experiment(named: "vision/lenet"), at: Samples.noon)
            let claim = try await store.claim("vision/lenet", at: Samples.noon)
            let space = Samples.experiment().space
            let assignment = space.assignment(at: space.parameters.map { _ in 0.25 })
            let started = Event.started(1, Suggestion(assignment), at: Samples.noon)
            try await store.append([started, .ended(1, .failed("it did"), at: Samples.noon)], under: claim).wait()
            try await store.release(claim)
            let page = try await server.get("/metrics").body
            for line in [
                #"attune_experiments{namespace="vision",status="Running"} 1"#,
                #"katib_experiments_current{namespace="vision",status="Running"} 1"#,
                #"attune_trials{namespace="vision",state="Failed"} 1"#,
                #"katib_trials_current{namespace="vision",status="Failed"} 1"#,
                #"katib_experiment_created_total{namespace="vision"} 1"#,
                #"katib_trial_created_total{namespace="vision"} 1"#,
                #"katib_trial_failed_total{namespace="vision"} 1"#, "attune_events_total 2",
                "attune_commit_seconds_count 1",
            ] {
                #expect(page.contains(line + "\n"))
            }
            try await store.delete("vision/lenet")
            let later = try await server.get("/metrics").body
            #expect(later.contains(#"katib_experiment_deleted_total{namespace="vision"} 1"#))
            #expect(later.contains(#"katib_trial_deleted_total{namespace="vision"} 1"#))
        }
    }

    @Test func `metrics need a token where calls do, and show its namespaces alone`() async throws {
        try await RunningServer.with { server in
            try await server.store.create(Samples.experiment(named: "vision/lenet"), at: Samples.noon)
            try await server.store.create(Samples.experiment(named: "speech/conformer"), at: Samples.noon)
            let secret = try await server.token("vision", .read, ["vision"])
            let refused = try await server.get("/metrics")
            #expect(refused.status == 401)
            let page = try await server.get("/metrics", ["authorization": "Bearer \(secret)"]).body
            #expect(page.contains(#"attune_experiments{namespace="vision""#))
            #expect(!page.contains("speech"))
        }
    }

    @Test func `probes are answered without a token`() async throws {
        try await RunningServer.with({ $0.requiresTokens = true }) { server in
            let health = try await server.get("/healthz")
            #expect(health.status == 200)
            let readiness = try await server.get("/readyz")
            #expect(readiness.status == 200)
        }
    }

    @Test func `a service that stops is not ready`() async throws {
        let stage = Stage()
        let pages = ServicePages(
            store: try TemporaryFile.store(), metrics: Metrics(), stage: stage, process: ProcessReadings(clock: .system)
        )
        stage.set(isServing: true)
        #expect(await pages.obstacle() == nil)
        stage.set(isServing: false)
        #expect(await pages.obstacle() != nil)
    }

    // MARK: Traces and logs

    @Test func `a trace goes on through both transports and into the log`() async throws {
        let log = Captured()
        let trace = "4bf92f3577b34da6a3ce929d0e0e4736"
        let parent = "00-\(trace)-00f067aa0ba902b7-01"
        try await RunningServer.with(logger: log.logger) { server in
            let reply = try await server.post("/attune.v1.Server/Ping", "{}", ["traceparent": parent])
            #expect(reply.headers["traceparent"]?.hasPrefix("00-\(trace)-") == true)
            #expect(reply.headers["traceparent"] != parent)
            let call = try await server.rawCall("/attune.v1.Server/Ping", [], ["traceparent": "\(parent)"])
            #expect(Array(call.metadata[stringValues: "traceparent"]).first?.hasPrefix("00-\(trace)-") == true)
            let lines = log.text.split(separator: "\n").filter { $0.contains("trace=\(trace)") }
            #expect(lines.count == 2)
            #expect(lines.contains { $0.contains("transport=grpc") && $0.contains("method=attune.v1.Server/Ping") })
        }
    }

    @Test(arguments: [
        nil, "", "nonsense", "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
        "00-4BF92F3577B34DA6A3CE929D0E0E4736-00f067aa0ba902b7-01",
        "ff-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
        "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01-x",
    ])
    func `a trace begins anew where the caller's is none`(parent: String?) {
        let trace = TraceContext(parent: parent)
        #expect(trace.headerValue.wholeMatch(of: /00-[0-9a-f]{32}-[0-9a-f]{16}-00/) != nil)
        #expect(parent?.contains(trace.traceID) != true)
    }

    @Test func `a log line is one line, whatever it says`() throws {
        let said = Captured()
        var logger = said.logger
        logger[metadataKey: "path"] = "/a b\n\"c\""
        logger.info("two\nlines")
        let lines = said.text.split(separator: "\n")
        #expect(lines.count == 1)
        #expect(lines[0].contains(#"message="two\nlines" path="/a b\n\"c\"""#))
    }

    @Test func `a log line as JSON is JSON, with its time and its numbers`() throws {
        let said = Captured()
        let line = LogLine(format: .json, now: { Samples.noon }, write: said.take)
        let logger = Logger(label: "test") { _ in line }
        logger.info("a \"b\"", metadata: ["seconds": .stringConvertible(0.25)])
        let json = try JSON(parsing: said.text)
        #expect(json["message"] == .string("a \"b\""))
        #expect(json["seconds"] == .number("0.25"))
        #expect(json["time"] == .string("2026-05-09T06:13:20.000Z"))
    }

    @Test func `metrics are in Prometheus' format`() {
        let metrics = Metrics()
        metrics.counter("b_total", "Bs.", ["kind": "a\"b\\c\nd"]).add(3)
        let histogram = metrics.histogram("a_seconds", "As.", bounds: [1, 2.5])
        for value in [0.5, 1, 2, 99] { histogram.observe(value) }
        #expect(
            metrics.text() == """
                # HELP a_seconds As.
                # TYPE a_seconds histogram
                a_seconds_bucket{le="1.0"} 2
                a_seconds_bucket{le="2.5"} 3
                a_seconds_bucket{le="+Inf"} 4
                a_seconds_sum 102.5
                a_seconds_count 4
                # HELP b_total Bs.
                # TYPE b_total counter
                b_total{kind="a\\"b\\\\c\\nd"} 3

                """)
    }
}
