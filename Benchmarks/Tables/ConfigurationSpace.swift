import AttuneCore

/// A search space as ConfigSpace writes it in JSON: `hyperparameters`, and `conditions` under which they are active.
struct ConfigurationSpace {
    private let file: DataFile
    private let hyperparameters: [JSON]
    private let conditions: [JSON]

    init(_ json: JSON?, of file: DataFile) throws(AttuneError) {
        guard let list = json?["hyperparameters"]?.array else {
            throw file.problem("config_space: has no hyperparameters")
        }
        self.file = file
        hyperparameters = list
        conditions = json?["conditions"]?.array ?? []
    }

    /// The choices of a categorical hyperparameter; empty for any other.
    func choices(of name: String) -> [String] {
        (hyperparameter(name)?["choices"]?.array ?? []).compactMap(\.scalarText)
    }

    /// The bounds of a numeric hyperparameter, and whether its values are whole.
    func range(of name: String) throws(AttuneError) -> (bounds: ClosedRange<Double>, isWhole: Bool) {
        switch try domain(of: name) {
        case .int(let range, _, _): return (Double(range.lowerBound)...Double(range.upperBound), true)
        case .double(let range, _, _): return (range, false)
        case .discrete, .categorical: throw file.problem("config_space: \(name) is no number")
        }
    }

    /// All hyperparameters but some, which the caller settles.
    func parameters(without settled: [String]) throws(AttuneError) -> [ParameterSpec] {
        var specs: [ParameterSpec] = []
        for json in hyperparameters {
            guard let name = json["name"]?.string else {
                throw file.problem("config_space: found \(json) without a name")
            }
            guard !settled.contains(name) else { continue }
            specs.append(ParameterSpec(name, try domain(of: name), when: try condition(on: name)))
        }
        return specs
    }

    private func hyperparameter(_ name: String) -> JSON? { hyperparameters.first { $0["name"]?.string == name } }

    private func domain(of name: String) throws(AttuneError) -> Domain {
        let json = hyperparameter(name) ?? .null
        let law: Distribution = json["log"]?.bool == true ? .logUniform : .uniform
        let low = json["lower"]?.double ?? .nan
        let high = json["upper"]?.double ?? .nan
        switch json["type"]?.string {
        case "uniform_float" where low <= high: return .double(low...high, law)
        case "uniform_int" where low <= high && low.magnitude < 0x1p53 && high.magnitude < 0x1p53:
            return .int(Int(low)...Int(high), law)
        case "categorical": return .categorical(choices(of: name))
        case "ordinal": return .categorical((json["sequence"]?.array ?? []).compactMap(\.scalarText))
        case "constant": return .categorical([json["value"]?.scalarText ?? ""])
        default:
            throw file.problem(
                "config_space: found \(json) for \(name); give a uniform_float or uniform_int with lower and upper, a "
                    + "categorical, an ordinal or a constant")
        }
    }

    private func condition(on child: String) throws(AttuneError) -> Condition? {
        let own = conditions.filter { $0["child"]?.string == child }
        guard let json = own.first else { return nil }
        guard own.count == 1, let parent = json["parent"]?.string, let test = try test(json, on: try domain(of: parent))
        else {
            throw file.problem(
                "config_space: \(child) needs one condition EQ, NEQ, IN, LT or GT on one parent, not \(own)")
        }
        return Condition(parent, test)
    }

    private func test(_ json: JSON, on parent: Domain) throws(AttuneError) -> Condition.Test? {
        let values = json["values"]?.array ?? json["value"].map { [$0] } ?? []
        let texts = values.compactMap(\.scalarText)
        guard let first = texts.first, texts.count == values.count else { return nil }
        switch json["type"]?.string {
        case "EQ", "IN": return .oneOf(texts.compactMap(parent.value(reading:)))
        case "NEQ":
            guard case .categorical(let all) = parent else { return nil }
            return .oneOf(all.filter { $0 != first }.map { .text($0) })
        case "LT": return Double(first).map { .between(nil, $0.nextDown) }
        case "GT": return Double(first).map { .between($0.nextUp, nil) }
        default: return nil
        }
    }
}
