import AttuneCore

/// What networks of cells have in common, whether their cells are mixtures or of a genotype.
enum NetworkParts<Scalar: NetworkScalar> {
    /// The first layers: a 3x3 convolution of the image.
    static func stem(
        from inputs: Int, to channels: Int, _ weights: Weights<Scalar>, using random: inout RandomSource
    ) -> any Layer<Scalar> {
        Sequence([
            Convolution(from: inputs, to: channels, Window(kernel: 3), weights, using: &random),
            BatchNorm(channels, affine: true, weights),
        ])
    }

    /// What brings an earlier output to the channels of a cell.
    ///
    /// - Parameter halves: whether it is twice the cell's size.
    static func input(
        from inputs: Int, to channels: Int, halves: Bool, affine: Bool, _ weights: Weights<Scalar>,
        using random: inout RandomSource
    ) -> any Layer<Scalar> {
        let map: any Layer<Scalar> =
            halves
            ? FactorizedReduction(from: inputs, to: channels, weights, using: &random)
            : PointwiseConvolution(from: inputs, to: channels, weights, using: &random)
        return Sequence([Rectifier(), map, BatchNorm(channels, affine: affine, weights)])
    }
}
