import CZlib
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
