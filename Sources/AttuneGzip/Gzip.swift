import AttuneCore
import CZlib

/// Decompression of gzip (RFC 1952) by zlib.
public enum Gzip {
    private static let chunk = 1 << 16
    /// The largest window, and 16 more for a gzip header and its checksum instead of zlib's own.
    private static let windowBits: Int32 = 15 + 16

    /// What was compressed, all members of it one after another; memory grows with what is there, not with what a header
    /// claims.
    ///
    /// - Parameters:
    ///   - compressed: a gzip file, or its beginning, below 4 GiB.
    ///   - most: where to end, in bytes; what is damaged behind it is not seen.
    ///   - isWhole: whether an end before the checksum is an error; else what could be decompressed is given.
    /// - Throws: what is wrong, without the file's name.
    public static func inflate(
        _ compressed: [UInt8], upTo most: Int = .max, isWhole: Bool = true
    ) throws(AttuneError) -> [UInt8] {
        guard let length = UInt32(exactly: compressed.count) else {
            throw AttuneError("more than 4 GiB, compressed; give it uncompressed")
        }
        // zlib remembers where its state lies, so it must not move.
        let stream = UnsafeMutablePointer<z_stream>.allocate(capacity: 1)
        stream.initialize(to: z_stream())
        defer { stream.deallocate() }
        guard inflateInit2_(stream, windowBits, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw AttuneError("zlib cannot start; is there memory left?")
        }
        defer { inflateEnd(stream) }
        return try compressed.withUnsafeBufferPointer { source throws(AttuneError) in
            // zlib's pointer to its input is not const, but the input is only read.
            stream.pointee.next_in = source.baseAddress.map { UnsafeMutablePointer(mutating: $0) }
            stream.pointee.avail_in = length
            return try members(of: stream, upTo: most, isWhole: isWhole)
        }
    }

    private static func members(
        of stream: UnsafeMutablePointer<z_stream>, upTo most: Int, isWhole: Bool
    ) throws(AttuneError) -> [UInt8] {
        var output: [UInt8] = []
        output.reserveCapacity(min(most, 4 * Int(stream.pointee.avail_in)))
        while output.count < most {
            switch fill(&output, from: stream, upTo: most) {
            case Z_OK: continue
            case Z_STREAM_END:
                guard startsMember(stream) else { return output }
                inflateReset(stream)
            case Z_BUF_ERROR:
                guard isWhole else { return output }
                throw AttuneError("ends in the middle of its compressed data; fetch it again")
            default:
                let reason = stream.pointee.msg.map { String(cString: $0) } ?? "damaged"
                throw AttuneError("is not intact gzip (\(reason)); fetch it again")
            }
        }
        return output
    }

    /// Appends what one call of zlib gives, and returns its status.
    private static func fill(
        _ output: inout [UInt8], from stream: UnsafeMutablePointer<z_stream>, upTo most: Int
    ) -> Int32 {
        var status = Z_OK
        let space = min(chunk, most - output.count)
        let piece = [UInt8](unsafeUninitializedCapacity: space) { buffer, count in
            stream.pointee.next_out = buffer.baseAddress
            stream.pointee.avail_out = UInt32(space)
            status = CZlib.inflate(stream, Z_NO_FLUSH)
            count = space - Int(stream.pointee.avail_out)
        }
        output += piece
        return status
    }

    /// Whether another member follows; anything else, such as padding by zeros, is left alone.
    private static func startsMember(_ stream: UnsafeMutablePointer<z_stream>) -> Bool {
        guard stream.pointee.avail_in >= 2, let next = stream.pointee.next_in else { return false }
        return next[0] == 0x1f && next[1] == 0x8b
    }
}
