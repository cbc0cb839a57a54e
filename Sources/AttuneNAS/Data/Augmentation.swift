import AttuneCore

/// How training images may be changed at random: moved, mirrored, and with a hole.
public struct Augmentation: Sendable, Hashable {
    /// The most pixels, at least 0, by which an image is moved up, down, left or right; what comes in is black.
    public var shift: Int
    /// Whether half of the images are mirrored, left to right.
    public var flips: Bool
    /// Side, at least 0, of a square that is made mean grey, its centre anywhere in the image; 0 for none (DeVries & Taylor 2017,
    /// *Improved Regularization of Convolutional Neural Networks with Cutout*).
    public var cutout: Int

    public static let none = Augmentation()

    public init(shift: Int = 0, flips: Bool = false, cutout: Int = 0) {
        (self.shift, self.flips, self.cutout) = (shift, flips, cutout)
    }

    /// What is done to one image.
    public struct Change: Sendable, Hashable {
        /// How far the image moves down and right.
        public var rows = 0
        public var columns = 0
        public var isMirrored = false
        /// The rows and columns of the hole, perhaps partly outside.
        public var holeRows = 0..<0
        public var holeColumns = 0..<0

        public init() {}
    }

    /// The change of the next image of that size.
    public func change(to size: ImageSize, using random: inout RandomSource) -> Change {
        var change = Change()
        if shift > 0 {
            change.rows = random.below(2 * shift + 1) - shift
            change.columns = random.below(2 * shift + 1) - shift
        }
        if flips { change.isMirrored = random.below(2) == 1 }
        if cutout > 0 {
            let top = random.below(size.rows) - cutout / 2
            let left = random.below(size.columns) - cutout / 2
            change.holeRows = top..<top + cutout
            change.holeColumns = left..<left + cutout
        }
        return change
    }
}
