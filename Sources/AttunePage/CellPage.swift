import AttuneCore
import AttuneNAS

/// A trial's cells, drawn.
public struct CellPage: Sendable {
    public let trial: Trial.Number
    public let genotype: Genotype

    /// - Parameters:
    ///   - told: what the trial was told.
    ///   - layout: of the experiment's cells; nil where none are searched.
    ///   - output: the end of what it printed, read only on need.
    /// - Throws: `AttuneError` where neither has cells of DARTS' kind.
    public init(
        _ trial: Trial.Number, told: JSON, layout: AttuneCore.CellLayout?, output: () -> [UInt8]?
    ) throws(AttuneError) {
        self.trial = trial
        if let layout, let text = told[AttuneCore.CellLayout.genotypeName]?.string {
            genotype = try Genotype(json: try CellPage.named(try JSON(parsing: text), layout))
        } else if let output = output() {
            genotype = try Genotype(parsing: output)
        } else {
            throw AttuneError("trial \(trial) has no cells, neither in its parameters nor in what it printed here")
        }
    }

    /// Cells as trials are told of them, `[operation, source]` by node and kind, with a name for everything.
    private static func named(_ told: JSON, _ layout: AttuneCore.CellLayout) throws(AttuneError) -> JSON {
        guard layout.inputs == 2, let normal = told["normal"], let reduction = told["reduction"] ?? told["reduce"]
        else {
            throw AttuneError(
                "cells are drawn where there is a normal and a reduction cell of two inputs each; these are "
                    + "\(layout.kinds.joined(separator: ", ")), of \(layout.inputs)")
        }
        func nodes(_ cell: JSON) -> JSON {
            let nodes = (cell.array ?? []).map { node -> JSON in
                let edges = (node.array ?? []).map { edge -> JSON in
                    ["operation": edge[0] ?? .null, "from": edge[1] ?? .null]
                }
                return ["edges": .array(edges)]
            }
            return ["nodes": .array(nodes)]
        }
        return ["normal": nodes(normal), "reduction": nodes(reduction)]
    }

    public var json: JSON {
        [
            "trial": .number(trial), "genotype": genotype.json, "text": .string(genotype.katibText),
            "normal": .string(genotype.normalSVG), "reduce": .string(genotype.reductionSVG),
            "dot": .string(genotype.dot),
        ]
    }
}
