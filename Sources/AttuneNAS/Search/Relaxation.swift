import AttuneCore
import Foundation

/// How the numbers of an edge become weights of its operations.
public enum Relaxation: String, Sendable, Hashable, CaseIterable {
    /// All operations, softmaxed (Liu et al., *DARTS*, ICLR 2019, eq. 2).
    case softmax
    /// One operation, drawn by Gumbel noise; gradients as though the softmax of the noisy numbers had been used (Dong and
    /// Yang, *Searching for a Robust Neural Architecture in Four GPU Hours*, CVPR 2019, eq. 4–6).
    case gumbel
    /// Each operation for itself (Chu et al., *Fair DARTS*, ECCV 2020).
    case sigmoid

    /// What each operation of an edge is worth, between 0 and 1; larger is better.
    public func scores(_ numbers: [Double]) -> [Double] {
        self == .sigmoid ? numbers.map { 1 / (1 + exp(-$0)) } : AttuneNAS.softmax(numbers)
    }

    /// Weights of the operations of an edge, drawn where chance has a part in them.
    ///
    /// - Parameter temperature: of the softmax of noisy numbers, positive.
    func draw(_ numbers: [Double], temperature: Double, using random: inout RandomSource) -> RelaxedEdge {
        switch self {
        case .softmax:
            let weights = AttuneNAS.softmax(numbers)
            return RelaxedEdge(weights: weights) { softmaxSlopes(weights, $0) }
        case .sigmoid:
            let weights = scores(numbers)
            return RelaxedEdge(weights: weights) { zip(weights, $0).map { $0 * (1 - $0) * $1 } }
        case .gumbel:
            let noisy = numbers.map { ($0 + gumbelNoise(&random)) / temperature }
            let soft = AttuneNAS.softmax(noisy)
            let chosen = noisy.indices.max { noisy[$0] < noisy[$1] } ?? 0
            return RelaxedEdge(weights: noisy.indices.map { $0 == chosen ? 1 : 0 }) { slopes in
                softmaxSlopes(soft, slopes).map { $0 / temperature }
            }
        }
    }
}

/// A number whose largest of several, each added to a logarithm, is drawn as the softmax says.
func gumbelNoise(_ random: inout RandomSource) -> Double { -log(-log(max(random.uniform(), 0x1p-60))) }

/// Weights of an edge's operations, and the way back from their gradient to that of the numbers behind them.
struct RelaxedEdge {
    var weights: [Double]
    let slopes: ([Double]) -> [Double]
}
