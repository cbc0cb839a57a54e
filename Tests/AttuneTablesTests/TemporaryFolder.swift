import CZlib
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

/// What `Gzip.inflate` undoes.
func gzip(_ bytes: [UInt8]) -> [UInt8] {
    var input = bytes
    let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
    stream.initialize(to: z_stream())
    defer { stream.deallocate() }
    deflateInit2_(
        stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
    defer { deflateEnd(stream) }
    let bound = Int(deflateBound(stream, uLong(bytes.count)))
    return input.withUnsafeMutableBufferPointer { source in
        [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            stream.pointee.next_in = source.baseAddress
            stream.pointee.avail_in = UInt32(source.count)
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(bound)
            deflate(stream, Z_FINISH)
            count = bound - Int(stream.pointee.avail_out)
        }
    }
}

extension DataFile {
    func rename(to other: DataFile) throws { try FileManager.default.moveItem(at: url, to: other.url) }
}
