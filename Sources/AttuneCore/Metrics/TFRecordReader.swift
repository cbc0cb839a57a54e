/// Cuts a stream of bytes into the records of a TFRecord file that may still be growing.
///
/// A record is its length (8 bytes, little-endian), the masked CRC-32C of those, the data, and the masked CRC-32C of the
/// data. Source: https://www.tensorflow.org/tutorials/load_data/tfrecord#tfrecords_format_details
struct TFRecordReader: Sendable {
    enum Record {
        case data(ArraySlice<UInt8>, offset: Int)
        case damaged(TensorFlowEventError)
    }

    /// Longer records are skipped unread, so that a length cannot make us keep a file in memory. Graphs and images may
    /// be long; a summary with numbers never is.
    static let longest = 16 << 20

    /// True once a length was corrupted: no more records come.
    private(set) var isStopped = false

    private var buffer: [UInt8] = []
    /// Where the next record begins in `buffer`, and in the file.
    private var head = 0
    private var offset = 0
    /// Bytes still to come of a record that is skipped.
    private var unwanted = 0

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard !isStopped else { return }
        let skipped = min(unwanted, bytes.count)
        unwanted -= skipped
        offset += skipped
        buffer.removeFirst(head)
        head = 0
        buffer.append(contentsOf: bytes.dropFirst(skipped))
    }

    /// The next whole record, or nil until more bytes come.
    mutating func next() -> Record? {
        while !isStopped, buffer.count - head >= 12 {
            let header = buffer[head..<head + 8]
            let claimed = header.reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
            guard word(at: head + 8) == CRC32C.masked(header), claimed < UInt64(Int.max) / 2 else { return stop() }
            let length = Int(claimed)
            guard length <= Self.longest else {
                skip(16 + length)
                continue
            }
            return buffer.count - head >= 16 + length ? take(length) : nil
        }
        return nil
    }

    private mutating func take(_ length: Int) -> Record {
        let data = buffer[head + 12..<head + 12 + length]
        let start = offset
        let isIntact = word(at: head + 12 + length) == CRC32C.masked(data)
        head += 16 + length
        offset += 16 + length
        return isIntact ? .data(data, offset: start) : .damaged(.corruptedData(offset: start))
    }

    private mutating func stop() -> Record {
        isStopped = true
        buffer = []
        head = 0
        return .damaged(.corruptedLength(offset: offset))
    }

    private mutating func skip(_ count: Int) {
        let here = min(count, buffer.count - head)
        head += here
        offset += here
        unwanted = count - here
    }

    private func word(at index: Int) -> UInt32 {
        (0..<4).reduce(0) { $0 | UInt32(buffer[index + $1]) << UInt32(8 * $1) }
    }
}
