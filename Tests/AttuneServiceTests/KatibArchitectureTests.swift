import AttuneCore
import AttuneProto
import SwiftProtobuf
import Testing

@testable import AttuneService

/// Neural architecture search over Katib's protocol.
struct KatibArchitectureTests {
    private let store: TemporaryStore
    private let methods: KatibMethods

    init() throws {
        store = try TemporaryStore()
        methods = KatibMethods(store)
    }

    private func operation(_ type: String, _ parameters: Api_V1_Beta1_ParameterSpec...) -> Api_V1_Beta1_Operation {
        .with {
            $0.operationType = type
            $0.parameterSpecs.parameters = parameters
        }
    }

    private func experiment(
        _ algorithm: String, layers: Int32 = 3, _ settings: [(String, String)] = []
    ) -> Api_V1_Beta1_Experiment {
        var experiment = Api_V1_Beta1_Experiment.sample(algorithm, settings, types: [])
        experiment.spec.objective.type = .maximize
        experiment.spec.nasConfig = .with {
            $0.graphConfig = .with {
                ($0.numLayers, $0.inputSizes, $0.outputSizes) = (layers, [32, 32, 3], [10])
            }
            $0.operations.operation = [
                operation("separable_convolution", .list("filter_size", .categorical, "3", "5")),
                operation("reduction", .list("filter_size", .categorical, "2", "3"), .range("stride", .int, "1", "2")),
            ]
        }
        return experiment
    }

    private func refusal(_ experiment: Api_V1_Beta1_Experiment) async -> ServiceError? {
        await methods.refusal(
            "Suggestion", "ValidateAlgorithmSettings",
            Api_V1_Beta1_ValidateAlgorithmSettingsRequest.with { $0.experiment = experiment })
    }

    // MARK: Suggestions

    @Test(arguments: ["enas", "random", "tpe"])
    func `networks are proposed in Katib's texts, and known again`(algorithm: String) async throws {
        let experiment = experiment(algorithm, algorithm == "enas" ? [("controller_train_steps", "2")] : [])
        #expect(await refusal(experiment) == nil)
        var controller = KatibController(experiment)
        for round in 0..<5 {
            let warm: Api_V1_Beta1_GetSuggestionsReply = try await methods.call(
                "Suggestion", "GetSuggestions", controller.request(2))
            // A server that knows nothing but the request's trials gives the same: it has read them all.
            let cold: Api_V1_Beta1_GetSuggestionsReply = try await KatibMethods(store).call(
                "Suggestion", "GetSuggestions", controller.request(2))
            #expect(warm == cold, "round \(round)")
            #expect(warm.parameterAssignments.count == 2)
            for suggestion in warm.parameterAssignments {
                #expect(suggestion.assignments.map(\.name) == ["architecture", "nn_config"])
                let network = try JSON(parsing: suggestion.assignments[0].value)
                #expect(network.array?.map { $0.array?.count } == [1, 2, 3])
                let config = try JSON(parsing: suggestion.assignments[1].value.replacing("'", with: "\""))
                #expect(config["num_layers"]?.int == 3 && config["input_sizes"] == [32, 32, 3])
                let used = Set(network.array!.compactMap { $0.array?[0].scalarText })
                #expect(Set(config["embedding"]!.object!.keys) == used)
            }
            controller.start(warm)
            controller.end(as: round == 2 ? .failed : .succeeded)
        }
        let networks = controller.trials.map { $0.spec.parameterAssignments.assignments[0].value }
        #expect(Set(networks).count == networks.count)
    }

    @Test func `a differentiable search is proposed as often as it is asked for`() async throws {
        var experiment = experiment("darts", layers: 1, [("num_epochs", "1"), ("batch_size", "None"), ("own", "x")])
        experiment.spec.nasConfig.operations.operation.removeLast()
        experiment.spec.nasConfig.operations.operation.append(operation("skip_connection"))
        #expect(await refusal(experiment) == nil)
        var controller = KatibController(experiment)
        for _ in 0..<3 {
            let reply = try await controller.ask(2, of: methods)
            #expect(reply.parameterAssignments.count == 2)
            for suggestion in reply.parameterAssignments {
                #expect(suggestion.assignments.map(\.name) == ["algorithm-settings", "search-space", "num-layers"])
                let values = suggestion.assignments.map(\.value)
                #expect(
                    values[0].hasPrefix("{'num_epochs': '1', 'w_lr': 0.025, ") && values[0].hasSuffix("'own': 'x'}"))
                #expect(values[0].contains("'batch_size': null"))
                #expect(
                    values[1] == "['separable_convolution_3x3', 'separable_convolution_5x5', 'skip_connection']")
                #expect(values[2] == "1")
            }
            controller.end()
        }
        #expect(Set(controller.trials.map(\.name)).count == 6)
    }

    @Test func `trials of other networks do no harm`() async throws {
        var controller = KatibController(experiment("enas"))
        controller.keepsNames = false
        try await controller.run(2, with: methods)
        for text in ["", "[[0]]", "[[99], [0, 1], [0, 1, 1]]", "nonsense"] {
            var trial = controller.trials[0]
            trial.name = "stranger-\(text.count)"
            trial.spec.parameterAssignments.assignments[0].value = text
            controller.trials.append(trial)
        }
        #expect(try await controller.ask(3, of: methods).parameterAssignments.count == 3)
    }

    // MARK: Refusals

    @Test(arguments: [
        ("controller_hidden_size", "x", "Algorithm Setting controller_hidden_size must be int type"),
        (
            "controller_train_steps", "0",
            "Algorithm Setting controller_train_steps: 0 with int type must be in range [1, inf)"
        ),
        ("controller_temperature", "hot", "Algorithm Setting controller_temperature must be float type"),
        (
            "controller_tanh_const", "0",
            "Algorithm Setting controller_tanh_const: 0.0 with float type must be in range (0, inf]"
        ),
        (
            "controller_learning_rate", "1.5",
            "Algorithm Setting controller_learning_rate: 1.5 with float type must be in range (0.0, 1.0]"
        ),
        ("controller_baseline_decay", "None", "Algorithm Setting controller_baseline_decay must be float type"),
        ("controler_temperature", "5", "Unknown Algorithm Setting name: controler_temperature"),
    ])
    func `settings of enas are refused in Katib's words`(name: String, value: String, message: String) async {
        #expect(await refusal(experiment("enas", [(name, value)]))?.message == message)
    }

    @Test func `what may be none is none`() async {
        let names = ["temperature", "tanh_const", "entropy_weight", "skip_weight"]
        #expect(await refusal(experiment("enas", names.map { ("controller_\($0)", "None") })) == nil)
    }

    @Test(arguments: [
        ("num_epochs", "0", "num_epochs should be greater than zero"),
        ("w_momentum", "-1", "w_momentum should be greater than or equal to zero"),
        ("print_step", "0", "print_step should be greater than or equal to one"),
    ])
    func `settings of darts are refused in Katib's words`(name: String, value: String, message: String) async {
        #expect(await refusal(experiment("darts", [(name, value)]))?.message == message)
    }

    @Test func `a graph and its operations are refused in Katib's words`() async {
        func message(_ algorithm: String, _ change: (inout Api_V1_Beta1_NasConfig) -> Void) async -> String {
            var experiment = experiment(algorithm)
            change(&experiment.spec.nasConfig)
            return await refusal(experiment)?.message.split(separator: "\n").first.map(String.init) ?? ""
        }
        #expect(await message("enas") { $0.graphConfig.inputSizes = [] } == "Missing InputSizes in GraphConfig:")
        #expect(await message("enas") { $0.graphConfig.outputSizes = [] } == "Missing OutputSizes in GraphConfig:")
        #expect(await message("enas") { $0.graphConfig.numLayers = 0 } == "Missing NumLayers in GraphConfig:")
        for algorithm in ["enas", "darts"] {
            func operation(_ change: (inout Api_V1_Beta1_Operation) -> Void) async -> String {
                await message(algorithm) { change(&$0.operations.operation[1]) }
            }
            #expect(await operation { $0.operationType = "" } == "Missing operationType in Operation:")
            #expect(await operation { $0.parameterSpecs.parameters = [] } == "Missing ParameterConfigs in Operation:")
            #expect(await operation { $0.parameterSpecs.parameters[0].name = "" } == "Missing Name in ParameterConfig:")
            #expect(
                await operation { $0.parameterSpecs.parameters[0].parameterType = .unknownType }
                    == "Missing ParameterType in ParameterConfig:")
            #expect(
                await operation { $0.parameterSpecs.parameters[0].feasibleSpace.list = [] }
                    == "Missing List in ParameterConfig.feasibleSpace:")
            #expect(
                await operation { $0.parameterSpecs.parameters[1].feasibleSpace = .init() }
                    == "Missing Max and Min in ParameterConfig.feasibleSpace:")
            #expect(
                await operation { $0.parameterSpecs.parameters[1].parameterType = .double }
                    == "Step parameter should be > 0 in ParameterConfig.feasibleSpace:")
        }
    }

    @Test func `an experiment without a graph is refused`() async {
        #expect(await refusal(.sample("enas"))?.message.hasPrefix("Missing InputSizes in GraphConfig") == true)
        #expect(await refusal(.sample("darts"))?.message.contains("nasConfig") == true)
        var bare = experiment("enas")
        bare.spec.nasConfig.operations.operation.append(operation("skip_connection"))
        #expect(await refusal(bare)?.message.hasPrefix("Missing ParameterConfigs in Operation") == true)
    }
}
