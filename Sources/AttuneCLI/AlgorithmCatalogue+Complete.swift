import AttuneAlgorithms
import AttuneCore
import AttuneNAS

extension AlgorithmCatalogue {
    /// Everything that Attune has, together with the measures of cells that need a network.
    static let complete = standard.measuring(CellMeasure.untrained)
}
