/// Networks of layers (Pham et al. 2018): each layer is one of the operations, and takes in besides the layer before it
/// any of those earlier.
///
/// Layers are numbered from 1. Layer i has the parameters `layer-i-operation`, the number of its operation, and
/// `layer-i-skip-j` for each j < i, 1 where the output of layer j reaches it.
public struct LayerSpace: Sendable, Hashable {
    /// Katib's names for what a trial is told.
    static let architectureName = "architecture"
    static let networkName = "nn_config"

    public let layers: Int
    public let operations: OperationList
    private let inputSizes: [Int]
    private let outputSizes: [Int]

    init(_ config: NASConfig) {
        layers = config.layers ?? 0
        operations = OperationList(config.operations)
        inputSizes = config.inputSizes
        outputSizes = config.outputSizes
    }

    public static func operationName(_ layer: Int) -> String { "layer-\(layer)-operation" }
    public static func skipName(_ layer: Int, from source: Int) -> String { "layer-\(layer)-skip-\(source)" }

    /// Names of the parameters of each layer: its operation, and its skips from the first layer on.
    private var names: [[String]] {
        guard layers > 0 else { return [] }
        return (1...layers).map { layer in
            [LayerSpace.operationName(layer)] + (1..<layer).map { LayerSpace.skipName(layer, from: $0) }
        }
    }

    var parameters: [ParameterSpec] {
        let operation = Domain.categorical((0..<operations.count).map(String.init))
        let skip = Domain.categorical(["0", "1"])
        return names.flatMap { layer in layer.enumerated().map { ParameterSpec($1, $0 == 0 ? operation : skip) } }
    }

    /// Katib's two texts; nil where choices are missing.
    func presented(_ values: [String: String]) -> [(name: String, value: String)]? {
        var architecture: [[Int]] = []
        for layer in names {
            let choices = layer.compactMap { values[$0].flatMap { Int($0) } }
            guard choices.count == layer.count else { return nil }
            architecture.append(choices)
        }
        let text = JSON.array(architecture.map { .array($0.map { .number($0) }) }).singleQuoted
        return [
            (LayerSpace.architectureName, text), (LayerSpace.networkName, network(architecture).singleQuoted),
        ]
    }

    private func network(_ architecture: [[Int]]) -> JSON {
        var used = JSON.Fields()
        for layer in architecture { used[String(layer[0])] = operations.json(layer[0]) }
        return [
            "num_layers": .number(layers), "input_sizes": .array(inputSizes.map { .number($0) }),
            "output_sizes": .array(outputSizes.map { .number($0) }), "embedding": .object(used),
        ]
    }

    /// The choices, by parameter, that an `architecture` says; nil where it is none of this space.
    func choices(reading architecture: String) -> [String: String]? {
        let text = architecture.replacing("'", with: "\"")
        guard let rows = try? JSON(parsing: text).array?.map({ $0.array ?? [] }),
            rows.map(\.count) == names.map(\.count)
        else { return nil }
        var choices: [String: String] = [:]
        for (name, choice) in zip(names.joined(), rows.joined()) {
            guard let choice = choice.int else { return nil }
            choices[name] = String(choice)
        }
        return choices
    }
}

extension JSON {
    /// As Python's `json.dumps` writes it, with single quotes for double ones: what Katib's trial images read.
    var singleQuoted: String {
        switch self {
        case .array(let items): "[" + items.map(\.singleQuoted).joined(separator: ", ") + "]"
        case .object(let fields):
            "{" + fields.map { "'\($0.key)': \($0.value.singleQuoted)" }.joined(separator: ", ") + "}"
        case .string: description.replacing("\"", with: "'")
        case .null, .bool, .number: description
        }
    }
}
