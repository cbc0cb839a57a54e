/// Reads the fields of one message of protobuf's wire format, without making anything of them.
///
/// Nearly every trial of a request was in the request before. What is to be compared with that needs no decoding.
struct WireReader {
    enum Value {
        case number(UInt64)
        /// Where the bytes of a string or of a message stand.
        case bytes(Range<Int>)
        /// A fixed32 or a fixed64, which no message that is read so has.
        case fixed
    }

    private let bytes: UnsafeBufferPointer<UInt8>
    private var position: Int
    private let end: Int

    init(_ bytes: UnsafeBufferPointer<UInt8>, in range: Range<Int>) {
        self.bytes = bytes
        position = range.lowerBound
        end = range.upperBound
    }

    /// The next field; nil at the end.
    ///
    /// - Throws: `invalidArgument` where the bytes are no message.
    mutating func next() throws(ServiceError) -> (field: Int, value: Value)? {
        guard position < end else { return nil }
        let tag = try number()
        let field = Int(truncatingIfNeeded: tag >> 3)
        guard field > 0, tag <= UInt64(UInt32.max) else { throw WireReader.malformed }
        switch tag & 7 {
        case 0: return (field, .number(try number()))
        case 1: return (field, try skip(8))
        case 2:
            let count = try number()
            guard count <= UInt64(end - position) else { throw WireReader.malformed }
            let start = position
            position += Int(count)
            return (field, .bytes(start..<position))
        case 5: return (field, try skip(4))
        default: throw WireReader.malformed
        }
    }

    private mutating func skip(_ count: Int) throws(ServiceError) -> Value {
        guard count <= end - position else { throw WireReader.malformed }
        position += count
        return .fixed
    }

    private mutating func number() throws(ServiceError) -> UInt64 {
        var number: UInt64 = 0
        for shift in stride(from: UInt64(0), to: 70, by: 7) {
            guard position < end else { break }
            let byte = bytes[position]
            position += 1
            number |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return number }
        }
        throw WireReader.malformed
    }

    static let malformed = ServiceError(.invalidArgument, "the request is no message of this method: it is malformed")
}
