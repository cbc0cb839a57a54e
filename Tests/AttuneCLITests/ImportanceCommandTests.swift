import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Testing

/// What `show --importance` says.
@Suite(.timeLimit(.minutes(10))) struct ImportanceCommandTests {
    @Test func `show says how much each parameter mattered, the most important first`() async throws {
        let attune = try CommandLineTool()
        try await Self.keepStudy(of: 60, in: attune)
        let lines = try await attune("show", "weighed", "--importance").output.split(separator: "\n").map(String.init)
        let start = try #require(lines.firstIndex(of: "importance for loss"))
        let words = lines[(start + 1)...].map { $0.split(separator: " ").map(String.init) }
        #expect(words[0] == ["PARAMETER", "PED-ANOVA", "FANOVA", "WITH", "INTERACTIONS"])
        #expect(words[1].first == "strong" && words[2].first == "idle")
        #expect(words[1][1].hasPrefix("████████████████"))
        #expect(lines.last == "from 60 trials; 1 that failed or ended early are left out")
        #expect(try await !attune("show", "weighed").output.contains("importance"))
    }

    @Test func `its JSON has every method's shares`() async throws {
        let attune = try CommandLineTool()
        try await Self.keepStudy(of: 60, in: attune)
        let show = try await attune("show", "weighed", "--importance", "--json").json()
        #expect(show["name"] == "weighed")
        let importance = try #require(show["importance"])
        #expect(importance.object?.keys == ["metric", "trials", "parameters", "interactions", "problems"])
        #expect(importance["trials"]?.int == 60)
        let strong = try #require(importance["parameters"]?[0])
        #expect(strong.object?.keys == ["name", "pedAnova", "fanova", "fanovaTotal"])
        #expect(strong["name"] == "strong")
        for key in ["pedAnova", "fanova", "fanovaTotal"] { #expect(strong[key]?.double ?? 0 > 0.8) }
        #expect(importance["interactions"]?[0]?["parameters"] == ["idle", "strong"])
    }

    @Test func `of too few trials it says so`() async throws {
        let attune = try CommandLineTool()
        try await Self.keepStudy(of: 3, in: attune)
        let show = try await attune("show", "weighed", "--importance")
        #expect(show.code == 0)
        #expect(show.output.contains("importance  importance needs 10 trials with a value at least; there are 3\n"))
        let json = try await attune("show", "weighed", "--importance", "--json").json()["importance"]
        #expect(json?["parameters"] == [] && json?["problems"]?.object?.keys == ["PED-ANOVA", "fANOVA"])
    }

    /// Some trials of two parameters, of which one counts, and one trial that failed.
    private static func keepStudy(of trials: Int, in attune: CommandLineTool) async throws {
        let store = try SQLiteStore(at: attune.directory.appending(path: "attune.db").path)
        let experiment = Experiment(
            "weighed", .minimize("loss"), over: Parameter("idle", in: 0.0...1.0), Parameter("strong", in: 0.0...1.0))
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        try await store.create(experiment, at: time)
        let claim = try await store.claim(experiment.id, at: time)
        var random = RandomSource(seed: 2)
        var events: [Event] = []
        for number in 1...(trials + 1) {
            let point = [random.uniform(), random.uniform()]
            events.append(.started(number, Suggestion(experiment.space.assignment(at: point)), at: time))
            guard number <= trials else { break }
            events.append(.observed(number, [Observation(metric: "loss", value: point[1], step: 0, time: time)]))
            events.append(.ended(number, .succeeded, at: time))
        }
        events.append(.ended(trials + 1, .failed("out of memory"), at: time))
        try await store.append(events, under: claim).wait()
        try await store.release(claim)
    }
}
