import AttuneTestSupport
import Foundation

/// A folder of a test's own, deleted with this object.
final class ImageFolder {
    let path = FileManager.default.temporaryDirectory.appending(path: "attune-images-\(UUID().uuidString)").path

    init() throws { try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true) }

    deinit { try? FileManager.default.removeItem(atPath: path) }  // What stays is the system's to clear away.

    /// Writes a file, compressed where its name ends in `.gz`, and returns its path.
    @discardableResult
    func write(_ name: String, _ bytes: [UInt8]) throws -> String {
        let file = "\(path)/\(name)"
        try Data(name.hasSuffix(".gz") ? gzip(bytes) : bytes).write(to: URL(filePath: file))
        return file
    }
}

/// An IDX file of bytes whose header says these sizes.
func idx(_ sizes: [UInt32], _ content: [UInt8]) -> [UInt8] {
    [0, 0, 8, UInt8(sizes.count)]
        + sizes.flatMap { size in (0..<4).map { UInt8(truncatingIfNeeded: size >> (24 - 8 * $0)) } }
        + content
}
