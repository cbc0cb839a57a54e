import Foundation
import Testing

@testable import AttuneCore

struct EventRoundTripTests {
    private static let space: SearchSpace = {
        Experiment(
            "events", .minimize("loss"), over: Parameter("rate", in: 0.0...1.0), Parameter("n", in: 1...9),
            Parameter("kind", of: ["a", "é \"quoted\""]).when(Parameter("n", in: 1...9), in: 1...5)
        ).space
    }()

    @Test(arguments: 0..<400 as Range<UInt64>) func `an event comes back from its JSON the same`(_ seed: UInt64) throws
    {
        var random = RandomSource(seed: seed)
        let event = try Self.event(using: &random)
        let text = event.json.description
        #expect(!text.contains("\n"), "an event is one line")
        let back = try Event(json: JSON(parsing: text), space: Self.space)
        // By text, as NaN is not equal to itself.
        #expect(back.json.description == text)
        if !text.contains("\"nan\"") { #expect(back == event, "seed \(seed)") }
    }

    @Test(arguments: [
        "{}", "[]", "3", #"{"started":1,"at":0}"#, #"{"started":1,"at":0,"assignment":{"rate":"x"}}"#,
        #"{"started":1,"at":0,"assignment":{"other":1}}"#, #"{"observed":1}"#, #"{"observed":1,"rows":[["loss",1,0]]}"#,
        #"{"ended":1,"at":0,"outcome":"Lost"}"#, #"{"finished":"Because","at":0}"#, #"{"lost":1,"reason":"x"}"#,
        #"{"stopped":true}"#, #"{"imported":"a","at":0,"trials":[[1,"Lost",1,{"rate":0.5,"n":1}]]}"#,
        #"{"imported":"a","at":0,"trials":[[1,"Succeeded",1,{"rte":0.5}]]}"#,
    ])
    func `what is no event is refused`(_ text: String) throws {
        let json = try JSON(parsing: text)
        #expect(throws: AttuneError.self) { try Event(json: json, space: Self.space) }
    }

    private static func event(using random: inout RandomSource) throws -> Event {
        let number = 1 + random.below(1000)
        let time = Date(
            timeIntervalSince1970: Double(1_550_000_000 + random.below(400_000_000)) + Double(random.below(1024)) / 1024
        )
        switch random.below(8) {
        case 0:
            let labels = random.below(2) == 0 ? [:] : ["bracket": "3", "eltern\n": "\"\u{1F600}\""]
            return .started(number, Suggestion(try space.sample(using: &random), labels: labels), at: time)
        case 1: return .observed(number, (0..<random.below(4)).map { _ in observation(at: time, using: &random) })
        case 2: return .lost(number, reason: "Knoten weg: \u{0} é", at: time)
        case 3: return .ended(number, outcome(using: &random), at: time)
        case 4: return .budgetEdited(budget(using: &random), at: time)
        case 5: return .stopped(at: time)
        case 6: return .imported(try priorTrials(using: &random), from: "früher \"1\"", at: time)
        default: return .finished(finish(using: &random), at: time)
        }
    }

    private static func priorTrials(using random: inout RandomSource) throws -> [PriorTrial] {
        try (0..<random.below(4)).map { number in
            PriorTrial(
                of: "früher \"1\"", number: number, try space.sample(using: &random), outcome: outcome(using: &random),
                value: random.below(2) == 0 ? nil : random.normal())
        }
    }

    private static func observation(at time: Date, using random: inout RandomSource) -> Observation {
        let values = [.nan, .infinity, -.infinity, 0, -0.0, .leastNonzeroMagnitude, 0.1, 1e300, random.normal()]
        let metrics = ["loss", "val/accuracy", "Genauigkeit é", "a\"b"]
        return Observation(
            metric: metrics[random.below(4)], value: values[random.below(values.count)],
            step: random.below(2) == 0 ? .max : random.below(100), time: time)
    }

    private static func outcome(using random: inout RandomSource) -> Outcome {
        [.succeeded, .earlyStopped, .failed("exit 1\n\ttrace"), .killed(""), .metricsUnavailable("no é")][
            random.below(5)]
    }

    private static func budget(using random: inout RandomSource) -> Budget {
        Budget(
            parallelTrials: 1 + random.below(9), maxTrials: random.below(2) == 0 ? nil : random.below(99),
            maxFailedTrials: random.below(2) == 0 ? nil : 0,
            maxRunTime: random.below(2) == 0 ? nil : .milliseconds(1500),
            stopWhen: StopWhen(
                plateau: random.below(2) == 0 ? nil : .init(trials: 1 + random.below(9), minImprovement: 1e-3),
                expectedImprovement: random.below(2) == 0 ? nil : .init(below: 1e-4)))
    }

    private static func finish(using random: inout RandomSource) -> Finish {
        [
            .goalReached, .maxTrialsReached, .spaceExhausted, .maxRunTimeReached, .maxResourceReached, .plateauReached,
            .expectedImprovementReached, .failed("too many"),
        ][random.below(8)]
    }
}
