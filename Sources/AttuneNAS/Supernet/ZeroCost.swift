import AttuneCore
import Foundation

/// What is said of a genotype's network before any training. Cheap, and related to its accuracy only loosely: good to leave
/// out the worst, not to choose the best.
public struct ZeroCost: Sendable, Hashable {
    /// The logarithm of the sum of every weight times the gradient of the summed outputs, all weights taken as positive,
    /// at an image of ones, without batch norm (Tanaka et al., *Pruning neural networks without any data by iteratively
    /// conserving synaptic flow*, NeurIPS 2020, eq. 1; as a measure of networks: Abdelfattah et al., ICLR 2021).
    public var synflow: Double
    /// The logarithm of the determinant of how alike images are treated (Mellor et al. 2021), larger is better.
    public var naswot: Double

    /// - Parameters:
    ///   - images: a batch for `naswot`, 2 or more; 32 are many enough.
    ///   - random: draws the weights.
    /// - Complexity: three passes of a batch, and the square of the batch for each rectifier.
    public init(of genotype: Genotype, _ plan: CellNetwork, images: ImageSet, using random: inout RandomSource) {
        precondition(images.count > 1 && images.size == plan.input, "two images at least, as large as the network's")
        naswot = ZeroCost.naswot(GenotypeNetwork(genotype, plan, using: &random), images)
        synflow = ZeroCost.synflow(GenotypeNetwork(genotype, plan, using: &random), plan.input)
    }

    static func naswot(_ network: GenotypeNetwork<Double>, _ images: ImageSet) -> Double {
        let kernel = ActivationKernel(images: images.count)
        var pixels = images.batch(
            Array(images.labels.indices), standardised: Standardisation(of: images), as: Double.self)
        let shape = MapShape(
            channels: images.size.channels, rows: images.size.rows, columns: images.size.columns, batch: images.count)
        pixels.withUnsafeMutableBufferPointer {
            let maps = FeatureMaps(start: $0.baseAddress!, shape: shape)
            _ = network.maps(of: maps, Pass(learnsWeights: false, activations: kernel))
        }
        return kernel.logDeterminant
    }

    static func synflow(_ network: GenotypeNetwork<Double>, _ size: ImageSize) -> Double {
        // Layers behind rectifiers see what is positive, and a batch norm that has learnt nothing leaves all as it is.
        network.weights.vector = network.weights.vector.map(abs)
        network.weights.clearGradients()
        var ones = [Double](repeating: 1, count: size.numbers)
        let shape = MapShape(channels: size.channels, rows: size.rows, columns: size.columns, batch: 1)
        _ = ones.withUnsafeMutableBufferPointer {
            network.total(FeatureMaps(start: $0.baseAddress!, shape: shape), Pass(trains: false))
        }
        let weights = network.weights
        return log(zip(weights.values, weights.gradients).reduce(0) { $0 + $1.0 * $1.1 })
    }
}
