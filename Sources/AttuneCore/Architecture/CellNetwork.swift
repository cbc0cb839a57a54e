/// The network that is built of a genotype's cells and trained from scratch (Liu et al. 2019, appendix A.2), as far as
/// its size depends on it.
public struct CellNetwork: Sendable, Hashable {
    /// Channels of each operation before the first reduction.
    public var channels: Int
    /// Cells, one after another.
    public var layers: Int
    public var classes: Int
    /// The images it takes.
    public var input: ImageSize
    /// Channels of the stem, as a multiple of `channels`.
    public var stemMultiplier: Int

    /// As the authors evaluate on CIFAR-10.
    public static let cifar = CellNetwork(
        channels: 36, layers: 20, classes: 10, input: ImageSize(rows: 32, columns: 32, channels: 3))

    /// - Precondition: none is below 1.
    public init(channels: Int, layers: Int, classes: Int, input: ImageSize, stemMultiplier: Int = 3) {
        precondition(
            channels > 0 && layers > 0 && classes > 0 && stemMultiplier > 0, "a network has one of each at least")
        (self.channels, self.layers, self.classes) = (channels, layers, classes)
        (self.input, self.stemMultiplier) = (input, stemMultiplier)
    }

    /// Whether that cell halves the image: those at one and at two thirds do.
    public func reduces(at layer: Int) -> Bool { layer == layers / 3 || layer == 2 * layers / 3 }
}
