import AttuneCore
import AttunePage
import AttuneStore
import AttuneTestSupport
import Foundation
import Synchronization
import Testing

@testable import AttuneService

/// The page's data, as a browser asks for it.
struct PageTests {
    private static let data = "/v1/page/"

    /// An experiment with trials that succeeded, one for each value.
    static func fill(_ store: SQLiteStore, _ experiment: Experiment, _ losses: [Double]) async throws {
        try await store.create(experiment, at: Samples.noon)
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        var random = RandomSource(seed: 5)
        var events: [Event] = []
        for (index, loss) in losses.enumerated() {
            let start = Samples.noon.addingTimeInterval(Double(index))
            events.append(.started(index + 1, Suggestion(try experiment.space.sample(using: &random)), at: start))
            events.append(.observed(index + 1, Observation.all(["loss": loss], step: 1, at: start)))
            events.append(.ended(index + 1, .succeeded, at: start.addingTimeInterval(1)))
        }
        try await store.append(events, under: claim).wait()
        try await store.release(claim)
    }

    private static func serving(
        _ losses: [Double] = [3, 1, 2], _ change: (inout Server.Configuration) -> Void = { _ in },
        _ body: @escaping @Sendable (RunningServer) async throws -> Void
    ) async throws {
        try await RunningServer.with(change) { server in
            try await fill(server.store, Samples.experiment(), losses)
            try await body(server)
        }
    }

    // MARK: Files

    @Test(arguments: ["/", "/new", "/compare", "/login", "/experiments/any", "/experiments/any/trials/3"])
    func `every address that people see is answered with the page`(_ path: String) async throws {
        try await RunningServer.with { server in
            let reply = try await server.get(path)
            #expect(reply.status == 200 && reply.body == PageAsset["index.html"]?.text)
            #expect(reply.headers["cache-control"] == "no-store")
        }
    }

    @Test func `files are kept by browsers until they change`() async throws {
        try await RunningServer.with { server in
            let first = try await server.get("/page/app.js")
            #expect(first.status == 200 && first.headers["cache-control"] == "no-cache")
            #expect(first.headers["content-type"] == "text/javascript; charset=utf-8")
            let tag = try #require(first.headers["etag"])
            let again = try await server.get("/page/app.js", ["if-none-match": tag])
            #expect(again.status == 304 && again.body.isEmpty)
            for path in ["/page/", "/page/../app.js", "/page/%2e%2e/%2e%2e/etc/passwd", "/page/none.js", "/nothing"] {
                #expect(try await server.get(path).status == 404, "\(path)")
            }
        }
    }

    @Test func `every answer tells browsers to run, frame and guess nothing`() async throws {
        try await Self.serving { server in
            for path in ["/", "/page/app.js", "/healthz", "/v1/page/session", "/v1/page/nothing", "/gone"] {
                let headers = try await server.get(path).headers
                let policy = headers["content-security-policy"] ?? ""
                #expect(policy.contains("default-src 'none'") && policy.contains("frame-ancestors 'none'"), "\(path)")
                #expect(!policy.contains("unsafe"))
                #expect(headers["x-content-type-options"] == "nosniff" && headers["referrer-policy"] == "no-referrer")
            }
            let post = try await server.post("/attune.v1.Server/Ping", "{}")
            #expect(post.headers["content-security-policy"] != nil)
        }
    }

    // MARK: Data

    @Test func `the list, an experiment and its charts say what is in the store`() async throws {
        try await Self.serving { server in
            let list = try await server.json(Self.data + "experiments")
            #expect(list["total"] == 1 && list["states"] == ["Running": 1])
            let card = try #require(list["experiments"]?[0])
            #expect(card["name"] == "sample" && card["best"]?["number"] == 2 && card["best"]?["value"]?.double == 1)
            #expect(card["spark"]?.array?.compactMap(\.double) == [3, 1, 1])
            let detail = try await server.json(Self.data + "experiments/sample")
            #expect(detail["objectives"]?[0]?["name"] == "loss" && detail["parameters"]?.array?.count == 4)
            #expect(detail["best"]?["assignment"]?["rate"] != nil && detail["trialSeconds"]?.double == 1)
            #expect(detail["yaml"]?.string?.contains("objectiveMetricName: loss") == true)
            let history = try await server.json(Self.data + "experiments/sample/history")
            #expect(history["best"] == ["number": [1, 2], "value": [.number("3.0"), .number("1.0")]])
            #expect(history["time"]?[2]?.double == Samples.noon.timeIntervalSince1970.rounded() + 3)
        }
    }

    @Test(arguments: [
        "history", "history?metric=accuracy", "curves", "trials", "trials?sort=-value&search=sgd", "parallel",
        "slice?parameter=rate", "contour?x=rate&y=layers&grid=3", "rank?x=rate&y=layers", "importance", "edf",
        "timeline", "front", "audit", "trials/2", "trials/2/log",
    ]) func `every part of an experiment is an object`(_ part: String) async throws {
        try await Self.serving([5, 4, 3, 2, 1, 2, 3]) { server in
            let json = try await server.json(Self.data + "experiments/sample/\(part)")
            #expect(json.object != nil)
        }
    }

    @Test(arguments: [
        ("experiments/none", 404), ("experiments/sample/none", 404), ("experiments/sample/slice", 400),
        ("experiments/sample/slice?parameter=none", 400), ("experiments/sample/trials/99", 404),
        ("experiments/sample/trials/x", 404), ("experiments/sample/history?points=many", 400),
        ("experiments/sample/trials?filter=nonsense", 400), ("experiments?sort=size", 400), ("compare/summary", 400),
        ("compare/summary?names=sample,none", 404), ("experiments/sample/cells", 404), ("nothing", 404),
        ("experiments/a%2Fb", 400),
    ]) func `what makes no sense is refused with a sentence`(_ path: String, _ status: Int) async throws {
        try await Self.serving { server in
            let reply = try await server.get(Self.data + path)
            #expect(reply.status == status, "\(path): \(reply.body)")
            #expect(try JSON(parsing: reply.body)["message"]?.string?.isEmpty == false)
        }
    }

    @Test func `a chart is not sent again until the log has grown`() async throws {
        try await Self.serving { server in
            let path = Self.data + "experiments/sample/history"
            let first = try await server.get(path)
            let tag = try #require(first.headers["etag"])
            #expect(try await server.get(path, ["if-none-match": tag]).status == 304)
            let claim = try await server.store.claim("sample", at: Samples.noon)
            try await server.store.append([.stopped(at: Samples.noon)], under: claim).wait()
            let grown = try await server.get(path, ["if-none-match": tag])
            #expect(grown.status == 200 && grown.headers["etag"] != tag)
        }
    }

    @Test func `an experiment made anew under a name shows nothing of the one before`() async throws {
        try await Self.serving { server in
            _ = try await server.json(Self.data + "experiments/sample/parallel")
            try await server.store.delete("sample")
            #expect(try await server.get(Self.data + "experiments/sample/parallel").status == 404)
            let later = Samples.experiment()
            try await server.store.create(later, at: Samples.noon.addingTimeInterval(60))
            let parallel = try await server.json(Self.data + "experiments/sample/parallel")
            #expect(parallel["total"] == 0)
        }
    }

    @Test func `charts follow what another process writes`() async throws {
        try await Self.serving { server in
            let path = Self.data + "experiments/sample/history"
            #expect(try await server.json(path)["total"] == 3)
            let other = try SQLiteStore(at: server.store.path)
            let claim = try await other.claim("sample", at: Samples.noon)
            let suggestion = Suggestion(Samples.experiment().space.assignment(at: [0.5, 0.5, 0.5, 0.5]))
            try await other.append([.started(4, suggestion, at: Samples.noon)], under: claim).wait()
            #expect(try await server.json(path)["total"] == 4)
        }
    }

    @Test func `the table as CSV has every trial, and is a file to keep`() async throws {
        try await Self.serving { server in
            let reply = try await server.get(Self.data + "experiments/sample/trials.csv?sort=value")
            #expect(reply.headers["content-disposition"] == "attachment; filename=\"sample.csv\"")
            let lines = reply.body.split(separator: "\r\n").map(String.init)
            #expect(
                lines.count == 4 && lines[0].hasPrefix("number,name,state,value,rate,layers,optimizer,momentum,loss"))
            #expect(
                lines.dropFirst().map { $0.prefix(9) }
                    == ["2,sample-2", "3,sample-3", "1,sample-1"].map { $0.prefix(9) })
        }
    }

    @Test func `views that nobody looks at are given up`() async throws {
        let clock = ManualClock()
        let store = try TemporaryFile.store()
        let views = PageViews(store, clock: clock.tunerClock)
        for number in 1...12 {
            let experiment = Samples.experiment(named: "e\(number)")
            try await store.create(experiment, at: Samples.noon)
            #expect(try await views.view(of: experiment.id, texts: false)?.count == 0)
        }
        #expect(views.kept.count == PageViews.most && views.kept.contains("e12"))
        clock.advance(by: .seconds(PageViews.idleTime + 1))
        _ = try await views.view(of: "e1", texts: true)
        #expect(views.kept == ["e1"])
        #expect(try await views.view(of: "none", texts: true) == nil)
    }

    @Test func `namespaces are apart, and named in the address`() async throws {
        try await Self.serving { server in
            let other = try await server.json(Self.data + "experiments?namespace=vision")
            #expect(other["total"] == 0)
            #expect(try await server.get(Self.data + "experiments/sample?namespace=vision").status == 404)
            #expect(try await server.get(Self.data + "experiments?namespace=No%20Name").status == 400)
        }
    }

    // MARK: Streams

    @Test func `the list's stream tells what changed and what is gone`() async throws {
        let clock = ManualClock()
        let store = try TemporaryFile.store()
        try await Self.fill(store, Samples.experiment(named: "a"), [1])
        try await store.create(Samples.experiment(named: "b"), at: Samples.noon)
        let (frames, continuation) = AsyncStream.makeStream(of: String.self)
        let stream = PageStreams(hub: Hub(store: store, clock: clock.tunerClock)).changes
        let task = Task {
            try await stream.answer([], .json, Caller()) { continuation.yield(String(decoding: $0, as: UTF8.self)) }
        }
        var iterator = frames.makeAsyncIterator()
        await clock.hasSleeper()
        let claim = try await store.claim("a", at: Samples.noon)
        try await store.append([.stopped(at: Samples.noon)], under: claim).wait()
        clock.advance(by: PageStreams.interval)
        #expect(await iterator.next() == #"data: {"name":"a","events":4,"state":"Suspended"}"# + "\n\n")
        await clock.hasSleeper()
        try await store.delete("b")
        clock.advance(by: PageStreams.interval)
        #expect(await iterator.next() == "event: gone\ndata: {\"name\":\"b\"}\n\n")
        task.cancel()
        _ = await task.result
    }

    @Test func `an experiment's ticks begin at once and end when it is deleted`() async throws {
        let clock = ManualClock()
        let store = try TemporaryFile.store()
        try await Self.fill(store, Samples.experiment(named: "a"), [1, 2])
        let (frames, continuation) = AsyncStream.makeStream(of: String.self)
        let stream = PageStreams(hub: Hub(store: store, clock: clock.tunerClock)).ticks(of: "a")
        let task = Task {
            try await stream.answer([], .json, Caller()) { continuation.yield(String(decoding: $0, as: UTF8.self)) }
        }
        var iterator = frames.makeAsyncIterator()
        #expect(await iterator.next()?.hasPrefix(#"data: {"events":6,"state":"Running","counts":{"running":0"#) == true)
        await clock.hasSleeper()
        try await store.delete("a")
        clock.advance(by: PageStreams.interval)
        try await task.value
    }
}

extension RunningServer {
    /// The JSON of a page that must be there.
    func json(_ path: String, _ headers: [String: String] = [:]) async throws -> JSON {
        let reply = try await get(path, headers)
        guard reply.status == 200 else { throw AttuneError("\(path): \(reply.status) \(reply.body)") }
        return try JSON(parsing: reply.body)
    }
}
