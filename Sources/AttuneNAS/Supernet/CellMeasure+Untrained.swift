import AttuneCore

extension CellMeasure {
    /// What a network does that nobody has trained.
    public static let untrained: [CellMeasure] = [.synflow, .naswot]

    static let synflow = CellMeasure(
        "synflow", "how much of the weights reaches the output (Tanaka et al. 2020)", passes: 3
    ) {
        genotype, network, random in
        var random = random
        return ZeroCost.synflow(GenotypeNetwork(genotype, network, using: &random), network.input)
    }

    /// Whoever chooses cells has no images. Mellor et al. (2021, appendix) find that noise ranks much as images do.
    static let naswot = CellMeasure(
        "naswot", "how unlike 16 images of noise are treated (Mellor et al. 2021)", passes: 16
    ) {
        genotype, network, random in
        var random = random
        let images = ImageSet(noise: 16, of: network.input, using: &random)
        return ZeroCost.naswot(GenotypeNetwork(genotype, network, using: &random), images)
    }
}

extension ImageSet {
    /// Images of levels drawn uniformly, of one class.
    init(noise count: Int, of size: ImageSize, using random: inout RandomSource) {
        let pixels = (0..<count * size.numbers).map { _ in UInt8(random.below(256)) }
        self.init(size: size, pixels: pixels, labels: [Int](repeating: 0, count: count))
    }
}
