import Foundation
import Testing

@testable import AttuneCore

/// Files as the libraries write them; `Fixtures/TensorFlowEvents/make_events.py` says how.
struct TensorFlowEventReaderTests {
    private static let start = 1_700_000_000.0

    private func fixture(_ directory: String) throws -> Data {
        let folder = try #require(Bundle.module.resourceURL).appending(path: "Fixtures/TensorFlowEvents/\(directory)")
        return try Data(contentsOf: folder.appending(path: "events.out.tfevents.fixture"))
    }

    private func read(_ directory: String, metrics: [String], chunk: Int = .max) throws -> [Observation] {
        var reader = TensorFlowEventReader(metrics: metrics, directory: "/logs/" + directory)
        var rest = try fixture(directory)[...]
        var observations: [Observation] = []
        while !rest.isEmpty {
            observations += reader.feed(rest.prefix(chunk), time: .arrival)
            rest = rest.dropFirst(chunk)
        }
        #expect(reader.errorCount == 0)
        return observations
    }

    @Test(arguments: [1, 7, 64, 1_000, Int.max])
    func `simple values are read, however the file is cut`(chunk: Int) throws {
        let observations = try read("simple/train", metrics: ["loss"], chunk: chunk)
        #expect(observations.steps == [0, 1, 2, 3, 4, 5])
        #expect(observations.prefix(5).map(\.value) == (1...5).map { Double(1 / Float($0)) })
        #expect(observations.last?.value.isNaN == true)
        #expect(observations.map(\.time) == (0...5).map { Date(timeIntervalSince1970: Self.start + Double($0)) })
    }

    @Test func `tensors of one element are read`() throws {
        let observations = try read("tensor/test", metrics: ["test/epoch_accuracy"])
        #expect(observations.values == [0.25, 0.5, 0.75])
        #expect(observations.steps == [0, 1, 2])
    }

    @Test(arguments: [
        "float16", "float32", "float64", "uint8", "int16", "int8", "int32", "int64", "bool", "uint32", "uint64",
    ])
    func `tensors of every number type are read, of any shape with one element`(type: String) throws {
        let observations = try read("tensor/test", metrics: [type, type + "_row"])
        #expect(observations.metrics == [type, type + "_row"])
        #expect(observations.values == [1, 1])
    }

    @Test func `a tensor may be raw memory`() throws {
        #expect(try read("tensor/test", metrics: ["content"]).values == [2.5])
    }

    @Test func `histograms and texts are no numbers`() throws {
        #expect(try read("tensor/test", metrics: ["weights", "note"]).isEmpty)
        #expect(try read("simple/train", metrics: ["weights", "note"]).isEmpty)
    }

    @Test func `a name's leading part is the end of the directory`() throws {
        #expect(try read("simple/train", metrics: ["train/loss"]).count == 6)
        #expect(try read("simple/train", metrics: ["simple/train/loss"]).count == 6)
        #expect(try read("simple/train", metrics: ["test/loss"]).isEmpty)
    }

    @Test func `an equal tag silences those that merely start alike once it is seen`() throws {
        let values = try read("simple/train", metrics: ["accuracy"]).values
        #expect(values == [-1, 0.5, 0.5625, 0.625, 0.6875, 0.75])
        #expect(try read("simple/train", metrics: ["accuracy_"]).values == [-1, -1, -1, -1, -1])
    }

    @Test func `a truncated tail waits for the rest`() throws {
        let file = try fixture("simple/train")
        for cut in stride(from: 0, to: file.count, by: 13) {
            var reader = TensorFlowEventReader(metrics: ["loss"], directory: "")
            let before = reader.feed(file.prefix(cut), time: .arrival)
            let after = reader.feed(file.dropFirst(cut), time: .arrival)
            #expect((before + after).count == 6)
            #expect(reader.firstError == nil)
        }
    }

    @Test func `a flipped bit anywhere is noticed, and never read as a value`() throws {
        let file = try fixture("simple/train")
        let intact = try read("simple/train", metrics: ["loss", "accuracy"]).map { "\($0)" }
        for index in stride(from: 0, to: file.count, by: 5) {
            var damaged = file
            damaged[index] ^= 1 << (index % 8)
            var reader = TensorFlowEventReader(metrics: ["loss", "accuracy"], directory: "/logs/simple/train")
            let observations = reader.feed(damaged, time: .arrival).map { "\($0)" }
            #expect(reader.errorCount == 1)
            // Losing the first `accuracy` lets `accuracy_1` speak once more; everything else only gets fewer.
            #expect(Set(observations).subtracting(intact).allSatisfy { $0.contains("-1.0") })
        }
    }
}

/// Records made by hand, where the libraries write nothing wrong.
struct TFRecordTests {
    private func word(_ value: UInt32) -> [UInt8] { (0..<4).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) } }

    private func header(_ length: UInt64) -> [UInt8] {
        let bytes = (0..<8).map { UInt8(truncatingIfNeeded: length >> (8 * UInt64($0))) }
        return bytes + word(CRC32C.masked(bytes))
    }

    private func record(_ data: [UInt8]) -> [UInt8] {
        header(UInt64(data.count)) + data + word(CRC32C.masked(data))
    }

    /// An event of one `simple_value`, 1.0, for the tag `a`.
    private let event: [UInt8] = [0x10, 5, 0x2A, 10, 0x0A, 8, 0x0A, 1, 0x61, 0x15, 0, 0, 0x80, 0x3F]

    private func reader() -> TensorFlowEventReader { TensorFlowEventReader(metrics: ["a"], directory: "") }

    @Test func `the checksum is CRC-32C`() {
        #expect(CRC32C.checksum("123456789".utf8) == 0xE306_9283)
        #expect(CRC32C.checksum([UInt8](repeating: 0, count: 32)) == 0x8A91_36AA)  // RFC 3720, B.4
        #expect(CRC32C.checksum([UInt8](repeating: 0xFF, count: 32)) == 0x62A8_AB43)
    }

    @Test func `an event without a time has the time it came`() {
        var reader = reader()
        #expect(
            reader.feed(record(event), time: .arrival) == [Observation(metric: "a", value: 1, step: 5, time: .arrival)])
    }

    @Test func `damaged data is named by its offset and the records behind it are read`() {
        var bad = record(event)
        bad[15] ^= 1
        var reader = reader()
        #expect(reader.feed(record(event) + bad + record(event), time: .arrival).count == 2)
        #expect(reader.firstError == .corruptedData(offset: record(event).count))
        #expect(!reader.isStopped)
    }

    @Test func `a damaged length is named by its offset and ends the reading`() {
        var bad = record(event)
        bad[0] ^= 1
        var reader = reader()
        #expect(reader.feed(record(event) + bad + record(event), time: .arrival).count == 1)
        #expect(reader.firstError == .corruptedLength(offset: record(event).count))
        #expect(reader.isStopped)
        #expect(reader.feed(record(event), time: .arrival).isEmpty)
        #expect(reader.errorCount == 1)
    }

    @Test(arguments: [UInt64.max, 1 << 63, UInt64(Int.max)])
    func `a length no file can have is damage even with its checksum right`(length: UInt64) {
        var reader = reader()
        _ = reader.feed(header(length), time: .arrival)
        #expect(reader.firstError == .corruptedLength(offset: 0))
    }

    @Test func `a huge record is skipped unread, and the one behind it is read`() {
        let length = TFRecordReader.longest + 1
        var reader = reader()
        #expect(reader.feed(header(UInt64(length)) + [1, 2, 3], time: .arrival).isEmpty)
        let rest = [UInt8](repeating: 0, count: length - 3 + 4)
        #expect(reader.feed(rest + record(event), time: .arrival).count == 1)
        var bad = record(event)
        bad[15] ^= 1
        _ = reader.feed(bad, time: .arrival)
        #expect(reader.firstError == .corruptedData(offset: 16 + length + record(event).count))
    }

    @Test(
        arguments: [
            [0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF],  // a key that never ends
            [0x10, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x02],  // 65 bits
            [0x2A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x01],  // a length of -1
            [0x2A, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x80, 0x01],  // a length of Int64.min
            [0x2A, 5, 1], [0x09, 1, 2], [0x0D, 1], [0x0B], [0x0C], [0x0E], [0x00, 1], [0x2A, 2, 0x0A, 9],
            [0x2A, 8, 0x0A, 6, 0x42, 4, 0x2A, 2, 0, 0],  // two bytes of float
            [0x2A, 7, 0x0A, 5, 0x42, 3, 0x28, 1, 1],  // a float that is a varint
        ] as [[UInt8]])
    func `what is no event is named, not fatal`(data: [UInt8]) {
        var reader = reader()
        #expect(reader.feed(record(data) + record(event), time: .arrival).count == 1)
        #expect(reader.firstError == .malformedEvent(offset: 0))
    }

    /// A dimension of 2^62, or of -1; varints of nine and ten bytes.
    private static let wide: [UInt8] = [0x12, 10, 0x08] + [UInt8](repeating: 0x80, count: 8) + [0x40]
    private static let negative: [UInt8] = [0x12, 11, 0x08] + [UInt8](repeating: 0xFF, count: 9) + [0x01]
    private static let one: [UInt8] = [0x2A, 4, 0, 0, 0x80, 0x3F]

    @Test(
        arguments: [
            [0x08, 1],  // no value
            [0x08, 1, 0x12, 2, 0x18, 1] + one,  // unknown rank
            [0x12, 13] + negative + one,
            [0x12, 36] + wide + wide + wide + one,  // 2^186 elements
            [0x12, 4, 0x12, 2, 0x08, 2] + one,  // two elements
            [0x12, 2, 0x12, 0] + one,  // none
            [0x08, 1, 0x22, 3, 0, 0, 0],  // three bytes of float
            [0x08, 7, 0x22, 4, 0, 0, 0, 0],  // a string
        ] as [[UInt8]])
    func `a tensor that is not one number has no value`(message: [UInt8]) throws {
        #expect(try TensorFlowTensor(message[...]).scalar == nil)
    }

    @Test func `a tensor without a shape is one number`() throws {
        #expect(try TensorFlowTensor(Self.one[...]).scalar == 1)
    }

    /// Type, then -1 (or the largest unsigned number) as raw memory.
    @Test(
        arguments: [
            (1, [0, 0, 0x80, 0xBF], -1), (2, [0, 0, 0, 0, 0, 0, 0xF0, 0xBF], -1), (14, [0x80, 0xBF], -1),
            (19, [0x00, 0xBC], -1), (3, [0xFF, 0xFF, 0xFF, 0xFF], -1), (5, [0xFF, 0xFF], -1), (6, [0xFF], -1),
            (9, [UInt8](repeating: 0xFF, count: 8), -1), (4, [0xFF], 255), (17, [0xFF, 0xFF], 65_535),
            (22, [0xFF, 0xFF, 0xFF, 0xFF], 4_294_967_295), (10, [1], 1),
        ] as [(UInt8, [UInt8], Double)])
    func `raw memory is read by its type`(type: UInt8, memory: [UInt8], value: Double) throws {
        let message = [0x08, type, 0x22, UInt8(memory.count)] + memory
        #expect(try TensorFlowTensor(message[...]).scalar == value)
    }

    @Test func `the two kinds of half are told apart`() throws {
        #expect(try TensorFlowTensor([0x08, 14, 0x6A, 2, 0x80, 0x7F][...]).scalar == 1)  // bfloat16
        #expect(try TensorFlowTensor([0x08, 19, 0x6A, 2, 0x80, 0x78][...]).scalar == 1)  // IEEE
    }

    @Test func `a negative step is kept`() {
        var reader = reader()
        let minusOne: [UInt8] = [0x10] + [UInt8](repeating: 0xFF, count: 9) + [0x01]
        #expect(reader.feed(record(minusOne + event.dropFirst(2)), time: .arrival).steps == [-1])
    }
}

struct TensorFlowTagMatcherTests {
    private func select(_ tags: String..., metric: String, directory: String) -> [Double] {
        var matcher = TensorFlowTagMatcher(metrics: [metric], directory: directory)
        let scalars = tags.enumerated().map { TensorFlowEvent.Scalar(tag: $1, value: Double($0)) }
        return matcher.select(scalars).map(\.value)
    }

    @Test func `within one event the equal tag wins, wherever it stands`() {
        #expect(select("accuracy_1", "accuracy", metric: "accuracy", directory: "/a") == [1])
        #expect(select("accuracy_1", "accuracy_2", metric: "accuracy", directory: "/a") == [0, 1])
    }

    @Test func `a tag that is the whole name with its slash matches anywhere`() {
        #expect(select("train/loss", "test/loss", metric: "train/loss", directory: "/logs") == [0])
        #expect(select("loss", "train/loss", metric: "train/loss", directory: "/logs/train/") == [1])
    }

    @Test func `a name that ends with a slash matches only itself`() {
        #expect(select("loss", "train/", metric: "train/", directory: "/logs/train") == [1])
    }
}
