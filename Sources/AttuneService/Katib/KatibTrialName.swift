import AttuneCore

/// The name we ask a controller to give a trial: `<experiment>-<number>-<what the algorithm wants remembered>-x<check>`.
///
/// Katib's controller sends a trial's name back, and never its labels. So what an algorithm needs to know of its own
/// trials rides in the name. The check tells our names from others: it covers the assignment too, so that nothing is
/// read from the name of a trial that tries something else.
struct KatibTrialName: Sendable, Hashable {
    /// From 1, in the order in which suggestions were given.
    var position: Int
    /// The position of the trial with whose checkpoints it begins.
    var parent: Int?
    /// The rung of the ladder that it is to reach.
    var rung: Int?
    var labels: [String: String] = [:]

    /// The labels that are carried, by the letter that stands for them. Their values are numbers from 0.
    private static let numbers: [(letter: Character, label: String)] = [
        ("b", "bracket"), ("c", "cmaes-generation"), ("g", KatibTrialName.generation), ("l", "climb"),
        ("m", KatibTrialName.member),
    ]
    private static let prefix = "pbt.suggestion.katib.kubeflow.org/"
    static let generation = prefix + "generation"
    static let parentLabel = prefix + "parent"
    static let member = prefix + "member"
    /// The members of `auto`, whose label is a word.
    private static let words = ["bayesianoptimization", "tpe", "cmaes", "nsga2"]

    /// The name: a DNS label of at most 63 characters.
    func text(of experiment: String, _ assignment: some Sequence<(String, String)>) -> String {
        let name = "\(KatibTrialName.stem(of: experiment))-\(position)" + memory
        return "\(name)-x\(KatibTrialName.check(name, assignment))"
    }

    private var memory: String {
        var text = ""
        func add(_ letter: Character, _ number: Int?) {
            if let number, number >= 0 { text += "-\(letter)\(String(number, radix: 36))" }
        }
        add("p", parent)
        add("r", rung)
        for (letter, label) in KatibTrialName.numbers { add(letter, labels[label].flatMap { Int($0) }) }
        add("a", labels["member"].flatMap { KatibTrialName.words.firstIndex(of: $0) })
        return text
    }

    init(position: Int) { self.position = position }

    /// Reads a name; nil where it is none of ours for what was tried.
    init?(_ text: String, of experiment: String, _ assignment: some Sequence<(String, String)>) {
        let stem = KatibTrialName.stem(of: experiment)
        guard text.utf8.count <= 63, text.hasPrefix(stem + "-"), let end = text.lastIndex(of: "-"),
            text[end...].dropFirst() == "x" + KatibTrialName.check(String(text[..<end]), assignment)
        else { return nil }
        let parts = text[..<end].dropFirst(stem.count + 1).split(separator: "-")
        guard let first = parts.first, let position = Int(first), position > 0 else { return nil }
        self.position = position
        for part in parts.dropFirst() {
            guard let letter = part.first, let number = Int(part.dropFirst(), radix: 36), number >= 0 else {
                return nil
            }
            remember(letter, number)
        }
    }

    private mutating func remember(_ letter: Character, _ number: Int) {
        switch letter {
        case "p": parent = number
        case "r": rung = number
        case "a":
            if KatibTrialName.words.indices.contains(number) { labels["member"] = KatibTrialName.words[number] }
        default:
            guard let known = KatibTrialName.numbers.first(where: { $0.letter == letter }) else { return }
            labels[known.label] = String(number)
        }
    }

    /// What the names of an experiment's trials begin with: its own name, as far as that is a short label.
    private static func stem(of experiment: String) -> String {
        let isLabel = experiment.utf8.allSatisfy { byte in
            (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
                || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
        }
        let begins = experiment.utf8.first.map { $0 >= UInt8(ascii: "a") } ?? false
        if isLabel, begins, experiment.utf8.count <= 32 { return experiment }
        let letters = experiment.lowercased().unicodeScalars.map { scalar in
            ("a"..."z").contains(scalar) || ("0"..."9").contains(scalar) ? Character(scalar) : "-"
        }
        return "t-" + String(letters.prefix(22)) + "-" + digits(fold(experiment.utf8), 6)
    }

    private static func check(_ name: String, _ assignment: some Sequence<(String, String)>) -> String {
        var hash = fold(name.utf8)
        for (name, value) in assignment.sorted(by: { $0.0 < $1.0 }) {
            hash = fold(value.utf8, fold([0], fold(name.utf8, fold([1], hash))))
        }
        return digits(hash, 4)
    }

    /// FNV-1a over 64 bits: the same on every machine and in every release.
    private static func fold(_ bytes: some Sequence<UInt8>, _ hash: UInt64 = 0xCBF2_9CE4_8422_2325) -> UInt64 {
        bytes.reduce(hash) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
    }

    /// The hash in so many digits of base 36.
    private static func digits(_ hash: UInt64, _ count: Int) -> String {
        let modulus = (0..<count).reduce(UInt64(1)) { power, _ in power * 36 }
        let text = String((hash ^ hash >> 32) % modulus, radix: 36)
        return String(repeating: "0", count: count - text.count) + text
    }
}
