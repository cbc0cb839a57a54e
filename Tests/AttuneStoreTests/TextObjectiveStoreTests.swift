import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Testing

/// What the store keeps of trials that bring texts.
struct TextObjectiveStoreTests {
    private let place = TemporaryStore()
    private let experiment = Samples.architectureSearch(trials: nil)
    private static let hostile =
        "\u{0}\u{1B}[2J\r\n'; DROP TABLE trial; --" + String(repeating: "é", count: 30_000)

    private func write(_ values: [ReportedValue]) async throws {
        let store = try place.open()
        try await store.create(experiment, at: Samples.noon)
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        try await store.append(Samples.searched(experiment, values), under: claim).wait()
        try await store.release(claim)
    }

    @Test(
        arguments: [[.text("one"), .text(hostile)], [.text("one"), .number(0.5), .text("two")], [.number(1)]]
            as [[ReportedValue]])
    func `a store that is opened again says of the best what the study says`(values: [ReportedValue]) async throws {
        try await write(values)
        let store = try place.open()
        let study = try #require(try await store.load(experiment.id)).study()
        let best = try #require(study.best)
        let expected = ExperimentSummary.Best(
            number: best.number, value: try #require(best.reported(of: study.objective)))
        #expect(try await store.summary(of: experiment.id)?.best == expected)
        #expect(try await store.experiments().map(\.best) == [expected])
        #expect(try await store.experiments(in: nil, limit: 9).map(\.best) == [expected])
        #expect(try await store.summaries(in: nil).map(\.best) == [expected])
        let row = try #require(try await store.best(of: experiment.id))
        #expect(row.number == best.number && row.reported(of: "Best-Genotype") == expected.value)
        #expect(try await store.series(ofTrial: "darts-1").map(\.reported) == [values[0]])
        #expect(try await store.standings(of: experiment.id).count == values.count { $0.number != nil })
    }

    @Test func `a process that goes on with a store knows that a number was best`() async throws {
        try await write([.number(0.5)])
        for text in ["one", "two"] {
            let store = try place.open()
            let claim = try await store.claim(experiment.id, at: Samples.noon)
            let number = try await store.load(experiment.id)?.study().nextNumber ?? 0
            var events = Samples.searched(experiment, Array(repeating: .text(text), count: number))
            events.removeFirst(3 * (number - 1))
            try await store.append(events, under: claim).wait()
            try await store.release(claim)
            #expect(
                try await store.summary(of: experiment.id)?.best
                    == ExperimentSummary.Best(number: 1, value: .number(0.5)))
        }
    }

    @Test func `texts follow one another over restarts`() async throws {
        try await write([.text("one")])
        let store = try place.open()
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        let events = Samples.searched(experiment, [.text("one"), .text("two")])
        try await store.append(Array(events[3..<5]), under: claim).wait()
        #expect(try await store.summary(of: experiment.id)?.best?.value == .text("one"))
        try await store.append([events[5]], under: claim).wait()
        #expect(
            try await store.summary(of: experiment.id)?.best == ExperimentSummary.Best(number: 2, value: .text("two")))
    }
}
