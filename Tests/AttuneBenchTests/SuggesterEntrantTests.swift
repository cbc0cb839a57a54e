import AttuneAlgorithms
import AttuneCore
import AttuneProblems
import Foundation
import Testing

@testable import AttuneBench

@Suite struct SuggesterEntrantTests {
    @Test(arguments: ["random", "sobol"])
    func `an algorithm in the bench proposes what a tuner would`(_ name: String) async throws {
        let challenge = Challenge(problem: TinyProblems.bowl, seed: 5, evaluations: 20, workers: 1)
        let experiment = Experiment(challenge, algorithm: AlgorithmSpec(name), stopping: nil)
        let suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        let clock = TunerClock(now: { Date(simulated: 0) }, sleepFor: { _ in })
        let tuner = Tuner(experiment, suggester: suggester, clock: clock)
        var entrant = try SuggesterEntrant(challenge, algorithm: AlgorithmSpec(name), catalogue: .standard)
        for _ in 0..<20 {
            let trial = try #require(try await tuner.ask())
            let candidate = try #require(try await entrant.ask(1, at: 0).first)
            #expect(candidate.assignment == trial.assignment)
            let value = TinyProblems.bowl.evaluate(trial.assignment).values[0]
            try await tuner.tell(trial, value)
            _ = try await entrant.tell([Report(candidate.id, .finished([value]))], at: 0)
        }
        #expect(try await entrant.ask(1, at: 0).isEmpty)
    }

    @Test func `a setting out of range is refused with its reason`() {
        let challenge = Challenge(problem: TinyProblems.bowl, seed: 5, evaluations: 20)
        let spec = AlgorithmSpec("random", [AlgorithmSpec.Setting("random_state", "-1")])
        #expect(
            throws: Refusal(
                """
                algorithm.algorithmSettings[0].value: found "-1"; random_state should be great or equal than zero
                """)
        ) { try SuggesterEntrant(challenge, algorithm: spec, catalogue: .standard) }
    }
}
