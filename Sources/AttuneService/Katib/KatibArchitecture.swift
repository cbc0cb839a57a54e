import AttuneCore
import AttuneProto
import SwiftProtobuf

/// What Katib's two services for neural architecture search refuse, in their words.
struct KatibArchitecture {
    private let asked: AlgorithmSpec
    private let spec: Api_V1_Beta1_ExperimentSpec

    init(_ asked: AlgorithmSpec, _ spec: Api_V1_Beta1_ExperimentSpec) {
        self.asked = asked
        self.spec = spec
    }

    /// Whether the algorithm knows nothing else.
    static func isSearched(_ spec: Api_V1_Beta1_ExperimentSpec) -> Bool {
        ["darts", "enas"].contains(spec.algorithm.algorithmName)
    }

    /// - Throws: `invalidArgument` with the first thing that is wrong. Other algorithms are not Katib's here.
    func check() throws(ServiceError) {
        guard KatibArchitecture.isSearched(spec) else { return }
        let isENAS = asked.name == "enas"
        if isENAS { try checkGraph() }
        guard spec.searchesArchitectures else {
            throw .refused("\(asked.name) searches neural architectures: give nasConfig, and no parameters")
        }
        for operation in spec.nasConfig.operations.operation { try check(operation, mayBeBare: !isENAS) }
        if isENAS {
            for setting in asked.settings { try check(setting) }
        }
    }

    private func checkGraph() throws(ServiceError) {
        let graph = spec.nasConfig.graphConfig
        let missing =
            graph.inputSizes.isEmpty
            ? "InputSizes" : graph.outputSizes.isEmpty ? "OutputSizes" : graph.numLayers == 0 ? "NumLayers" : nil
        if let missing { throw .refused("Missing \(missing) in GraphConfig:\n\(graph.textFormatString())") }
    }

    /// - Parameter mayBeBare: whether a skip connection needs no parameters, as in Katib's own example for `darts`.
    private func check(_ operation: Api_V1_Beta1_Operation, mayBeBare: Bool) throws(ServiceError) {
        guard !operation.operationType.isEmpty else {
            throw .refused("Missing operationType in Operation:\n\(operation.textFormatString())")
        }
        let parameters = operation.parameterSpecs.parameters
        if parameters.isEmpty, !(mayBeBare && operation.operationType == "skip_connection") {
            throw .refused("Missing ParameterConfigs in Operation:\n\(operation.textFormatString())")
        }
        for parameter in parameters {
            guard let complaint = KatibArchitecture.complaint(about: parameter) else { continue }
            throw .refused("\(complaint):\n\(parameter.textFormatString())")
        }
    }

    private static func complaint(about parameter: Api_V1_Beta1_ParameterSpec) -> String? {
        let space = parameter.feasibleSpace
        if parameter.name.isEmpty { return "Missing Name in ParameterConfig" }
        switch parameter.parameterType {
        case .unknownType, .UNRECOGNIZED: return "Missing ParameterType in ParameterConfig"
        case .categorical, .discrete:
            return space.list.isEmpty ? "Missing List in ParameterConfig.feasibleSpace" : nil
        case .int, .double:
            if space.min.isEmpty, space.max.isEmpty { return "Missing Max and Min in ParameterConfig.feasibleSpace" }
            let isCountable = parameter.parameterType == .int || (Double(space.step) ?? 0) > 0
            return isCountable ? nil : "Step parameter should be > 0 in ParameterConfig.feasibleSpace"
        }
    }

    // MARK: The settings of enas

    private enum Range {
        case count
        /// Greater than 0, and at most so much; each end in Python's spelling.
        case number(low: String, high: String, mayBeNone: Bool)
    }

    private static let ranges: [String: Range] = [
        "controller_hidden_size": .count, "controller_train_steps": .count, "controller_log_every_steps": .count,
        "controller_temperature": .number(low: "0", high: "inf", mayBeNone: true),
        "controller_tanh_const": .number(low: "0", high: "inf", mayBeNone: true),
        "controller_entropy_weight": .number(low: "0.0", high: "inf", mayBeNone: true),
        "controller_baseline_decay": .number(low: "0.0", high: "1.0", mayBeNone: false),
        "controller_learning_rate": .number(low: "0.0", high: "1.0", mayBeNone: false),
        "controller_skip_target": .number(low: "0.0", high: "1.0", mayBeNone: false),
        "controller_skip_weight": .number(low: "0.0", high: "inf", mayBeNone: true),
    ]

    private func check(_ setting: AlgorithmSpec.Setting) throws(ServiceError) {
        let (name, value) = (setting.name, setting.value)
        switch KatibArchitecture.ranges[name] {
        // Every algorithm that draws takes it, here.
        case nil where name == "random_state": return
        case nil: throw .refused("Unknown Algorithm Setting name: \(name)")
        case .count:
            guard let count = Int(value) else {
                throw .refused("Algorithm Setting \(name) must be int type")
            }
            guard count < 1 else { return }
            throw .refused("Algorithm Setting \(name): \(count) with int type must be in range [1, inf)")
        case .number(let low, let high, let mayBeNone):
            if mayBeNone, value == "None" { return }
            guard let number = Double(value) else {
                throw .refused("Algorithm Setting \(name) must be float type")
            }
            guard number <= 0 || number > Double(high) ?? .infinity else { return }
            throw .refused(
                "Algorithm Setting \(name): \(number.text) with float type must be in range (\(low), \(high)]")
        }
    }
}
