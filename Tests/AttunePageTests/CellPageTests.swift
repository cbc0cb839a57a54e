import AttuneCore
import AttuneNAS
import AttuneTestSupport
import Foundation
import Testing

@testable import AttunePage

struct CellPageTests {
    /// What a trial of a space of cells is told.
    private func told(_ layout: CellLayout) throws -> JSON {
        let space = try SearchSpace(.cells(layout))
        let experiment = Experiment(
            metadata: Metadata(name: "cells"), objective: .maximize("accuracy"), space: space,
            nas: NASConfig(cells: layout))
        var random = RandomSource(seed: 2)
        let assignment = try space.sample(using: &random)
        return .object(JSON.Fields(experiment.presented(assignment).map { ($0.name, .string($0.value)) }))
    }

    @Test func `cells that a trial was told are drawn`() throws {
        let layout = CellLayout(
            kinds: ["normal", "reduction"], nodes: 3, inputs: 2, edges: .count(2),
            operations: ["sep_conv_3x3", "skip_connect", "max_pool_3x3"])
        let page = try CellPage(4, told: try told(layout), layout: layout) { nil }
        #expect(page.genotype.normal.nodes.count == 3 && page.genotype.reduction.nodes.count == 3)
        #expect(page.genotype.normal.nodes.allSatisfy { $0.count == 2 })
        let json = page.json
        #expect(json["trial"] == 4 && json["text"]?.string?.hasPrefix("Genotype(") == true)
        for (key, title) in [("normal", "Normal cell"), ("reduce", "Reduction cell")] {
            let svg = try #require(json[key]?.string)
            #expect(svg.hasPrefix("<svg") && svg.contains(title) && !svg.contains("<script"))
        }
        #expect(json["normal"]?.string?.contains("Reduction cell") == false)
        #expect(json["dot"]?.string?.contains("digraph") == true)
    }

    @Test func `a reduction cell may be called reduce, and other kinds are left out`() throws {
        let layout = CellLayout(
            kinds: ["normal", "reduce", "stem"], nodes: 2, inputs: 2, edges: .count(2),
            operations: ["sep_conv_3x3", "skip_connect"])
        let page = try CellPage(4, told: try told(layout), layout: layout) { nil }
        #expect(page.genotype.normal.nodes.count == 2 && page.genotype.reduction.nodes.count == 2)
    }

    @Test func `cells of another kind are not drawn, and it is said why`() throws {
        let layout = CellLayout(nodes: 3, operations: ["skip_connect", "none"])
        let error = #expect(throws: AttuneError.self) {
            try CellPage(1, told: try told(layout), layout: layout) { nil }
        }
        #expect(error?.message.contains("these are cell, of 1") == true)
    }

    @Test func `cells that a trial printed are found at the end of its output`() throws {
        var random = RandomSource(seed: 3)
        let genotype = Genotype(random: SupernetSpace(nodes: 2), using: &random)
        let log = "epoch=1\nBest-Genotype=\(genotype.katibText)\n"
        let page = try CellPage(1, told: [:], layout: nil) { Array(log.utf8) }
        #expect(page.genotype == genotype)
        #expect(throws: AttuneError.self) { try CellPage(1, told: [:], layout: nil) { nil } }
        #expect(throws: AttuneError.self) { try CellPage(1, told: [:], layout: nil) { Array("epoch=1".utf8) } }
    }
}
