import AttuneCore

/// What a line asks of a session.
enum OptimizeRequest: Sendable, Hashable {
    /// So many trials to try.
    case ask(Int)
    /// What came of trials, each yet to be read.
    case tell([JSON])
    /// The best trial so far.
    case best

    static let most = 10_000

    /// - Throws: `AttuneError` saying what the line should be.
    init(_ line: String) throws(AttuneError) {
        let fields = try OptimizeRequest.object(line)
        let names = ["ask", "tell", "best"]
        guard fields.keys.count == 1, let name = fields.keys.first, names.contains(name), let value = fields[name]
        else {
            let hint = fields.keys.lazy.compactMap { nearest(to: $0, among: names) }.first.map {
                "; did you mean \"\($0)\"?"
            }
            throw AttuneError("a line has exactly one of \"ask\", \"tell\" and \"best\"" + (hint ?? ""))
        }
        switch name {
        case "ask": self = .ask(try OptimizeRequest.count(value))
        case "tell": self = .tell(try OptimizeRequest.entries(value))
        default: self = .best
        }
    }

    private static func object(_ line: String) throws(AttuneError) -> JSON.Fields {
        do throws(AttuneError) {
            guard let fields = try JSON(parsing: line).object else { throw AttuneError("a line is one JSON object") }
            return fields
        } catch {
            // What Python's json module writes for them, though JSON has no such words.
            guard line.contains("NaN") || line.contains("Infinity") else { throw error }
            throw AttuneError("\(error); for a value that is not a number write null")
        }
    }

    private static func count(_ value: JSON) throws(AttuneError) -> Int {
        guard case .number(let text) = value, let count = Int(text), (1...most).contains(count) else {
            throw AttuneError("ask: found \(value); give a whole number from 1 to \(most)")
        }
        return count
    }

    /// A list, or where there is only one entry just that.
    private static func entries(_ value: JSON) throws(AttuneError) -> [JSON] {
        if let entries = value.array { return entries }
        guard value.object != nil else {
            throw AttuneError("tell: give a list of objects such as {\"id\": 1, \"value\": 0.93}")
        }
        return [value]
    }
}
