import AttuneCore

/// Reads `Genotype(normal=[…], normal_concat=…, reduce=[…], reduce_concat=…)`, edges flat or nested node by node.
///
/// The grammar has no recursion, so that no text can exhaust the stack, and ranges are checked before they are spelled
/// out, so that none can exhaust memory.
struct GenotypeParser {
    let bytes: [UInt8]
    var index: Int

    /// The fields of one cell, while they are read; each may come before the other.
    private struct CellParts {
        var nodes: [[CellGraph.Edge]]?
        var concatenated: [Int]?
        /// Where its list of edges begins.
        var place = 0
    }

    mutating func genotype() throws(AttuneError) -> Genotype {
        try expect(word: "Genotype", or: "Genotype(")
        try expect("(")
        var normal = CellParts()
        var reduction = CellParts()
        repeat {
            if peek() == UInt8(ascii: ")") { break }  // A comma after the last field.
            try field(&normal, &reduction)
        } while take(",")
        try expect(")")
        try expectEnd()
        return Genotype(normal: try cell(normal, "normal"), reduction: try cell(reduction, "reduce"))
    }

    private mutating func field(_ normal: inout CellParts, _ reduction: inout CellParts) throws(AttuneError) {
        let start = skippingSpace()
        let name = word()
        switch name {
        case "normal": try edges(into: &normal, name, start)
        case "reduce": try edges(into: &reduction, name, start)
        case "normal_concat": try concatenation(into: &normal, name, start)
        case "reduce_concat": try concatenation(into: &reduction, name, start)
        default: throw problem(at: start, "one of normal, normal_concat, reduce, reduce_concat")
        }
    }

    private mutating func edges(into cell: inout CellParts, _ name: String, _ start: Int) throws(AttuneError) {
        guard cell.nodes == nil else { throw AttuneError("\(place(start)): found \(name) twice; give it once") }
        try expect("=")
        cell.place = skippingSpace()
        cell.nodes = try nodes()
    }

    private mutating func concatenation(into cell: inout CellParts, _ name: String, _ start: Int) throws(AttuneError) {
        guard cell.concatenated == nil else { throw AttuneError("\(place(start)): found \(name) twice; give it once") }
        try expect("=")
        cell.concatenated = try concatenated()
    }

    private func cell(_ parts: CellParts, _ name: String) throws(AttuneError) -> CellGraph {
        guard let nodes = parts.nodes else { throw AttuneError("genotype: \(name)=[…] is missing") }
        let cell =
            parts.concatenated.map { CellGraph(nodes: nodes, concatenated: $0) } ?? CellGraph(nodes: nodes)
        let problem = cell.problem { node, _ in
            "\(place(parts.place)): \(name)\(node.map { ", node \($0 + 2)" } ?? "")"
        }
        if let problem { throw AttuneError(problem) }
        return cell
    }
}

/// Lists.
extension GenotypeParser {
    /// Edges one after another, two to a node, or a list of edges for each node.
    private mutating func nodes() throws(AttuneError) -> [[CellGraph.Edge]] {
        try expect("[")
        if peek() == UInt8(ascii: "[") { return try nested() }
        let start = index
        let flat = try edges(until: "]")
        guard flat.count.isMultiple(of: 2) else {
            throw AttuneError("\(place(start)): found \(flat.count) edges; in a flat list each node has two")
        }
        return stride(from: 0, to: flat.count, by: 2).map { Array(flat[$0..<$0 + 2]) }
    }

    private mutating func nested() throws(AttuneError) -> [[CellGraph.Edge]] {
        var nodes: [[CellGraph.Edge]] = []
        repeat {
            if peek() == UInt8(ascii: "]") { break }
            try expect("[")
            nodes.append(try edges(until: "]"))
        } while take(",")
        try expect("]")
        return nodes
    }

    private mutating func edges(until close: Unicode.Scalar) throws(AttuneError) -> [CellGraph.Edge] {
        var edges: [CellGraph.Edge] = []
        repeat {
            if peek() == UInt8(ascii: close) { break }
            try expect("(")
            let operation = try operation()
            try expect(",")
            edges.append(CellGraph.Edge(operation, from: try number()))
            _ = take(",")  // As Python allows before a closing bracket.
            try expect(")")
        } while take(",")
        try expect(close)
        return edges
    }

    private mutating func operation() throws(AttuneError) -> CellOperation {
        let start = skippingSpace()
        guard let quote = peek(), quote == UInt8(ascii: "'") || quote == UInt8(ascii: "\"") else {
            throw problem(at: start, "an operation in quotes, such as 'sep_conv_3x3'")
        }
        guard let end = bytes[(start + 1)...].prefix(100).firstIndex(of: quote) else {
            throw problem(at: start, "an operation in quotes; its closing quote is missing")
        }
        let name = String(decoding: bytes[start + 1..<end], as: UTF8.self)
        index = end + 1
        guard let operation = CellOperation(name) else {
            throw AttuneError("\(place(start)): \(CellOperation.unknown(name))")
        }
        return operation
    }

    /// `range(2, 6)`, `[2, 3]` or `(2, 3)`.
    private mutating func concatenated() throws(AttuneError) -> [Int] {
        let start = skippingSpace()
        if peek() == UInt8(ascii: "r") { return try range(start) }
        let closes: Unicode.Scalar = peek() == UInt8(ascii: "(") ? ")" : "]"
        guard take("[") || take("(") else { throw problem(at: start, "range(2, 6) or a list such as [2, 3, 4, 5]") }
        var states: [Int] = []
        repeat {
            if peek() == UInt8(ascii: closes) { break }
            states.append(try number())
        } while take(",")
        try expect(closes)
        return states
    }

    private mutating func range(_ start: Int) throws(AttuneError) -> [Int] {
        try expect(word: "range", or: "range(2, 6)")
        try expect("(")
        let first = try number()
        try expect(",")
        let end = try number()
        try expect(")")
        guard first < end, end <= CellGraph.mostNodes + 2 else {
            throw AttuneError(
                """
                \(place(start)): found range(\(first), \(end)); its end is above its beginning and at most \
                \(CellGraph.mostNodes + 2)
                """)
        }
        return Array(first..<end)
    }
}

/// Words, signs and places.
extension GenotypeParser {
    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09...0x0D).contains(byte) }

    /// The next byte that is no space.
    private mutating func peek() -> UInt8? {
        let next = skippingSpace()
        return next < bytes.count ? bytes[next] : nil
    }

    @discardableResult
    private mutating func skippingSpace() -> Int {
        while index < bytes.count, Self.isSpace(bytes[index]) { index += 1 }
        return index
    }

    private mutating func take(_ sign: Unicode.Scalar) -> Bool {
        guard peek() == UInt8(ascii: sign) else { return false }
        index += 1
        return true
    }

    private mutating func expect(_ sign: Unicode.Scalar) throws(AttuneError) {
        guard take(sign) else { throw problem(at: index, "\"\(sign)\"") }
    }

    private mutating func expect(word expected: String, or example: String) throws(AttuneError) {
        let start = skippingSpace()
        guard word() == expected else { throw problem(at: start, example) }
    }

    private mutating func word() -> String {
        let start = index
        while index < bytes.count, Self.isLetter(bytes[index]) { index += 1 }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        (0x61...0x7A).contains(byte | 0x20) || byte == UInt8(ascii: "_")
    }

    private mutating func number() throws(AttuneError) -> Int {
        let start = skippingSpace()
        while index < bytes.count, (0x30...0x39).contains(bytes[index]) { index += 1 }
        let digits = String(decoding: bytes[start..<index], as: UTF8.self)
        guard digits.utf8.count <= 9, let number = Int(digits) else {
            throw problem(at: start, "the number of a state, such as 0")
        }
        return number
    }

    /// In a log, other lines may follow; on the same line, nothing.
    private mutating func expectEnd() throws(AttuneError) {
        while index < bytes.count, bytes[index] != 0x0A, Self.isSpace(bytes[index]) { index += 1 }
        guard index == bytes.count || bytes[index] == 0x0A else { throw problem(at: index, "the end of the line") }
    }

    private func problem(at index: Int, _ expected: String) -> AttuneError {
        let rest = bytes[min(index, bytes.count)...]
        let found = rest.prefix { !Self.isSpace($0) && $0 != UInt8(ascii: ",") }.prefix(20)
        let text =
            rest.isEmpty ? "the end" : "\"\(String(decoding: found.isEmpty ? rest.prefix(1) : found, as: UTF8.self))\""
        return AttuneError("\(place(index)): found \(text); expected \(expected)")
    }

    /// Line and column from 1, the line only where there are several; columns count bytes.
    private func place(_ index: Int) -> String {
        let before = bytes[..<min(index, bytes.count)]
        let column = before.count - (before.lastIndex(of: 0x0A).map { $0 + 1 } ?? 0) + 1
        guard bytes.contains(0x0A) else { return "genotype, character \(column)" }
        return "genotype, line \(before.count { $0 == 0x0A } + 1), character \(column)"
    }
}
