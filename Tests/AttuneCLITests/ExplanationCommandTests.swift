import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Testing

/// What the commands say of why a trial was proposed.
@Suite(.timeLimit(.minutes(10))) struct ExplanationCommandTests {
    @Test func `trials say why they were proposed`() async throws {
        let attune = try CommandLineTool()
        try await Self.keepExplainedStudy(in: attune.directory.appending(path: "attune.db").path)
        let table = try await attune("trials", "explained", "--why").output.split(separator: "\n").map(String.init)
        #expect(table.count == 4)
        #expect(
            table[0].split(separator: " ") == [
                "TRIAL", "STATE", "LOSS", "EXPECTED", "ACQUISITION", "EXPLORE", "METHOD",
            ])
        #expect(table[1].hasSuffix("Succeeded  0.5   0.25 ± 0.125  logEI = -3.5  75 %     Gaussian process"))
        #expect(table[2].hasSuffix("-             -             -        initial design"))
        #expect(table[3].hasSuffix("-             -             -        -"))
        let trials = try #require(try await attune("trials", "explained", "--why", "--json").json().array)
        #expect(trials.map { $0["why"]?["method"]?.string } == ["Gaussian process", "initial design", nil])
        #expect(trials[2]["why"] == .null && trials[0]["why"]?["mean"]?.double == 0.25)
        #expect(try await attune("export", "explained").json()["trials"]?[0]?["why"] == trials[0]["why"])
        let show = try await attune("show", "explained").output
        #expect(show.contains("why  Gaussian process; expected 0.25 ± 0.125; logEI = -3.5; 75 % exploration"))
        #expect(try await attune("trials", "explained", "--why", "--csv").code == 2)
    }

    /// A study of three trials: proposed by a model, explained without one, not explained.
    private static func keepExplainedStudy(in path: String) async throws {
        let store = try SQLiteStore(at: path)
        let experiment = Experiment("explained", .minimize("loss"), over: Parameter("x", in: 0.0...1.0))
        let time = Date(timeIntervalSince1970: 1_700_000_000)
        let model = Explanation(
            "Gaussian process", mean: 0.25, deviation: 0.125, acquisition: "logEI", score: -3.5, exploration: 0.75)
        try await store.create(experiment, at: time)
        let claim = try await store.claim(experiment.id, at: time)
        var events = [model, Explanation("initial design"), nil].enumerated().map { index, why -> Event in
            let assignment = experiment.space.assignment(at: [Double(index) / 4])
            return .started(index + 1, Suggestion(assignment, explanation: why), at: time)
        }
        events.append(.observed(1, [Observation(metric: "loss", value: 0.5, step: 0, time: time)]))
        events.append(.ended(1, .succeeded, at: time))
        try await store.append(events, under: claim).wait()
        try await store.release(claim)
    }
}
