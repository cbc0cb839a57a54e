/// What is wrong with an event file, and where: the offset is that of the record, in bytes from the file's start.
public enum TensorFlowEventError: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where the next record begins is not known, so nothing more can be read.
    case corruptedLength(offset: Int)
    /// The record's data fails its checksum; reading goes on behind it.
    case corruptedData(offset: Int)
    /// The checksum holds but the data is no event; reading goes on behind it.
    case malformedEvent(offset: Int)

    public var description: String {
        switch self {
        case .corruptedLength(let offset):
            "byte \(offset): the record's length fails its checksum; the rest is unreadable"
        case .corruptedData(let offset): "byte \(offset): the record's data fails its checksum"
        case .malformedEvent(let offset): "byte \(offset): the record is not an event"
        }
    }
}
