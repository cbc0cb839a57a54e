import AttuneCore

/// Small images of equal size with their classes, as grey or colour levels of a byte.
public struct ImageSet: Sendable, Hashable {
    public let rows: Int
    public let columns: Int
    /// 1 for grey, 3 for colour.
    public let channels: Int
    /// Levels, `[count][rows][columns][channels]`.
    public let pixels: [UInt8]
    /// The class of each image, `[count]`, from 0.
    public let labels: [Int]

    public var count: Int { labels.count }
    public var isEmpty: Bool { labels.isEmpty }
    /// One more than the largest label.
    public var classes: Int { (labels.max() ?? -1) + 1 }
    /// Bytes of an image.
    var size: Int { rows * columns * channels }

    /// - Precondition: there are as many pixels as the sizes say, and no label is negative.
    public init(rows: Int, columns: Int, channels: Int, pixels: [UInt8], labels: [Int]) {
        precondition(rows > 0 && columns > 0 && channels > 0, "an image has at least one pixel")
        precondition(pixels.count == labels.count * rows * columns * channels, "each image has all of its pixels")
        precondition(labels.allSatisfy { $0 >= 0 }, "classes are counted from 0")
        (self.rows, self.columns, self.channels) = (rows, columns, channels)
        (self.pixels, self.labels) = (pixels, labels)
    }

    /// The images at `indices`, in that order.
    public func gathering(_ indices: some Collection<Int>) -> ImageSet {
        var gathered: [UInt8] = []
        gathered.reserveCapacity(indices.count * size)
        for index in indices { gathered += pixels[index * size..<(index + 1) * size] }
        return ImageSet(
            rows: rows, columns: columns, channels: channels, pixels: gathered, labels: indices.map { labels[$0] })
    }

    /// The images made smaller, each new pixel the mean of a box of `factor` by `factor`, rounded to the nearest level.
    ///
    /// - Throws: `AttuneError` where a side is no multiple of the factor.
    public func averaged(by factor: Int) throws(AttuneError) -> ImageSet {
        guard factor > 0, rows.isMultiple(of: factor), columns.isMultiple(of: factor) else {
            throw AttuneError("images of \(rows)x\(columns) pixels cannot be averaged over boxes of \(factor)")
        }
        guard factor > 1 else { return self }
        let (rows, columns) = (self.rows / factor, self.columns / factor)
        var smaller = [UInt8](repeating: 0, count: count * rows * columns * channels)
        for place in smaller.indices {
            let (channel, column) = (place % channels, place / channels % columns)
            let (row, image) = (place / (channels * columns) % rows, place / (channels * columns * rows))
            smaller[place] = boxMean(image, row * factor, column * factor, channel, factor)
        }
        return ImageSet(rows: rows, columns: columns, channels: channels, pixels: smaller, labels: labels)
    }

    private func boxMean(_ image: Int, _ row: Int, _ column: Int, _ channel: Int, _ factor: Int) -> UInt8 {
        var sum = 0
        for y in row..<row + factor {
            for x in column..<column + factor {
                sum += Int(pixels[((image * rows + y) * columns + x) * channels + channel])
            }
        }
        let cells = factor * factor
        return UInt8((sum + cells / 2) / cells)
    }
}
