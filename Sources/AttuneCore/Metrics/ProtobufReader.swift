/// The fields of one protobuf message, in the order they lie on the wire.
///
/// Source: https://protobuf.dev/programming-guides/encoding/
struct ProtobufReader {
    enum Value {
        case varint(UInt64)
        case fixed64(UInt64)
        case fixed32(UInt32)
        /// A string, bytes, a message, or a packed list.
        case bytes(ArraySlice<UInt8>)
    }

    struct Field {
        var number: Int
        var value: Value
    }

    /// The bytes are no message.
    struct Malformed: Error {}

    private var rest: ArraySlice<UInt8>

    init(_ message: ArraySlice<UInt8>) { rest = message }

    /// The next field, or nil at the end. Groups, which proto3 has not, are malformed.
    mutating func next() throws(Malformed) -> Field? {
        guard !rest.isEmpty else { return nil }
        let key = try varint()
        guard let number = Int(exactly: key >> 3), number > 0 else { throw Malformed() }
        return Field(number: number, value: try value(wireType: key & 7))
    }

    private mutating func value(wireType: UInt64) throws(Malformed) -> Value {
        switch wireType {
        case 0: return .varint(try varint())
        case 1: return .fixed64(try fixed(8))
        case 2:
            guard let length = Int(exactly: try varint()), length <= rest.count else { throw Malformed() }
            defer { rest = rest.dropFirst(length) }
            return .bytes(rest.prefix(length))
        case 5: return .fixed32(UInt32(try fixed(4)))
        default: throw Malformed()
        }
    }

    /// Little-endian base 128, at most ten bytes; bits beyond the 64th must be zero.
    private mutating func varint() throws(Malformed) -> UInt64 {
        var result: UInt64 = 0
        for shift in stride(from: UInt64(0), through: 63, by: 7) {
            guard let byte = rest.popFirst() else { throw Malformed() }
            guard shift < 63 || byte <= 1 else { throw Malformed() }
            result |= UInt64(byte & 0x7F) << shift
            if byte < 0x80 { return result }
        }
        throw Malformed()
    }

    private mutating func fixed(_ count: Int) throws(Malformed) -> UInt64 {
        guard rest.count >= count else { throw Malformed() }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count).reversed().reduce(0) { $0 << 8 | UInt64($1) }
    }
}

extension ProtobufReader {
    /// The first element of a list of varints, packed or not; nil if it is empty.
    static func firstVarint(_ value: Value) throws(Malformed) -> UInt64? {
        switch value {
        case .varint(let element): return element
        case .bytes(let packed):
            guard !packed.isEmpty else { return nil }
            var reader = ProtobufReader(packed)
            return try reader.varint()
        case .fixed32, .fixed64: throw Malformed()
        }
    }

    /// The first element of a list of fixed-width numbers of `width` bytes, packed or not; nil if it is empty.
    static func firstFixed(_ value: Value, width: Int) throws(Malformed) -> UInt64? {
        switch value {
        case .fixed64(let element) where width == 8: return element
        case .fixed32(let element) where width == 4: return UInt64(element)
        case .bytes(let packed):
            guard !packed.isEmpty else { return nil }
            var reader = ProtobufReader(packed)
            return try reader.fixed(width)
        case .varint, .fixed32, .fixed64: throw Malformed()
        }
    }
}
