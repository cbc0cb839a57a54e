import AttuneTestSupport
import Foundation

@testable import AttuneTables

/// A data folder of a test's own, deleted with this object.
final class TemporaryFolder {
    let url = FileManager.default.temporaryDirectory.appending(
        path: "attune-tables-\(UUID().uuidString)", directoryHint: .isDirectory)

    var data: DataFolder { DataFolder(url) }

    /// - Parameter files: path to text; compressed where the path ends in `.gz`.
    init(_ files: KeyValuePairs<String, String> = [:]) throws {
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
        for (path, text) in files { try write(path, Array(text.utf8)) }
    }

    deinit { try? FileManager.default.removeItem(at: url) }  // What stays is the system's to clear away.

    @discardableResult
    func write(_ path: String, _ bytes: [UInt8]) throws -> DataFile {
        let file = url.appending(path: path)
        try FileManager.default.createDirectory(at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(path.hasSuffix(".gz") ? gzip(bytes) : bytes).write(to: file)
        return DataFile(url: file)
    }
}

extension DataFile {
    func rename(to other: DataFile) throws { try FileManager.default.moveItem(at: url, to: other.url) }
}
