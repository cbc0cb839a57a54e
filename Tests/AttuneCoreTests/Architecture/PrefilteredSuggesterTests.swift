import AttuneTestSupport
import Testing

@testable import AttuneCore

/// Cells are filtered by their number of parameters, with suggesters that draw and one that does not.
struct PrefilteredSuggesterTests {
    private struct Draws: Suggester {
        func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
            .run(Suggestion(try study.experiment.space.sample(using: &random), labels: ["from": "draws"]))
        }
    }

    /// Always the same.
    private struct Insists: Suggester {
        let assignment: Assignment
        var parent: Trial.Number?
        func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
            .run(Suggestion(assignment, resource: 3, parent: parent, labels: ["from": "one"]))
        }
    }

    private let size = CellMeasure("size", "parameters") { genotype, network, _ in
        Double(NetworkCost(of: genotype, in: network).parameters)
    }

    private func scene(_ keep: Double = 0.25) throws -> (Study, CellLayout, CellNetwork) {
        var cells = CellLayout(darts: 2, operations: [.skip, .maxPool(3), .separable(3), .dilated(5)])
        let network = CellNetwork(channels: 8, layers: 4, classes: 10, input: ImageSize(rows: 14, columns: 14))
        cells.network = network
        cells.prefilter = CellPrefilter(measure: "size", keep: keep)
        let experiment = Experiment(
            metadata: Metadata(name: "cells"), objective: .maximize("accuracy"),
            space: try SearchSpace(.cells(cells)), seed: 3, nas: NASConfig(cells: cells))
        return (Study(experiment, createdAt: Samples.noon), cells, network)
    }

    private func assignment(_ proposal: Proposal) throws -> Assignment {
        guard case .run(let suggestion) = proposal else { throw AttuneError("\(proposal) begins nothing") }
        return suggestion.assignment
    }

    @Test(arguments: [0.1, 0.25, 0.75])
    func `what passes is of the wanted share of random cells`(keep: Double) throws {
        let (study, cells, network) = try scene(keep)
        var suggester = PrefilteredSuggester(Draws(), cells, network, size, keep: keep)
        func value(_ assignment: Assignment) throws -> Double {
            size.value(try #require(cells.genotype(assignment)), network, RandomSource(seed: 0))
        }
        var passed: [Double] = []
        var plain: [Double] = []
        for number in 0..<150 {
            var random = RandomSource(seed: 9, stream: UInt64(number))
            passed.append(try value(try assignment(try suggester.propose(for: study, using: &random))))
            plain.append(try value(try study.experiment.space.sample(using: &random)))
        }
        // A few are the best of many that did not pass.
        let least = passed.sorted()[7]
        let share = Double(plain.count { $0 >= least }) / Double(plain.count)
        #expect(share > keep - 0.15 && share < keep + 0.15, "seed 9: \(share) of random cells would pass")
    }

    @Test func `a fresh one proposes the same`() throws {
        let (study, cells, network) = try scene()
        var old = PrefilteredSuggester(Draws(), cells, network, size, keep: 0.25)
        for number in 0..<5 {
            var random = RandomSource(seed: 2, stream: UInt64(number))
            var again = random
            var fresh = PrefilteredSuggester(Draws(), cells, network, size, keep: 0.25)
            #expect(
                try old.propose(for: study, using: &random) == fresh.propose(for: study, using: &again), "\(number)")
        }
    }

    @Test func `one who insists is overruled, but for its level and labels, and children are as they are`() throws {
        let (study, cells, network) = try scene()
        let skips = study.experiment.space.assignment(
            at: [Double](repeating: 0, count: study.experiment.space.dimensions))
        var random = RandomSource(seed: 4)
        var insists = PrefilteredSuggester(Insists(assignment: skips), cells, network, size, keep: 0.25)
        guard case .run(let suggestion) = try insists.propose(for: study, using: &random) else {
            Issue.record("nothing was begun")
            return
        }
        #expect(suggestion.assignment != skips && suggestion.resource == 3 && suggestion.labels == ["from": "one"])
        var child = PrefilteredSuggester(Insists(assignment: skips, parent: 1), cells, network, size, keep: 0.25)
        #expect(try assignment(try child.propose(for: study, using: &random)) == skips)
    }

    /// Cells whose normal cell is all skips, which the largest of random cells are not.
    private struct DrawsSmall: Suggester {
        func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
            let drawn = try study.experiment.space.sample(using: &random)
            let small = study.experiment.space.assignment { spec, index in
                let isSkip = spec.name.hasPrefix("normal") && spec.name.contains("operation")
                return isSkip ? .text(CellOperation.skip.description) : drawn[spec.name]!
            }
            return .run(Suggestion(small))
        }
    }

    @Test func `where nothing passes, the best of what was measured is taken`() throws {
        let (study, cells, network) = try scene()
        func value(_ assignment: Assignment) throws -> Double {
            size.value(try #require(cells.genotype(assignment)), network, RandomSource(seed: 0))
        }
        for seed in UInt64(1)...5 {
            var random = RandomSource(seed: seed)
            var again = random
            var suggester = PrefilteredSuggester(DrawsSmall(), cells, network, size, keep: 0.01)
            let taken = try value(try assignment(try suggester.propose(for: study, using: &random)))
            let first = try value(try assignment(try DrawsSmall().propose(for: study, using: &again)))
            #expect(taken >= first, "seed \(seed)")
            #expect(taken > 15_000, "seed \(seed): of twenty cells one is larger than the median")
        }
    }
}
