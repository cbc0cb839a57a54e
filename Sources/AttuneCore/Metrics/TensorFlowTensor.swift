/// The one number in a tensor, as far as `TensorProto` is read here: shape, type, and the first element.
///
/// Source: tensorflow/core/framework/tensor.proto, types.proto.
struct TensorFlowTensor {
    /// The number of elements by the shape; -1 where the shape does not say.
    private var count = 1
    private var type: UInt64 = 0
    private var element: Double?
    private var content: ArraySlice<UInt8> = []

    /// The tensor's value if it has exactly one element and that is a number.
    var scalar: Double? { count == 1 ? element ?? contentElement : nil }

    init(_ message: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) {
        var fields = ProtobufReader(message)
        // Half values are known by the type, which is written before them.
        while let field = try fields.next() { try read(field) }
    }

    private mutating func read(_ field: ProtobufReader.Field) throws(ProtobufReader.Malformed) {
        switch (field.number, field.value) {
        case (1, .varint(let type)): self.type = type
        case (2, .bytes(let shape)): count = try Self.count(shape)
        case (4, .bytes(let bytes)): content = bytes
        case (5, let list): set(try ProtobufReader.firstFixed(list, width: 4)) { Double(Float(bitPattern: UInt32($0))) }
        case (6, let list): set(try ProtobufReader.firstFixed(list, width: 8)) { Double(bitPattern: $0) }
        case (7, let list), (10, let list), (11, let list):
            set(try ProtobufReader.firstVarint(list)) { Double(Int64(bitPattern: $0)) }
        case (13, let list):
            let type = type
            set(try ProtobufReader.firstVarint(list)) { Self.half(UInt16(truncatingIfNeeded: $0), type: type) }
        case (16, let list), (17, let list): set(try ProtobufReader.firstVarint(list)) { Double($0) }
        default: break
        }
    }

    /// Keeps the first element that comes.
    private mutating func set(_ bits: UInt64?, _ number: (UInt64) -> Double) {
        element = element ?? bits.map(number)
    }

    /// The element as raw little-endian memory, `tensor_content`.
    private var contentElement: Double? {
        guard let width = Self.width(type), content.count == width else { return nil }
        let bits = content.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return switch type {
        case 1: Double(Float(bitPattern: UInt32(bits)))
        case 2: Double(bitPattern: bits)
        case 3: Double(Int32(truncatingIfNeeded: bits))
        case 5: Double(Int16(truncatingIfNeeded: bits))
        case 6: Double(Int8(truncatingIfNeeded: bits))
        case 9: Double(Int64(bitPattern: bits))
        case 14, 19: Self.half(UInt16(bits), type: type)
        default: Double(bits)
        }
    }

    /// Bytes of an element of a `DataType`: float, double, int32, uint8, int16, int8, int64, bool, bfloat16, uint16,
    /// half, uint32, uint64.
    private static func width(_ type: UInt64) -> Int? {
        switch type {
        case 4, 6, 10: 1
        case 5, 14, 17, 19: 2
        case 1, 3, 22: 4
        case 2, 9, 23: 8
        default: nil
        }
    }

    private static func half(_ bits: UInt16, type: UInt64) -> Double {
        let isBrain = type == 14
        return isBrain ? Double(Float(bitPattern: UInt32(bits) << 16)) : Double(Float16(bitPattern: bits))
    }

    /// The product of the dimensions, or -1 when one is unknown or it does not fit.
    private static func count(_ shape: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) -> Int {
        var fields = ProtobufReader(shape)
        var count = 1
        while let field = try fields.next() {
            switch (field.number, field.value) {
            case (2, .bytes(let dimension)):
                let (product, overflow) = count.multipliedReportingOverflow(by: try size(dimension))
                count = overflow || product < 0 ? -1 : product
                if count < 0 { return -1 }
            case (3, .varint(let isUnknown)) where isUnknown != 0: return -1
            default: break
            }
        }
        return count
    }

    private static func size(_ dimension: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) -> Int {
        var fields = ProtobufReader(dimension)
        var size = 0
        while let field = try fields.next() {
            if case (1, .varint(let bits)) = (field.number, field.value) { size = Int(Int64(bitPattern: bits)) }
        }
        return size
    }
}
