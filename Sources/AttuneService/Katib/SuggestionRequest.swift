/// A `GetSuggestionsRequest` of which only the outline was read.
struct SuggestionRequest: Sendable {
    let bytes: [UInt8]
    /// The experiment as it came.
    private(set) var experiment: [UInt8] = []
    /// Where each trial stands in `bytes`.
    private(set) var trials: [Range<Int>] = []
    /// How many suggestions are wanted.
    private(set) var wanted = 0
    /// How many there are with these and all that were given before; 0 where the caller does not count.
    private(set) var total = 0

    /// - Throws: `invalidArgument` where the bytes are no such message.
    init(_ bytes: [UInt8]) throws(ServiceError) {
        self.bytes = bytes
        let result = bytes.withUnsafeBufferPointer { buffer in
            var outline = Outline()
            do throws(ServiceError) {
                try outline.read(buffer)
                return Result<Outline, ServiceError>.success(outline)
            } catch {
                return .failure(error)
            }
        }
        let outline = try result.get()
        for range in outline.experiment { experiment += bytes[range] }
        trials = outline.trials
        wanted = outline.wanted
        total = outline.total
    }

    private struct Outline {
        /// More than one where an encoder sent it in pieces, which are one when joined.
        var experiment: [Range<Int>] = []
        var trials: [Range<Int>] = []
        var wanted = 0
        var total = 0

        mutating func read(_ bytes: UnsafeBufferPointer<UInt8>) throws(ServiceError) {
            var reader = WireReader(bytes, in: 0..<bytes.count)
            while let (field, value) = try reader.next() {
                switch (field, value) {
                case (1, .bytes(let range)): experiment.append(range)
                case (2, .bytes(let range)): trials.append(range)
                case (4, .number(let number)): wanted = Int(Int32(truncatingIfNeeded: number))
                case (5, .number(let number)): total = Int(Int32(truncatingIfNeeded: number))
                default: break
                }
            }
        }
    }

    /// The name of the trial that stands in a range of the bytes; empty where it has none.
    static func name(of range: Range<Int>, in bytes: [UInt8]) throws(ServiceError) -> String {
        try bytes.withUnsafeBufferPointer { buffer in
            Result { () throws(ServiceError) in
                var reader = WireReader(buffer, in: range)
                var name = ""
                while let (field, value) = try reader.next() {
                    guard field == 1, case .bytes(let range) = value else { continue }
                    name = String(decoding: UnsafeBufferPointer(rebasing: buffer[range]), as: UTF8.self)
                }
                return name
            }
        }.get()
    }
}
