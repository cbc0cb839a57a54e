import AttuneTestSupport
import Testing

@testable import AttuneCore

/// Why a trial was proposed is kept with it, and proves nothing.
struct ExplanationTests {
    private let experiment = Samples.experiment()

    private func started(_ explanation: Explanation?) throws -> Event {
        let assignment = experiment.space.assignment(at: [0.5, 0.5, 0.5, 0.5])
        return .started(1, Suggestion(assignment, labels: ["a": "b"], explanation: explanation), at: Samples.noon)
    }

    private func reread(_ event: Event) throws -> Event {
        try Event(json: JSON(parsing: event.json.description), space: experiment.space)
    }

    @Test func `an explanation reads back as it was written`() throws {
        let full = Explanation(
            "Gaussian process", mean: 0.1 + 0.2, deviation: 1e-300, acquisition: "logEI", score: -3.5, exploration: 0.25
        )
        for explanation in [full, Explanation("initial design"), nil] {
            let event = try started(explanation)
            #expect(try reread(event) == event)
            #expect((event.json["why"] == nil) == (explanation == nil))
        }
    }

    @Test func `numbers that are not finite are left out`() throws {
        let event = try started(Explanation("m", mean: .nan, deviation: .infinity, score: -.infinity, exploration: 0))
        #expect(event.json["why"] == ["method": "m", "exploration": .number(0.0)])
        #expect(try reread(event) == started(Explanation("m", exploration: 0)))
    }

    @Test func `a replay compares what is tried, not how it is explained`() {
        let assignment = experiment.space.assignment(at: [0.5, 0.5, 0.5, 0.5])
        let other = experiment.space.assignment(at: [0.4, 0.5, 0.5, 0.5])
        func isSame(_ derived: Proposal) -> Bool {
            let recorded = Suggestion(assignment, labels: ["n": "1"], explanation: Explanation("m", mean: 0.3))
            return Replay.Step(number: 1, recorded: .run(recorded), derived: derived).isSame
        }
        #expect(
            isSame(.run(Suggestion(assignment, labels: ["n": "1"], explanation: Explanation("m", mean: 0.1 + 0.2)))))
        #expect(isSame(.run(Suggestion(assignment, labels: ["n": "1"]))))
        #expect(!isSame(.run(Suggestion(assignment, labels: ["n": "2"]))))
        #expect(!isSame(.run(Suggestion(other, labels: ["n": "1"]))))
        #expect(!isSame(.exhausted))
    }

    @Test func `a proposal that was tried before is replaced, and the replacement says so`() throws {
        struct Stubborn: Suggester {
            func propose(for study: Study, using random: inout RandomSource) -> Proposal {
                .run(
                    Suggestion(
                        study.experiment.space.assignment(at: [0.5, 0.5, 0.5, 0.5]), explanation: Explanation("m")))
            }
        }
        var study = Study(experiment, createdAt: Samples.noon)
        var suggester = Stubborn()
        var methods: [String?] = []
        for number in 1...2 {
            guard case .run(let suggestion) = try suggester.proposal(for: study) else { return }
            methods.append(suggestion.explanation?.method)
            try study.apply(.started(number, suggestion, at: Samples.noon))
        }
        #expect(methods == ["m", "drawn at random: what the algorithm proposed was tried before"])
    }
}
