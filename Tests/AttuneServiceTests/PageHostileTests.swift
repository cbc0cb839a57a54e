import AttuneCore
import AttuneStore
import AttuneTestSupport
import AttuneYAML
import Foundation
import Testing

@testable import AttuneService

/// Experiments that were made to do harm are data like any others.
struct PageHostileTests {
    private static let script = "<script>alert(1)</script>"

    /// Script in the names of metrics and choices, in reasons and labels.
    private func experiment() -> Experiment {
        let choice = Parameter("optimizer", of: [Self.script, "\" onload=\"alert(1)", "=cmd|' /C calc'!A0"])
        return Experiment("hostile", .minimize("loss</script>"), over: choice, Parameter("rate", in: 0.0...1.0))
    }

    private func fill(_ store: SQLiteStore) async throws {
        let experiment = experiment()
        try await store.create(experiment, at: Samples.noon)
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        var events: [Event] = []
        for number in 1...3 {
            let suggestion = Suggestion(
                experiment.space.assignment(at: [Double(number) / 3 - 0.1, 0.5]), labels: ["why": Self.script],
                explanation: Explanation(Self.script, mean: .nan))
            events.append(.started(number, suggestion, at: Samples.noon))
            events.append(
                .observed(number, Observation.all(["loss</script>": Double(number)], step: 1, at: Samples.noon)))
            events.append(.ended(number, number == 3 ? .failed(Self.script) : .succeeded, at: Samples.noon))
        }
        try await store.append(events, under: claim).wait()
        try await store.release(claim)
    }

    @Test(arguments: [
        "", "/history", "/trials", "/trials?search=%3Cscript%3E", "/trials/3", "/parallel",
        "/slice?parameter=optimizer",
        "/curves", "/importance", "/audit",
    ]) func `script in names, values and reasons comes as the text of JSON`(_ part: String) async throws {
        try await RunningServer.with { server in
            try await fill(server.store)
            let reply = try await server.get("/v1/page/experiments/hostile\(part)")
            #expect(reply.status == 200, "\(reply.body)")
            #expect(reply.headers["content-type"] == "application/json")
            #expect(reply.headers["x-content-type-options"] == "nosniff")
            _ = try JSON(parsing: reply.body)
        }
    }

    @Test func `the report of a hostile experiment has no script but its own`() async throws {
        try await RunningServer.with { server in
            try await fill(server.store)
            let reply = try await server.get("/v1/page/experiments/hostile/report")
            #expect(reply.status == 200)
            #expect(reply.headers["content-disposition"] == "attachment; filename=\"hostile.html\"")
            #expect(!reply.body.contains("alert(1)</script>") && !reply.body.contains("<script>alert"))
            #expect(reply.body.matches(of: /<script/).count == 2)
        }
    }

    @Test func `a spreadsheet of a hostile experiment holds no formula`() async throws {
        try await RunningServer.with { server in
            try await fill(server.store)
            let reply = try await server.get("/v1/page/experiments/hostile/trials.csv")
            #expect(reply.headers["content-type"] == "text/csv; charset=utf-8")
            #expect(!reply.body.contains(",=") && reply.body.contains("\"'=cmd|"))
        }
    }

    @Test(arguments: [
        "experiments/..%2f..%2fetc", "experiments/%00", "experiments/hostile/trials/..%2f1/log",
        "experiments/hostile/trials/-1", "experiments/hostile/trials/99999999999999999999",
        "experiments/hostile/%2e%2e",
        "experiments/hostile/trials/1/log?after=-5&limit=0", "experiments/hostile/trials?search=%25%27%22--",
        "experiments/hostile/trials?sort=number%3BDROP%20TABLE%20trial",
        "experiments?search=%25_%5C&offset=-1&limit=1e9",
        "experiments/hostile/history?points=99999999999999999999", "experiments/hostile/contour?x=rate&y=rate",
        "compare/summary?names=,,,", "compare/history?names=a,b,c,d,e,f,g,h,i,j", "experiments//hostile",
    ]) func `hostile addresses are answered or refused, and break nothing`(_ path: String) async throws {
        try await RunningServer.with { server in
            try await fill(server.store)
            let reply = try await server.get("/v1/page/\(path)")
            #expect([200, 400, 404].contains(reply.status), "\(path): \(reply.status) \(reply.body)")
            let after = try await server.json("/v1/page/experiments/hostile/trials")
            #expect(after["total"] == 3)
        }
    }

    @Test(arguments: [
        (["made-up\n"], "/v1/page"), (["experiments", "hostile", "made-up\n"], "/v1/page/experiments"),
        (["experiments", "hostile", "history"], "/v1/page/experiments/history"), (["schema"], "/v1/page/schema"),
    ]) func `the log says nothing that somebody has made up`(_ words: [String], _ label: String) {
        #expect(WebPage.label(words) == label)
    }
}
