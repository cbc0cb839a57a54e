import AttuneCore
import Foundation

/// What a search or a training leaves behind to go on from: a line that says what it is, a line of JSON, 32-bit numbers, low
/// byte first, and the checksum (CRC-32C) of all that as one more.
struct CheckpointFile {
    var header: JSON
    var numbers: [Float]

    init(header: JSON, numbers: [Float]) {
        self.header = header
        self.numbers = numbers
    }

    /// Writes it so that the file is there whole or not at all.
    ///
    /// - Throws: `AttuneError` where it cannot be written.
    func write(_ title: String, to path: String) throws(AttuneError) {
        var data = Data("\(title)\n\(header.description)\n".utf8)
        for number in numbers { withUnsafeBytes(of: number.bitPattern.littleEndian) { data.append(contentsOf: $0) } }
        withUnsafeBytes(of: CRC32C.checksum(data).littleEndian) { data.append(contentsOf: $0) }
        do {
            try data.write(to: URL(filePath: path), options: .atomic)
        } catch {
            throw AttuneError("\(path): the checkpoint cannot be written; does its folder exist, and is there room?")
        }
    }

    /// - Throws: `AttuneError` where it cannot be read, or is something else.
    init(reading path: String, _ title: String) throws(AttuneError) {
        guard let data = try? Data(contentsOf: URL(filePath: path)) else {
            throw AttuneError("\(path): the checkpoint cannot be read")
        }
        let lines = data.split(separator: UInt8(ascii: "\n"), maxSplits: 2, omittingEmptySubsequences: false)
        guard lines.count == 3, String(decoding: lines[0], as: UTF8.self) == title,
            let header = try? JSON(parsing: String(decoding: lines[1], as: UTF8.self))
        else {
            throw AttuneError("\(path): is no checkpoint of this kind; remove it to begin anew, or name another folder")
        }
        let bytes = Array(lines[2])
        let words = stride(from: 0, to: bytes.count - 3, by: 4).map { place in
            (0..<4).reduce(UInt32(0)) { $0 | UInt32(bytes[place + $1]) << (8 * UInt32($1)) }
        }
        guard bytes.count % 4 == 0, words.last == CRC32C.checksum(data.dropLast(4)) else {
            throw CheckpointFile.spoilt(path)
        }
        self.header = header
        numbers = words.dropLast().map { Float(bitPattern: $0) }
    }

    static func spoilt(_ path: String) -> AttuneError {
        AttuneError("\(path): the checkpoint is spoilt; remove it to begin anew")
    }
}

/// What a search or a training was begun with, name by name: those that agree in all of it come to the same.
struct CheckpointOrigin {
    private let fields: [(name: String, value: String)]

    /// - Parameter settings: a structure; its fields are told apart by their names.
    init(_ settings: some Any, _ images: ImageSet, more: [(name: String, value: String)] = []) {
        let (pixels, labels) = (CRC32C.checksum(images.pixels), CRC32C.checksum("\(images.labels)".utf8))
        let content = (name: "images", value: "\(images.count) \(images.size) \(pixels) \(labels)")
        fields = Mirror(reflecting: settings).children.map { ($0.label ?? "", "\($0.value)") } + [content] + more
    }

    var json: JSON { .object(JSON.Fields(fields.map { ($0.name, .string($0.value)) })) }

    /// - Throws: `AttuneError` naming what is not as in a checkpoint of another origin.
    func check(against header: JSON?, _ path: String) throws(AttuneError) {
        let other = fields.filter { header?[$0.name]?.string != $0.value }.map(\.name)
        guard !other.isEmpty else { return }
        throw AttuneError(
            "\(path): was begun with other settings (\(other.joined(separator: ", "))); use those again, or remove it to begin anew"
        )
    }
}

extension BatchOutcome {
    var json: JSON { ["loss": .number(loss), "correct": .number(correct), "images": .number(images)] }

    init?(json: JSON?) {
        guard let loss = json?["loss"]?.double, let correct = json?["correct"]?.double,
            let images = json?["images"]?.double
        else { return nil }
        self.init(loss: loss, correct: Int(correct), images: Int(images))
    }
}
