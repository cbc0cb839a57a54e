import AttuneCore

extension ImageSet {
    /// Numbers in a batch of that many images.
    public func batchSize(_ images: Int) -> Int { images * size.numbers }

    /// Writes images as a network takes them: `[channels][rows][columns][batch]`, the images innermost.
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
        precondition(indices.allSatisfy((0..<count).contains), "each image is one of the set")
        precondition(changes.isEmpty || changes.count == indices.count, "each image has a change, or none has one")
        precondition(standardised.mean.count == size.channels, "each channel has its mean")
        let area = size.rows * size.columns
        for channel in 0..<size.channels {
            let values = standardised.values(ofChannel: channel, as: Scalar.self)
            for (position, image) in indices.enumerated() {
                let start = channel * area * indices.count + position
                let plane = ImagePlane(pixels: batch, start: start, step: indices.count, count: area)
                let change = changes.isEmpty ? Augmentation.Change() : changes[position]
                if change == Augmentation.Change() {
                    copy(image, channel, values, to: plane)
                } else {
                    copy(image, channel, values, change, to: plane)
                }
            }
        }
    }

    /// The same as a new array.
    public func batch<Scalar: BinaryFloatingPoint>(
        _ indices: [Int], standardised: Standardisation, changes: [Augmentation.Change] = [], as: Scalar.Type
    ) -> [Scalar] {
        var batch = [Scalar](repeating: 0, count: batchSize(indices.count))
        batch.withUnsafeMutableBufferPointer {
            write(indices, standardised: standardised, changes: changes, to: $0)
        }
        return batch
    }

    /// One channel of one image, as it is; `values` are those of each level.
    private func copy<Scalar: BinaryFloatingPoint>(
        _ image: Int, _ channel: Int, _ values: [Scalar], to plane: ImagePlane<Scalar>
    ) {
        pixels.withUnsafeBufferPointer { pixels in
            var source = image * size.numbers + channel
            for place in 0..<plane.count {
                plane[place] = values[Int(pixels[source])]
                source += size.channels
            }
        }
    }

    /// One channel of one image, mirrored, then moved, then with its hole, which has the mean of the set.
    private func copy<Scalar: BinaryFloatingPoint>(
        _ image: Int, _ channel: Int, _ values: [Scalar], _ change: Augmentation.Change,
        to plane: ImagePlane<Scalar>
    ) {
        for row in 0..<size.rows {
            for column in 0..<size.columns {
                let isHole = change.holeRows.contains(row) && change.holeColumns.contains(column)
                let before = column - change.columns
                let source = (row: row - change.rows, column: change.isMirrored ? size.columns - 1 - before : before)
                plane[row * size.columns + column] = isHole ? 0 : values[level(image, source, channel)]
            }
        }
    }

    /// The level there, black outside.
    private func level(_ image: Int, _ place: (row: Int, column: Int), _ channel: Int) -> Int {
        guard (0..<size.rows).contains(place.row), (0..<size.columns).contains(place.column) else { return 0 }
        return Int(pixels[image * size.numbers + (place.row * size.columns + place.column) * size.channels + channel])
    }
}

/// One channel of one image in a batch.
private struct ImagePlane<Scalar> {
    let pixels: UnsafeMutableBufferPointer<Scalar>
    let start: Int
    let step: Int
    let count: Int

    subscript(place: Int) -> Scalar {
        get { pixels[start + place * step] }
        nonmutating set { pixels[start + place * step] = newValue }
    }
}
