import AttuneCore

/// Columns of numbers from a file of comma-separated values with one line of names, without quotes.
struct CSVTable: Sendable {
    let file: DataFile
    let rowCount: Int
    private let columns: [String: [Double]]

    /// The names in a line of them.
    static func names(in line: String) -> [String] {
        line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }

    /// Reads some columns and skips the others, whatever stands there.
    ///
    /// - Parameter wanted: names that the first line has.
    /// - Throws: `AttuneError` naming file and line: a line of another length, a cell that is no number.
    /// - Complexity: O(bytes); about 150 MB a second.
    init(_ file: DataFile, columns wanted: [String]) throws(AttuneError) {
        self.file = file
        let bytes = try file.contents()
        var scanner = CSVScanner(file: file)
        try bytes.withUnsafeBufferPointer { buffer throws(AttuneError) in try scanner.scan(buffer, wanted: wanted) }
        columns = Dictionary(uniqueKeysWithValues: zip(wanted, scanner.columns))
        rowCount = scanner.rowCount
    }

    /// A column that was read, `[rowCount]`; not a number where a cell is empty.
    subscript(name: String) -> [Double] {
        guard let column = columns[name] else { preconditionFailure("column \(name) was not read") }
        return column
    }

    /// The line of the file on which a row stands.
    func line(ofRow row: Int) -> Int { row + 2 }
}

/// Takes a table apart into columns, byte by byte.
private struct CSVScanner {
    let file: DataFile
    var columns: [[Double]] = []
    var rowCount = 0
    private var names: [String] = []
    /// For each name its position in `columns`, or nil where it is skipped.
    private var places: [Int?] = []

    init(file: DataFile) { self.file = file }

    mutating func scan(_ bytes: UnsafeBufferPointer<UInt8>, wanted: [String]) throws(AttuneError) {
        var start = 0
        while start < bytes.count {
            let newline = bytes[start...].firstIndex(of: UInt8(ascii: "\n")) ?? bytes.count
            let hasReturn = newline > start && bytes[newline - 1] == UInt8(ascii: "\r")
            let line = bytes[start..<(hasReturn ? newline - 1 : newline)]
            if names.isEmpty {
                try readNames(line, wanted: wanted)
            } else if !line.isEmpty {
                try readRow(line)
            } else if newline < bytes.count - 1 {
                throw file.problem(line: rowCount + 2, "is empty; only the end of the file may be")
            }
            start = newline + 1
        }
        guard rowCount > 0 else { throw file.problem("has no rows") }
    }

    private mutating func readNames(
        _ line: Slice<UnsafeBufferPointer<UInt8>>, wanted: [String]
    ) throws(AttuneError) {
        names = CSVTable.names(in: String(decoding: line, as: UTF8.self))
        for name in wanted where !names.contains(name) {
            throw file.problem(line: 1, "found no column \(name) among \(names.joined(separator: ", "))")
        }
        if let twice = names.first(where: { name in names.count { $0 == name } > 1 }) {
            throw file.problem(line: 1, "found two columns \(twice); names must be unique")
        }
        places = names.map { wanted.firstIndex(of: $0) }
        columns = wanted.map { _ in [] }
    }

    private mutating func readRow(_ line: Slice<UnsafeBufferPointer<UInt8>>) throws(AttuneError) {
        var start = line.startIndex
        for position in names.indices {
            let isLast = position == names.count - 1
            let comma = line[start...].firstIndex(of: UInt8(ascii: ","))
            guard isLast == (comma == nil) else {
                let count = line.count { $0 == UInt8(ascii: ",") } + 1
                throw file.problem(line: rowCount + 2, "found \(count) cells; the first line names \(names.count)")
            }
            let end = comma ?? line.endIndex
            if let place = places[position] { columns[place].append(try number(line[start..<end], named: position)) }
            start = end + 1
        }
        rowCount += 1
    }

    private func number(
        _ cell: Slice<UnsafeBufferPointer<UInt8>>, named position: Int
    ) throws(AttuneError) -> Double {
        if cell.isEmpty { return .nan }
        guard let number = DecimalNumber.read(cell) else {
            let text = String(decoding: cell, as: UTF8.self)
            throw file.problem(line: rowCount + 2, "\(names[position]): found \"\(text)\"; give a number or nothing")
        }
        return number
    }
}
