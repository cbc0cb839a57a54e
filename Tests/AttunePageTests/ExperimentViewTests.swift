import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttunePage

struct ExperimentViewTests {
    private let experiment = Samples.experiment()

    @Test(arguments: 1...8 as ClosedRange<UInt64>)
    func `a view caught up bit by bit equals one made anew, and the study's`(seed: UInt64) async throws {
        let directory = FileManager.default.temporaryDirectory.appending(path: "attune-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: directory) }
        let store = try SQLiteStore(at: directory.appending(path: "a.db").path)
        try await store.create(experiment, at: Samples.noon)
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        var history = RandomHistory(of: experiment, seed: seed)
        var random = RandomSource(seed: seed, stream: 9)
        var study = Study(experiment, createdAt: Samples.noon)
        var view = ExperimentView(experiment, createdAt: Samples.noon)
        var count = 0
        for round in 0..<12 {
            let events = try history.events(random.below(12))
            count += events.count
            for event in events { try study.apply(event) }
            try await store.append(events, under: claim).wait()
            // Texts are not always wanted.
            let wantsTexts = round % 3 == 2
            try await catchUp(&view, store, texts: wantsTexts)
            guard wantsTexts else { continue }
            var fresh = ExperimentView(experiment, createdAt: Samples.noon)
            try await catchUp(&fresh, store, texts: true)
            #expect(view.contents == fresh.contents)
            #expect(view.contents == (try ExperimentView(study, events: count)).contents)
        }
    }

    private func catchUp(_ view: inout ExperimentView, _ store: SQLiteStore, texts: Bool) async throws {
        let found = try await store.trialChanges(
            of: experiment.id, cells: view.events, texts: texts ? view.textEvents : nil)
        let changes = try #require(found)
        view.take(changes.cells, upTo: changes.events)
        if texts { try view.take(changes.texts, upTo: changes.events) }
    }

    @Test func `choices are places in their lists, and what is inactive is absent`() throws {
        let study = try succeeded(experiment, Array(repeating: ["loss": 1], count: 20))
        let view = try ExperimentView(study, events: 60)
        let optimizer = try #require(view.parameter("optimizer")).values
        let momentum = try #require(view.parameter("momentum")).values
        for (index, trial) in study.trials.enumerated() {
            #expect(optimizer[index] == (trial.assignment["optimizer"] == .text("sgd") ? 0 : 1))
            #expect(momentum[index].isNaN == (trial.assignment["momentum"] == nil))
            #expect(view.assignment(of: index) == trial.assignment)
        }
    }

    @Test func `numbers that JSON lacks are strings, and what is absent is null`() {
        #expect(JSON.page(Double.nan) == "NaN")
        #expect(JSON.page(-Double.infinity) == "-Infinity")
        #expect(JSON.page(Double?.none) == .null)
        #expect(JSON.column([1, .nan, .infinity]) == [.number("1.0"), .null, "Infinity"])
        #expect(JSON.plotted(0.123456789) == .number("0.1234568"))
        #expect(JSON.plotted(3) == 3)
    }
}
