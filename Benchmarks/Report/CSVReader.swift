import AttuneCore

/// Reads comma-separated values byte by byte: a header, then rows of as many fields, fields quoted where they need it.
///
/// A quoted field may hold commas, doubled quotes and line breaks. Blank lines are passed over.
struct CSVReader {
    private let bytes: [UInt8]
    private var position = 0
    private let file: String
    /// The line, from 1, on which the row last read began.
    private(set) var line = 0
    private var nextLine = 1
    /// The fields of the row last read.
    private(set) var fields: [Field] = []

    /// - Parameter file: the name that errors give.
    init(_ bytes: [UInt8], file: String) {
        self.bytes = bytes
        self.file = file
        let byteOrderMark: [UInt8] = [0xEF, 0xBB, 0xBF]
        if bytes.starts(with: byteOrderMark) { position = byteOrderMark.count }
    }

    /// Where a field stands in the bytes, without its quotes.
    struct Field {
        var range: Range<Int>
        /// It holds doubled quotes, to be read as single ones.
        var hasDoubledQuotes = false
    }

    /// What is wrong on the line of the current row.
    func error(_ message: String) -> AttuneError { AttuneError("\(file):\(line): \(message)") }

    /// Reads the next row into `fields`; false at the end.
    mutating func next() throws(AttuneError) -> Bool {
        skipBlankLines()
        guard position < bytes.count else { return false }
        line = nextLine
        fields.removeAll(keepingCapacity: true)
        repeat { fields.append(try readField()) } while takeComma()
        endLine()
        return true
    }

    /// A field's text.
    func text(_ index: Int) -> String {
        let text = String(decoding: bytes[fields[index].range], as: UTF8.self)
        return fields[index].hasDoubledQuotes ? text.replacing("\"\"", with: "\"") : text
    }

    /// A field is spelled exactly as `other`, the bytes of an earlier field.
    func field(_ index: Int, equals other: ArraySlice<UInt8>) -> Bool {
        bytes[fields[index].range].elementsEqual(other)
    }

    /// A field's bytes, for comparing.
    func spelling(_ index: Int) -> ArraySlice<UInt8> { bytes[fields[index].range] }

    private mutating func skipBlankLines() {
        while position < bytes.count, bytes[position] == UInt8(ascii: "\n") || bytes[position] == UInt8(ascii: "\r") {
            if bytes[position] == UInt8(ascii: "\n") { nextLine += 1 }
            position += 1
        }
    }

    private mutating func readField() throws(AttuneError) -> Field {
        if position < bytes.count, bytes[position] == UInt8(ascii: "\"") { return try readQuotedField() }
        let start = position
        while position < bytes.count, !isEnd(bytes[position]) {
            if bytes[position] == UInt8(ascii: "\"") {
                throw error("found a quote inside a field; quote the whole field")
            }
            position += 1
        }
        return Field(range: start..<position)
    }

    private mutating func readQuotedField() throws(AttuneError) -> Field {
        position += 1
        var field = Field(range: position..<position)
        while position < bytes.count {
            if bytes[position] == UInt8(ascii: "\n") { nextLine += 1 }
            if bytes[position] == UInt8(ascii: "\"") {
                let isDoubled = position + 1 < bytes.count && bytes[position + 1] == UInt8(ascii: "\"")
                guard isDoubled else { return try close(field) }
                field.hasDoubledQuotes = true
                position += 1
            }
            position += 1
        }
        throw error("a quoted field does not end; close it with a quote")
    }

    /// Ends a quoted field at its closing quote.
    private mutating func close(_ field: Field) throws(AttuneError) -> Field {
        var closed = field
        closed.range = field.range.lowerBound..<position
        position += 1
        guard position == bytes.count || isEnd(bytes[position]) else {
            throw error("found text after a quoted field; a comma or the end of the line belongs there")
        }
        return closed
    }

    private func isEnd(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: ",") || byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r")
    }

    private mutating func takeComma() -> Bool {
        guard position < bytes.count, bytes[position] == UInt8(ascii: ",") else { return false }
        position += 1
        return true
    }

    private mutating func endLine() {
        if position < bytes.count, bytes[position] == UInt8(ascii: "\r") { position += 1 }
        if position < bytes.count, bytes[position] == UInt8(ascii: "\n") {
            position += 1
            nextLine += 1
        }
    }
}

extension CSVReader {
    /// Reads the header and says in which column each of `names` stands.
    mutating func columns(_ names: [String]) throws(AttuneError) -> [Int] {
        let wanted = names.joined(separator: ",")
        guard try next() else { throw AttuneError("\(file):1: the file is empty; its first line is \(wanted)") }
        let found = fields.indices.map(text)
        var columns: [Int] = []
        for name in names {
            guard let column = found.firstIndex(of: name) else {
                throw error("the column \(name) is missing; the first line is \(wanted)")
            }
            columns.append(column)
        }
        return columns
    }

    /// A field as a number; `nan`, `inf` and `-inf` count as such.
    func number(_ index: Int, _ name: String) throws(AttuneError) -> Double {
        let text = text(index)
        guard let number = Double(text) else { throw error("\(name): found \"\(text)\"; use a number") }
        return number
    }

    /// A field as a whole number.
    func integer(_ index: Int, _ name: String) throws(AttuneError) -> Int {
        let text = text(index)
        guard let number = Int(text) else { throw error("\(name): found \"\(text)\"; use a whole number") }
        return number
    }
}
