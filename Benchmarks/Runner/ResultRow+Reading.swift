extension ResultRow {
    /// Reads what `line` wrote; nil for anything else.
    public init?(line: Substring) {
        let fields = csvFields(line)
        guard fields.count == 9, let seed = Int(fields[2]), let evaluation = Int(fields[3]),
            let value = Double(fields[4]),
            let best = Double(fields[5]), let resource = Double(fields[6]), let seconds = Double(fields[7])
        else { return nil }
        self.init(
            problem: fields[0], algorithm: fields[1], seed: seed, evaluation: evaluation, value: value, best: best,
            resource: resource, simulatedSeconds: seconds, askSeconds: Double(fields[8]))
    }
}

/// The fields of a line of CSV, quotes taken off (RFC 4180, without line breaks in fields).
private func csvFields(_ line: Substring) -> [String] {
    guard line.utf8.contains(UInt8(ascii: "\"")) else {
        return line.utf8.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map {
            String(Substring($0))
        }
    }
    var fields = [""]
    var isQuoted = false
    var lastWasQuote = false
    for character in line {
        switch character {
        case "\"":
            if lastWasQuote { fields[fields.count - 1].append("\"") }
            lastWasQuote = isQuoted && !lastWasQuote
            isQuoted.toggle()
        case "," where !isQuoted: fields.append("")
        default: fields[fields.count - 1].append(character)
        }
        if character != "\"" { lastWasQuote = false }
    }
    return fields
}
