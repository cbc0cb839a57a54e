import AttuneCore

extension Genotype {
    /// The longest text that is read, in bytes; a cell of a hundred nodes is far below it.
    static let longestText = 1 << 18

    /// Reads any form: that of DARTS, Katib's, or JSON; in a log, the last genotype of it; of a trial in JSON, its own.
    ///
    /// - Throws: `AttuneError`, saying where the text stops making sense and what would.
    public init(parsing text: String) throws(AttuneError) { try self.init(parsing: Array(text.utf8)) }

    /// Reads any form from UTF-8.
    public init(parsing bytes: [UInt8]) throws(AttuneError) {
        if let start = Self.start(in: bytes) {
            // A log may be long; a genotype is not.
            let end = min(bytes.count, start + Self.longestText)
            var parser = GenotypeParser(bytes: end == bytes.count ? bytes : Array(bytes[..<end]), index: start)
            self = try parser.genotype()
        } else if bytes.first(where: { !GenotypeParser.isSpace($0) }) == UInt8(ascii: "{") {
            guard bytes.count <= Self.longestText else {
                throw AttuneError("genotype: found \(bytes.count) bytes of JSON; at most \(Self.longestText) are read")
            }
            let json = try JSON(parsing: bytes)
            // A trial of a search over cells, as `attune best --json` has it.
            if let told = json["parameters"]?[AttuneCore.CellLayout.genotypeName]?.string {
                try self.init(parsing: told)
            } else {
                try self.init(json: json)
            }
        } else {
            throw AttuneError("genotype: found neither \"Genotype(normal=[…], …)\" nor a JSON object with \"normal\"")
        }
    }

    /// Where the last `Genotype(` begins.
    private static func start(in bytes: [UInt8]) -> Int? {
        let word = Array("Genotype(".utf8)
        guard bytes.count >= word.count else { return nil }
        return (0...bytes.count - word.count).last {
            bytes[$0] == word[0] && bytes[$0..<$0 + word.count].elementsEqual(word)
        }
    }
}

extension CellGraph {
    /// The most nodes a cell that is read may have.
    static let mostNodes = 100

    /// What is wrong with it as a graph, beginning with the part of the cell; nil where it is a cell.
    ///
    /// - Parameter place: writes the place of a node's edge, or of a node, or of the output where both are nil.
    func problem(at place: (_ node: Int?, _ edge: Int?) -> String) -> String? {
        if nodes.isEmpty { return "\(place(nil, nil)): a cell has at least one node" }
        if nodes.count > Self.mostNodes {
            return "\(place(nil, nil)): found \(nodes.count) nodes; a cell has at most \(Self.mostNodes)"
        }
        for (node, edges) in nodes.enumerated() {
            if edges.isEmpty { return "\(place(node, nil)): a node has at least one edge" }
            if let edge = edges.firstIndex(where: { !(0..<node + 2).contains($0.source) }) {
                return """
                    \(place(node, edge)): found source \(edges[edge].source); \
                    node \(node + 2) can only come from states 0 to \(node + 1)
                    """
            }
        }
        return concatenationProblem.map { "\(place(nil, nil)): \($0)" }
    }

    private var concatenationProblem: String? {
        if concatenated.isEmpty { return "the output joins no state; give at least one, such as 2" }
        if let state = concatenated.first(where: { !(0..<nodes.count + 2).contains($0) }) {
            return "the output joins state \(state), but the last is \(nodes.count + 1)"
        }
        return Set(concatenated).count == concatenated.count ? nil : "the output joins a state twice"
    }
}
