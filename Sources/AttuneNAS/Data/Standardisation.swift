import AttuneCore

/// Moves and scales levels so that over the images they were measured on each channel has mean 0 and deviation 1.
public struct Standardisation: Sendable, Hashable {
    /// In levels, `[channels]`.
    public let mean: [Double]
    /// In levels, `[channels]`, 1 where all levels are the same.
    public let deviation: [Double]

    public init(mean: [Double], deviation: [Double]) {
        precondition(mean.count == deviation.count && deviation.allSatisfy { $0 > 0 }, "each channel has a deviation")
        (self.mean, self.deviation) = (mean, deviation)
    }

    /// As measured on all of the images, which should be those one trains on.
    public init(of images: ImageSet) {
        // Exact in integers: 2⁶³ is beyond the squares of 10¹⁴ pixels.
        var sums = [Int](repeating: 0, count: images.size.channels)
        var squares = sums
        for (place, level) in images.pixels.enumerated() {
            sums[place % images.size.channels] += Int(level)
            squares[place % images.size.channels] += Int(level) * Int(level)
        }
        let count = Double(max(1, images.pixels.count / images.size.channels))
        let mean = sums.map { Double($0) / count }
        let deviation = zip(squares, mean).map { (Double($0) / count - $1 * $1).squareRoot() }
        self.init(mean: mean, deviation: deviation.map { $0 > 0 ? $0 : 1 })
    }

    /// The value of each level from 0 to 255.
    func values<Scalar: BinaryFloatingPoint>(ofChannel channel: Int, as: Scalar.Type) -> [Scalar] {
        (0..<256).map { Scalar((Double($0) - mean[channel]) / deviation[channel]) }
    }
}
