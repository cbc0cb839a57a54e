/// The size of a stack of feature maps.
public struct MapShape: Sendable, Hashable {
    public var channels: Int
    public var rows: Int
    public var columns: Int
    public var batch: Int

    public init(channels: Int, rows: Int, columns: Int, batch: Int) {
        self.channels = channels
        self.rows = rows
        self.columns = columns
        self.batch = batch
    }

    /// Numbers in one channel, all images.
    public var area: Int { rows * columns * batch }
    public var count: Int { channels * area }

    func with(channels: Int) -> MapShape {
        var shape = self
        shape.channels = channels
        return shape
    }
}

/// A view of feature maps, [channels][rows][columns][images]; whoever made them owns the memory.
public struct FeatureMaps<Scalar: NetworkScalar> {
    public let start: UnsafeMutablePointer<Scalar>
    public let shape: MapShape

    var count: Int { shape.count }

    func channel(_ index: Int) -> UnsafeMutablePointer<Scalar> { start + index * shape.area }

    /// Some of the channels.
    func channels(_ range: Range<Int>) -> FeatureMaps {
        FeatureMaps(start: channel(range.lowerBound), shape: shape.with(channels: range.count))
    }

    func copy(from other: FeatureMaps) { start.copy(from: other.start, count) }

    func add(_ other: FeatureMaps) { Scalar.kernels.add(1, other.start, start, count) }

    func clear() { start.clear(count) }
}

/// Whole stretches as bytes: number by number, generic code would call a function for each.
extension UnsafeMutablePointer where Pointee: NetworkScalar {
    func copy(from other: UnsafeMutablePointer, _ count: Int) {
        UnsafeMutableRawPointer(self).copyMemory(from: other, byteCount: count * MemoryLayout<Pointee>.stride)
    }

    func clear(_ count: Int) {
        UnsafeMutableRawPointer(self)
            .initializeMemory(as: UInt8.self, repeating: 0, count: count * MemoryLayout<Pointee>.stride)
    }
}

/// Memory that grows to the largest stack asked of it, and keeps what is in it until the next use.
final class MapBuffer<Scalar: NetworkScalar> {
    private var memory = UnsafeMutableBufferPointer<Scalar>(start: nil, count: 0)

    deinit { memory.deallocate() }

    func maps(_ shape: MapShape) -> FeatureMaps<Scalar> {
        FeatureMaps(start: start(shape.count), shape: shape)
    }

    func start(_ count: Int) -> UnsafeMutablePointer<Scalar> {
        if memory.count < count {
            memory.deallocate()
            memory = .allocate(capacity: count)
            memory.baseAddress?.clear(count)
        }
        // At least one number is always there.
        return memory.baseAddress ?? start(1)
    }
}
