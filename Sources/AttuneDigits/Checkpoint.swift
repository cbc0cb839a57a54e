import AttuneCore
import Foundation

/// A training between two epochs: all that going on needs beside the settings.
///
/// Its weights go on under any learning rate, momentum, weight decay, dropout, schedule, batch size and seed. The random
/// numbers of an epoch belong to the seed and the epoch, so nothing of them is kept.
struct Checkpoint: Sendable, Equatable {
    /// Epochs trained.
    let epoch: Int
    let shape: Shape
    /// As `Network.parameters`.
    let parameters: [Float]
    /// As `Optimizer.memory`.
    let memory: [Float]

    /// What must be the same for the numbers to mean anything.
    struct Shape: Sendable, Equatable, Codable {
        /// Units of each layer from the inputs to the logits.
        let widths: [Int]
        let activation: Activation
        let optimizer: OptimizerKind
    }
}

/// Why a training cannot go on from a checkpoint.
enum CheckpointError: Error, Equatable {
    case notACheckpoint
    case damaged
    case otherShape(Checkpoint.Shape)
}

extension Checkpoint {
    private static let title = "attune-digits checkpoint 1\n"

    /// The second line of a file.
    private struct Header: Codable {
        let epoch: Int
        let shape: Shape
        let parameters: Int
        let memory: Int
    }

    /// A title, a line of JSON, the numbers in single precision, and the CRC-32C of all that; little-endian.
    func encoded() throws -> Data {
        let header = Header(epoch: epoch, shape: shape, parameters: parameters.count, memory: memory.count)
        let encoder = JSONEncoder()
        encoder.outputFormatting = .sortedKeys
        var data = try Data(Self.title.utf8) + encoder.encode(header) + Data("\n".utf8)
        for number in parameters + memory { data.append(littleEndian: number.bitPattern) }
        data.append(littleEndian: CRC32C.checksum(data))
        return data
    }

    /// - Throws: `CheckpointError.notACheckpoint` where another program wrote it, `.damaged` where it is not whole.
    init(decoding data: Data) throws(CheckpointError) {
        guard data.starts(with: Self.title.utf8) else { throw .notACheckpoint }
        let body = data.dropLast(4)
        guard data.count >= Self.title.utf8.count + 4, CRC32C.checksum(body) == data.suffix(4).littleEndianWords.first,
            let end = body.dropFirst(Self.title.utf8.count).firstIndex(of: UInt8(ascii: "\n")),
            let header = try? JSONDecoder().decode(Header.self, from: body[Self.title.utf8.count..<end])
        else { throw .damaged }
        let numbers = body[body.index(after: end)...].littleEndianWords.map(Float.init(bitPattern:))
        guard header.parameters >= 0, numbers.count == header.parameters + header.memory else { throw .damaged }
        epoch = header.epoch
        shape = header.shape
        parameters = Array(numbers.prefix(header.parameters))
        memory = Array(numbers.dropFirst(header.parameters))
    }
}

extension Checkpoint.Shape: CustomStringConvertible {
    var description: String {
        "\(widths.map(String.init).joined(separator: "-")) units, \(activation.rawValue), \(optimizer.rawValue)"
    }
}

extension Data {
    fileprivate mutating func append(littleEndian word: UInt32) {
        for shift in [0, 8, 16, 24] as [UInt32] { append(UInt8(truncatingIfNeeded: word >> shift)) }
    }

    /// The numbers of four bytes each; what is left over is left out.
    fileprivate var littleEndianWords: [UInt32] {
        stride(from: startIndex, through: endIndex - 4, by: 4).map { start in
            (0..<4).reduce(0) { $0 | UInt32(self[start + $1]) << UInt32(8 * $1) }
        }
    }
}
