import AttuneCore

/// Lists of values, one for each parameter; configurations are numbered with the last parameter fastest.
struct ValueGrid: Sendable {
    let names: [String]
    /// The values of each parameter as their list spells them, in its order.
    private let lists: [[String]]
    private let areNumbers: [Bool]
    /// For each parameter where each spelling stands in its list.
    private let positions: [[String: Int]]

    /// Reads an object of lists.
    init(_ json: JSON?, of file: DataFile) throws(AttuneError) {
        guard let fields = json?.object, !fields.isEmpty else {
            throw file.problem("params: give an object with a list of values for each parameter")
        }
        names = fields.keys
        var lists: [[String]] = []
        for (name, value) in fields {
            let texts = (value.array ?? []).compactMap(\.scalarText)
            guard !texts.isEmpty, texts.count == value.array?.count, Set(texts).count == texts.count else {
                throw file.problem("params.\(name): give a list of different numbers or strings")
            }
            lists.append(texts)
        }
        self.lists = lists
        areNumbers = lists.map { $0.allSatisfy { Double($0)?.isFinite == true } }
        positions = lists.map { Dictionary(uniqueKeysWithValues: zip($0, 0...)) }
    }

    /// How many configurations there are.
    var count: Int { lists.reduce(1) { $0 * $1.count } }

    var parameters: [ParameterSpec] {
        names.indices.map { ParameterSpec(names[$0], areNumbers[$0] ? .discrete(lists[$0]) : .categorical(lists[$0])) }
    }

    /// The number of the configuration whose values stand at `digits` in their lists; nil when there is none.
    func index(of digits: [Int]) -> Int? {
        guard digits.count == lists.count, zip(digits, lists).allSatisfy({ $1.indices.contains($0) }) else {
            return nil
        }
        return zip(digits, lists).reduce(0) { $0 * $1.1.count + $1.0 }
    }

    func index(of assignment: Assignment) -> Int {
        var index = 0
        for (parameter, name) in names.enumerated() {
            guard let position = positions[parameter][assignment[name]?.description ?? ""] else {
                preconditionFailure("\(name) of \(assignment) is no value of this problem's space")
            }
            index = index * lists[parameter].count + position
        }
        return index
    }

    /// The values of a configuration, spelled as in their lists.
    func texts(number index: Int) -> [String: String] {
        var rest = index
        var texts: [String: String] = [:]
        for (name, list) in zip(names, lists).reversed() {
            texts[name] = list[rest % list.count]
            rest /= list.count
        }
        return texts
    }
}
