import AttuneCore
import AttuneNAS

/// A trial's cells, drawn.
public struct CellPage: Sendable {
    public let trial: Trial.Number
    public let genotype: Genotype

    /// - Parameters:
    ///   - told: what the trial was told.
    ///   - output: the end of what it printed, read only on need.
    /// - Throws: `AttuneError` where neither has cells of DARTS' kind.
    public init(_ trial: Trial.Number, told: JSON, output: () -> [UInt8]?) throws(AttuneError) {
        self.trial = trial
        if let text = told[AttuneCore.CellLayout.genotypeName]?.string {
            genotype = try Genotype(parsing: text)
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
