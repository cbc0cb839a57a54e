import AttuneCore

/// Small images of equal size with their classes, as grey or colour levels of a byte.
public struct ImageSet: Sendable, Hashable {
    public let size: ImageSize
    /// Levels, `[count][rows][columns][channels]`.
    public let pixels: [UInt8]
    /// The class of each image, `[count]`, from 0.
    public let labels: [Int]

    public var count: Int { labels.count }
    public var isEmpty: Bool { labels.isEmpty }
    /// One more than the largest label.
    public var classes: Int { (labels.max() ?? -1) + 1 }

    /// - Precondition: there are as many pixels as the sizes say, and no label is negative.
    public init(size: ImageSize, pixels: [UInt8], labels: [Int]) {
        precondition(pixels.count == labels.count * size.numbers, "each image has all of its pixels")
        precondition(labels.allSatisfy { $0 >= 0 }, "classes are counted from 0")
        (self.size, self.pixels, self.labels) = (size, pixels, labels)
    }

    /// - Throws: `AttuneError` where there are fewer than two classes, or where most have no image, as when a label is astray.
    func checkClasses() throws(AttuneError) {
        guard classes > 1 else { throw AttuneError("the images must be of two classes at least") }
        let used = Set(labels)
        if used.count * 2 < classes, let last = labels.firstIndex(of: classes - 1) {
            throw AttuneError(
                """
                label \(classes - 1), which image \(last + 1) has, makes \(classes) classes, of which only \(used.count) \
                have an image; labels are to count the classes from 0
                """)
        }
    }

    /// The images at `indices`, in that order.
    public func gathering(_ indices: some Collection<Int>) -> ImageSet {
        var gathered: [UInt8] = []
        gathered.reserveCapacity(indices.count * size.numbers)
        for index in indices { gathered += pixels[index * size.numbers..<(index + 1) * size.numbers] }
        return ImageSet(size: size, pixels: gathered, labels: indices.map { labels[$0] })
    }

    /// The images made smaller, each new pixel the mean of a box of `factor` by `factor`, rounded to the nearest level.
    ///
    /// - Throws: `AttuneError` where a side is no multiple of the factor.
    public func averaged(by factor: Int) throws(AttuneError) -> ImageSet {
        guard factor > 0, size.rows.isMultiple(of: factor), size.columns.isMultiple(of: factor) else {
            throw AttuneError(
                "images of \(size.rows)x\(size.columns) pixels cannot be averaged over boxes of \(factor)")
        }
        guard factor > 1 else { return self }
        let small = ImageSize(rows: size.rows / factor, columns: size.columns / factor, channels: size.channels)
        var levels = [UInt8](repeating: 0, count: count * small.numbers)
        for place in levels.indices {
            let (channel, column) = (place % small.channels, place / small.channels % small.columns)
            let line = place / (small.channels * small.columns)
            // Lines of all images follow one another, so that an image's number is part of the line's.
            levels[place] = boxMean(line * factor, column * factor, channel, factor)
        }
        return ImageSet(size: small, pixels: levels, labels: labels)
    }

    private func boxMean(_ line: Int, _ column: Int, _ channel: Int, _ factor: Int) -> UInt8 {
        var sum = 0
        for y in line..<line + factor {
            for x in column..<column + factor {
                sum += Int(pixels[(y * size.columns + x) * size.channels + channel])
            }
        }
        let cells = factor * factor
        return UInt8((sum + cells / 2) / cells)
    }
}
