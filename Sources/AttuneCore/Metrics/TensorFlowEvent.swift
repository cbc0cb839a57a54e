/// One record of a TensorBoard event file, as far as scalars need it.
///
/// Source: tensorflow/core/util/event.proto, tensorflow/core/framework/summary.proto.
struct TensorFlowEvent {
    struct Scalar: Equatable {
        var tag: String
        var value: Double
    }

    /// Seconds since 1970; 0 if not written.
    var wallTime = 0.0
    var step = 0
    /// The summary's numbers, from `simple_value` or from a tensor of one element.
    var scalars: [Scalar] = []

    init(_ message: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) {
        var fields = ProtobufReader(message)
        while let field = try fields.next() {
            switch (field.number, field.value) {
            case (1, .fixed64(let bits)): wallTime = Double(bitPattern: bits)
            case (2, .varint(let bits)): step = Int(Int64(bitPattern: bits))
            case (5, .bytes(let summary)): try readSummary(summary)
            default: break
            }
        }
    }

    private mutating func readSummary(_ message: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) {
        var fields = ProtobufReader(message)
        while let field = try fields.next() {
            guard case (1, .bytes(let value)) = (field.number, field.value) else { continue }
            if let scalar = try Self.scalar(value) { scalars.append(scalar) }
        }
    }

    private static func scalar(_ message: ArraySlice<UInt8>) throws(ProtobufReader.Malformed) -> Scalar? {
        var fields = ProtobufReader(message)
        var tag = ""
        var value: Double?
        while let field = try fields.next() {
            switch (field.number, field.value) {
            case (1, .bytes(let name)): tag = String(decoding: name, as: UTF8.self)
            case (2, .fixed32(let bits)): value = Double(Float(bitPattern: bits))
            case (8, .bytes(let tensor)): value = try TensorFlowTensor(tensor).scalar
            default: break
            }
        }
        return value.map { Scalar(tag: tag, value: $0) }
    }
}
