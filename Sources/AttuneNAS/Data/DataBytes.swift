import AttuneCore
import AttuneGzip
import Foundation

/// A file whole, and decompressed where it is gzip.
struct DataBytes {
    /// The most that is read from one file, decompressed, unless its header asks for less.
    static let most = 1 << 30

    let path: String
    private let stored: [UInt8]

    init(path: String) throws(AttuneError) {
        self.path = path
        do {
            stored = Array(try Data(contentsOf: URL(filePath: path), options: .mappedIfSafe))
        } catch {
            throw AttuneError("\(path): no such file, or not readable")
        }
    }

    private var isCompressed: Bool { stored.starts(with: [0x1F, 0x8B]) }

    /// The first bytes of the content, or all where there are fewer.
    func prefix(_ count: Int) throws(AttuneError) -> [UInt8] {
        guard isCompressed else { return Array(stored.prefix(count)) }
        do {
            return try Gzip.inflate(stored, upTo: count)
        } catch {
            throw AttuneError("\(path): \(error.message)")
        }
    }
}
