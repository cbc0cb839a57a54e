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
        _ trial: Trial.Number, told: JSON, layout: CellLayout?, output: () -> [UInt8]?
    ) throws(AttuneError) {
        self.trial = trial
        if let layout, let text = told[CellLayout.genotypeName]?.string {
            let cells = try JSON(parsing: text)
            guard layout.inputs == 2, let normal = cells["normal"],
                let reduction = cells["reduction"] ?? cells["reduce"]
            else {
                throw AttuneError(
                    "cells are drawn where there is a normal and a reduction cell of two inputs each; these are "
                        + "\(layout.kinds.joined(separator: ", ")), of \(layout.inputs)")
            }
            genotype = try Genotype(json: ["normal": normal, "reduction": reduction])
        } else if let output = output() {
            genotype = try Genotype(parsing: output)
        } else {
            throw AttuneError("trial \(trial) has no cells, neither in its parameters nor in what it printed here")
        }
    }

    public var json: JSON {
        [
            "trial": .number(trial), "genotype": genotype.json, "text": .string(genotype.katibText),
            "normal": .string(genotype.normalSVG), "reduce": .string(genotype.reductionSVG),
            "dot": .string(genotype.dot),
        ]
    }
}
