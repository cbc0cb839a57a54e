import AttuneCore

/// Configurations with the results that a surrogate must predict, as its reference implementation does.
struct GoldenVectors {
    private let file: DataFile
    private let names: [String]
    private let cases: [(config: JSON.Fields, expected: [Double])]

    /// Those of `NAME.golden.json` beside the description `NAME.json`; none where it is missing.
    ///
    /// - Parameter outputs: the description's list of outputs.
    init(beside description: DataFile, outputs: JSON?) throws(AttuneError) {
        file = description.sibling("\(description.stem).golden.json")
        names = (outputs?.array ?? []).map { $0["name"]?.string ?? "" }
        var cases: [(JSON.Fields, [Double])] = []
        for (index, json) in (file.exists ? try file.json().array ?? [] : []).enumerated() {
            let expected = (json["y"]?.array ?? []).compactMap(\.double)
            guard let config = json["config"]?.object, expected.count == names.count else {
                throw file.problem(
                    "[\(index)]: give a config and y, a number for each of \(names.joined(separator: ", "))")
            }
            cases.append((config, expected))
        }
        self.cases = cases
    }

    /// The largest error of a prediction, relative to the expected value, for each output by name.
    func errors(of surrogate: Surrogate) -> [String: Double] {
        var largest: [String: Double] = [:]
        for (prediction, golden) in zip(predictions(of: surrogate), cases) {
            for (index, name) in names.enumerated() {
                let error = GoldenVectors.error(prediction[index], golden.expected[index])
                largest[name] = max(largest[name] ?? 0, error)
            }
        }
        return largest
    }

    /// - Throws: `AttuneError` at the first prediction that is off by more than 10⁻⁴ relative, 10⁻³ for times.
    func check(_ surrogate: Surrogate) throws(AttuneError) {
        for (index, prediction) in predictions(of: surrogate).enumerated() {
            for (name, (found, expected)) in zip(names, zip(prediction, cases[index].expected)) {
                let error = GoldenVectors.error(found, expected)
                let tolerance = name.hasPrefix("time") ? 1e-3 : 1e-4
                guard error > tolerance || error.isNaN else { continue }
                throw file.problem(
                    "[\(index)].\(name): predicted \(found.text), not \(expected.text); do the weights belong to it?"
                )
            }
        }
    }

    private func predictions(of surrogate: Surrogate) -> [[Double]] {
        surrogate(cases.map { golden in { name in golden.config[name].flatMap(ParameterValue.init(json:)) } })
    }

    private static func error(_ found: Double, _ expected: Double) -> Double {
        found == expected ? 0 : abs(found - expected) / abs(expected)
    }
}
