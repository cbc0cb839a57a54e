import AttuneCore
import AttuneNAS
import AttuneTestSupport
import Foundation
import Testing

struct ImageReadingTests {
    /// Two images of 2x3 and their labels.
    private let content: [UInt8] = [1, 2, 3, 4, 5, 6, 10, 20, 30, 40, 50, 255]

    @Test(arguments: ["", ".gz"])
    func `a folder of IDX files is read`(ending: String) throws {
        let folder = try ImageFolder()
        try folder.write("t10k-images-idx3-ubyte\(ending)", idx([2, 2, 3], content))
        try folder.write("t10k-labels-idx1-ubyte\(ending)", idx([2], [7, 0]))
        let images = try ImageSet.reading(folder.path, part: .test)
        #expect(images.size == ImageSize(rows: 2, columns: 3))
        #expect(images.pixels == content)
        #expect(images.labels == [7, 0])
        #expect(images.classes == 8)
        let error = #expect(throws: AttuneError.self) { try ImageSet.reading(folder.path, part: .training) }
        #expect(error?.message.contains("train-images-idx3-ubyte") == true)
    }

    @Test func `colours are a fourth dimension`() throws {
        let folder = try ImageFolder()
        let images = try ImageSet(
            images: folder.write("i", idx([2, 1, 2, 3], content)), labels: folder.write("l", idx([2], [0, 1])))
        #expect(images.size == ImageSize(rows: 1, columns: 2, channels: 3))
    }

    @Test(
        arguments: [
            ([0, 0, 8], "begins with \"00 00 08\""),
            ([1, 2, 3, 4], "begins with \"01 02 03 04\"; an IDX file begins with 00 00 08"),
            ([0, 0, 13, 3], "holds elements of type 13"),
            ([0, 0, 8, 0], "found 0 dimensions"),
            ([0, 0, 8, 200], "found 200 dimensions"),
            ([0, 0, 8, 3, 0, 0, 0, 2], "ends inside its header"),
            (idx([2, 2, 3], [1, 2]), "its header says 2x2x3, 12 bytes, but there are only 2"),
            (idx([1, 1, 1], [1, 2]), "its header says 1x1x1, 1 bytes, but there are more"),
            (idx([.max, .max, .max, .max], [1]), "at most 1073741824 are read"),
            (idx([1 << 14, 1 << 8, 1 << 8], [1]), "1073741824 bytes, but there are only 1"),
            (idx([3, 2, 2], Array(1...12)), "3 images, but "),
            (idx([12], Array(1...12)), "found 1 dimension(s); images have 3"),
            (idx([2, 0, 5], []), "holds no pixel"),
        ] as [([UInt8], String)], ["", ".gz"])
    func `a damaged file is refused with one sentence`(damage: ([UInt8], String), ending: String) throws {
        let folder = try ImageFolder()
        let images = try folder.write("images\(ending)", damage.0)
        let labels = try folder.write("labels", idx([2], [0, 1]))
        let error = #expect(throws: AttuneError.self) { try ImageSet(images: images, labels: labels) }
        #expect(error?.message.contains(damage.1) == true, "\(error?.message ?? "")")
        #expect(error?.message.hasPrefix(images) == true)
    }

    @Test func `a gzip file cut short or damaged is refused, and one of several members is read whole`() throws {
        let folder = try ImageFolder()
        let labels = try folder.write("labels", idx([2], [0, 1]))
        let whole = gzip(idx([2, 2, 3], content))
        var damaged = whole
        damaged[whole.count - 6] ^= 1
        for (bytes, message) in [(Array(whole.dropLast(12)), "fetch it again"), (damaged, "is not intact gzip")] {
            let images = try folder.write("images", bytes)
            let error = #expect(throws: AttuneError.self) { try ImageSet(images: images, labels: labels) }
            #expect(error?.message.contains(message) == true, "\(error?.message ?? "")")
        }
        let bytes = idx([2, 2, 3], content)
        let images = try folder.write("images", gzip(Array(bytes[..<20])) + gzip(Array(bytes[20...])))
        #expect(try ImageSet(images: images, labels: labels).pixels == content)
    }

    @Test func `CSV has its label first, or where the header says`() throws {
        let folder = try ImageFolder()
        let plain = try folder.write("train.csv", Array("3,0,1,2,255\n1,4,5,6,7\n".utf8))
        let read = try ImageSet.reading(folder.path, part: .training)
        #expect(read.size == ImageSize(rows: 2, columns: 2))
        #expect(read.pixels == [0, 1, 2, 255, 4, 5, 6, 7])
        #expect(read.labels == [3, 1])
        let named = try folder.write("b.csv.gz", Array("p0,p1,\"Label\",p2\r\n1,2, 9 ,3\r\n\r\n4,5,8,6".utf8))
        let size = ImageSize(rows: 1, columns: 1, channels: 3)
        let other = try ImageSet(csv: named, format: ImageCSVFormat(size: size))
        #expect(other.labels == [9, 8])
        #expect(other.pixels == [1, 2, 3, 4, 5, 6])
        let chosen = try ImageSet(csv: plain, format: ImageCSVFormat(labelColumn: 2))
        #expect(chosen.labels == [1, 5])
    }

    @Test(
        arguments: [
            ("", "holds no image"), ("label,p0\n", "holds no image"), ("5\n", "line 1: a label and pixels"),
            ("1,2\n3,4,5\n", "line 2: found 3 columns; the first line has 2"),
            ("1,2\n3,256\n", "line 2, column 2: found \"256\"; a pixel is a whole number from 0 to 255"),
            ("1,2\n3,-1\n", "line 2, column 2: found \"-1\""), ("1,2\n3,1.5\n", "line 2, column 2: found \"1.5\""),
            ("1,2\n10000,1\n", "line 2, column 1: found \"10000\"; a label is"),
            ("1,2,3\n", "each line has 2 pixels, which make no square"),
            ("1,2\n,1\n", "line 2, column 1: found \"\""), ("1,2\nx,1\n", "line 2, column 1: found \"x\""),
            ("1,99999999999999999999999\n", "line 1, column 2: found \"99999999999999999999\"; a pixel is"),
            ("-1,2\n", "line 1, column 1: found \"-1\"; a label is"),
        ])
    func `CSV that is not images is refused with its place`(text: String, message: String) throws {
        let folder = try ImageFolder()
        let file = try folder.write("a.csv", Array(text.utf8))
        let error = #expect(throws: AttuneError.self) { try ImageSet(csv: file) }
        #expect(error?.message.hasPrefix("\(file): \(message)") == true, "\(error?.message ?? "")")
    }

    @Test func `no bytes bring the readers down`() throws {
        let folder = try ImageFolder()
        let labels = try folder.write("labels", idx([2], [0, 1]))
        let forms = [idx([2, 2, 3], content), gzip(idx([2, 2, 3], content)), Array("1,2,3\n4,5,6\n".utf8)]
        var random = RandomSource(seed: 4)
        for round in 0..<600 {
            var bytes = forms[round % 3]
            for _ in 0...random.below(3) { bytes[random.below(bytes.count)] = UInt8(random.below(256)) }
            if random.below(3) == 0 { bytes.removeLast(random.below(bytes.count)) }
            let file = try folder.write("x", bytes)
            if let images = try? ImageSet(images: file, labels: labels) { #expect(images.pixels.count == 12) }
            if let images = try? ImageSet(csv: file) { #expect(images.count > 0) }
        }
    }

    @Test(.enabled(if: SharedFolder.data.exists, SharedFolder.data.missing))
    func `the real data sets are read`() throws {
        let fashion = try SharedFolder.data.file("fashion-mnist-7k").path
        let training = try ImageSet.reading(fashion, part: .training)
        #expect(training.count == 6000 && training.size == ImageSize(rows: 28, columns: 28))
        #expect((0..<10).allSatisfy { label in training.labels.count { $0 == label } == 600 })
        #expect(try ImageSet.reading(fashion, part: .test).count == 1000)
        let digits = try ImageSet.reading(SharedFolder.data.file("mnist-10k").path, part: .test)
        #expect(digits.classes == 10)
        let small = try ImageSet(csv: SharedFolder.data.file("digits/digits.csv.gz").path)
        #expect(small.count == 1797 && small.size == ImageSize(rows: 8, columns: 8) && small.classes == 10)
    }
}
