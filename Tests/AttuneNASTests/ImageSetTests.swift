import AttuneCore
import Testing

@testable import AttuneNAS

struct ImageSetTests {
    /// Images of 4x4x2 whose levels are random.
    private func images(_ count: Int, classes: Int = 3) -> ImageSet {
        var random = RandomSource(seed: 1)
        return ImageSet(
            size: ImageSize(rows: 4, columns: 4, channels: 2),
            pixels: (0..<count * 32).map { _ in UInt8(random.below(256)) }, labels: (0..<count).map { $0 % classes })
    }

    @Test func `averaging gives the mean of each box, rounded`() throws {
        let image = ImageSet(
            size: ImageSize(rows: 2, columns: 4), pixels: [0, 1, 10, 20, 1, 0, 30, 255, 0, 0, 9, 9, 0, 1, 9, 8],
            labels: [0, 1])
        let small = try image.averaged(by: 2)
        #expect(small.size == ImageSize(rows: 1, columns: 2))
        #expect(small.pixels == [1, 79, 0, 9])  // 0.5, 78.75, 0.25, 8.75
        #expect(try image.averaged(by: 1) == image)
        #expect(throws: AttuneError.self) { try image.averaged(by: 4) }
        #expect(throws: AttuneError.self) { try image.averaged(by: 0) }
    }

    @Test func `averaging keeps channels apart and the mean of an image`() throws {
        let set = images(5)
        let small = try set.averaged(by: 2)
        #expect(small.size == ImageSize(rows: 2, columns: 2, channels: 2))
        let (before, after) = (Standardisation(of: set), Standardisation(of: small))
        for channel in 0..<2 { #expect(abs(before.mean[channel] - after.mean[channel]) < 0.5) }
    }

    @Test func `standardised, each channel has mean 0 and deviation 1`() {
        let set = images(50)
        let batch = set.batch(Array(0..<50), standardised: Standardisation(of: set), as: Double.self)
        for channel in 0..<2 {
            let values = batch[channel * 800..<(channel + 1) * 800]
            let mean = values.reduce(0, +) / 800
            let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 800
            #expect(abs(mean) < 1e-12 && abs(variance - 1) < 1e-12)
        }
        let flat = ImageSet(size: ImageSize(rows: 1, columns: 1), pixels: [9, 9], labels: [0, 0])
        #expect(Standardisation(of: flat) == Standardisation(mean: [9], deviation: [1]))
    }

    @Test func `a batch has the channel first and the image last`() {
        let set = images(3)
        let raw = Standardisation(mean: [0, 0], deviation: [1, 2])
        let batch = set.batch([2, 0], standardised: raw, as: Float.self)
        #expect(batch.count == 64)
        for channel in 0..<2 {
            for (position, image) in [2, 0].enumerated() {
                for place in 0..<16 {
                    let level = Float(set.pixels[image * 32 + place * 2 + channel])
                    #expect(batch[(channel * 16 + place) * 2 + position] == level / Float(channel + 1))
                }
            }
        }
    }

    @Test func `a change mirrors, then moves, then makes the hole`() {
        let set = ImageSet(size: ImageSize(rows: 2, columns: 3), pixels: [1, 2, 3, 4, 5, 6], labels: [0])
        let raw = Standardisation(mean: [-1], deviation: [1])  // Black is 1, a hole 0.
        func changed(_ edit: (inout Augmentation.Change) -> Void) -> [Float] {
            var change = Augmentation.Change()
            edit(&change)
            return set.batch([0], standardised: raw, changes: [change], as: Float.self)
        }
        #expect(changed { _ in } == [2, 3, 4, 5, 6, 7])
        #expect(changed { $0.isMirrored = true } == [4, 3, 2, 7, 6, 5])
        #expect(changed { $0.columns = 1 } == [1, 2, 3, 1, 5, 6])
        #expect(changed { $0.rows = -1 } == [5, 6, 7, 1, 1, 1])
        #expect(
            changed {
                $0.isMirrored = true
                $0.columns = 1
            } == [1, 4, 3, 1, 7, 6])
        #expect(
            changed {
                $0.holeRows = -1..<1
                $0.holeColumns = 1..<9
            } == [2, 0, 0, 5, 6, 7])
    }

    @Test func `changes stay within what they may be, and reach its ends`() {
        let augmentation = Augmentation(shift: 2, flips: true, cutout: 3)
        var random = RandomSource(seed: 5)
        let size = ImageSize(rows: 8, columns: 6)
        let changes = (0..<500).map { _ in augmentation.change(to: size, using: &random) }
        #expect(Set(changes.map(\.rows)) == Set(-2...2))
        #expect(Set(changes.map(\.columns)) == Set(-2...2))
        #expect(Set(changes.map(\.isMirrored)) == [true, false])
        #expect(Set(changes.map(\.holeRows.lowerBound)) == Set(-1...6))
        #expect(Set(changes.map(\.holeColumns.lowerBound)) == Set(-1...4))
        #expect(changes.allSatisfy { $0.holeRows.count == 3 && $0.holeColumns.count == 3 })
        #expect(Augmentation.none.change(to: size, using: &random) == Augmentation.Change())
    }

    @Test(arguments: [1, 2, 3]) func `parts are disjoint, complete and balanced`(_ count: Int) {
        let set = images(31, classes: 4)  // 8, 8, 8, 7
        var random = RandomSource(seed: 2)
        let parts = set.balancedParts(count, using: &random)
        #expect(parts.joined().sorted() == Array(0..<31))
        for label in 0..<4 {
            let counts = parts.map { part in part.count { set.labels[$0] == label } }
            #expect(counts.max()! - counts.min()! == ((label == 3 ? 7 : 8) % count == 0 ? 0 : 1))
        }
        let sizes = parts.map(\.count)
        #expect(sizes.max()! - sizes.min()! == (31 % count == 0 ? 0 : 1))
        var again = RandomSource(seed: 2)
        #expect(set.balancedParts(count, using: &again) == parts)
        #expect(count == 1 || set.balancedParts(count, using: &again) != parts)
    }

    @Test func `a sample has each class as often`() {
        let set = images(40, classes: 4)
        var random = RandomSource(seed: 2)
        let sample = set.balancedSample(10, using: &random)
        #expect(Set(sample).count == 10)
        #expect((0..<4).map { label in sample.count { set.labels[$0] == label } } == [3, 3, 2, 2])
        #expect(set.balancedSample(100, using: &random) == Array(0..<40))
        #expect(set.gathering(sample).labels == sample.map { set.labels[$0] })
    }

    @Test func `batches take each image once`() {
        var random = RandomSource(seed: 9)
        let batches = shuffledBatches(of: Array(0..<23), size: 5, using: &random)
        #expect(batches.map(\.count) == [5, 5, 5, 5])
        #expect(Set(batches.joined()).count == 20)
        let all = shuffledBatches(of: Array(0..<23), size: 5, keepsRest: true, using: &random)
        #expect(all.joined().sorted() == Array(0..<23))
        #expect(Array(all.joined()) != Array(0..<23))
    }

    /// 255 marks what has no label in more than one set.
    @Test func `a label astray is named, and classes without images are not minded otherwise`() throws {
        let set = images(40, classes: 10)
        func labelled(_ labels: [Int]) -> ImageSet { ImageSet(size: set.size, pixels: set.pixels, labels: labels) }
        try labelled(set.labels.map { $0 + 1 }).checkClasses()
        var labels = set.labels
        labels[16] = 255
        let error = #expect(throws: AttuneError.self) { try labelled(labels).checkClasses() }
        #expect(error?.message.contains("label 255, which image 17 has") == true)
        #expect(throws: AttuneError.self) { try labelled(labels.map { _ in 0 }).checkClasses() }
    }
}
