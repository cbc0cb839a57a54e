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
        var sums = [Int](repeating: 0, count: images.channels)
        var squares = sums
        for (place, level) in images.pixels.enumerated() {
            sums[place % images.channels] += Int(level)
            squares[place % images.channels] += Int(level) * Int(level)
        }
        let count = Double(max(1, images.pixels.count / images.channels))
        let mean = sums.map { Double($0) / count }
        let deviation = zip(squares, mean).map { (Double($0) / count - $1 * $1).squareRoot() }
        self.init(mean: mean, deviation: deviation.map { $0 > 0 ? $0 : 1 })
    }

    /// The value of each level, `[channels][256]`.
    func table<Scalar: BinaryFloatingPoint>(_: Scalar.Type) -> [Scalar] {
        zip(mean, deviation).flatMap { mean, deviation in (0..<256).map { Scalar((Double($0) - mean) / deviation) } }
    }
}

extension ImageSet {
    /// Numbers in a batch of that many images.
    public func batchSize(_ images: Int) -> Int { images * size }

    /// Writes images as a network takes them: `[channels][batch][rows][columns]`, the channel first.
    ///
    /// - Parameters:
    ///   - indices: which images, in the order of the batch.
    ///   - changes: what is done to each, `[batch]`; nothing where there are none.
    ///   - batch: `batchSize(indices.count)` numbers, all of them overwritten.
    public func write<Scalar: BinaryFloatingPoint>(
        _ indices: [Int], standardised: Standardisation, changes: [Augmentation.Change] = [],
        to batch: UnsafeMutableBufferPointer<Scalar>
    ) {
        precondition(batch.count == batchSize(indices.count), "the batch has room for each image")
        precondition(changes.isEmpty || changes.count == indices.count, "each image has a change, or none has one")
        precondition(standardised.mean.count == channels, "each channel has its mean")
        let table = standardised.table(Scalar.self)
        let area = rows * columns
        for channel in 0..<channels {
            for (position, image) in indices.enumerated() {
                let place = (channel * indices.count + position) * area
                let target = UnsafeMutableBufferPointer(rebasing: batch[place..<place + area])
                let change = changes.isEmpty ? Augmentation.Change() : changes[position]
                table.withUnsafeBufferPointer { table in
                    write(image, channel, change, UnsafeBufferPointer(rebasing: table[channel * 256..<channel * 256 + 256]), to: target)
                }
            }
        }
    }

    /// The same as a new array.
    public func batch<Scalar: BinaryFloatingPoint>(
        _ indices: [Int], standardised: Standardisation, changes: [Augmentation.Change] = [], as: Scalar.Type
    ) -> [Scalar] {
        let count = batchSize(indices.count)
        return [Scalar](unsafeUninitializedCapacity: count) { buffer, initialized in
            buffer.initialize(repeating: 0)
            write(
                indices, standardised: standardised, changes: changes,
                to: UnsafeMutableBufferPointer(rebasing: buffer[..<count]))
            initialized = count
        }
    }

    /// One channel of one image; `table` gives the value of each level.
    private func write<Scalar: BinaryFloatingPoint>(
        _ image: Int, _ channel: Int, _ change: Augmentation.Change, _ table: UnsafeBufferPointer<Scalar>,
        to target: UnsafeMutableBufferPointer<Scalar>
    ) {
        pixels.withUnsafeBufferPointer { pixels in
            for row in 0..<rows {
                for column in 0..<columns {
                    target[row * columns + column] = table[Int(pixels[(image * rows + row) * columns * channels + column * channels + channel])]
                }
            }
            guard !change.isIdentity else { return }
            for row in 0..<rows {
                for column in 0..<columns {
                    let source = (
                        row: row - change.rows,
                        column: (change.isMirrored ? columns - 1 - column : column) - change.columns
                    )
                    let isInside = (0..<rows).contains(source.row) && (0..<columns).contains(source.column)
                    let level = isInside ? pixels[((image * rows + source.row) * columns + source.column) * channels + channel] : 0
                    let isHole = change.hole.rows.contains(row) && change.hole.columns.contains(column)
                    target[row * columns + column] = isHole ? 0 : table[Int(level)]
                }
            }
        }
    }
}
