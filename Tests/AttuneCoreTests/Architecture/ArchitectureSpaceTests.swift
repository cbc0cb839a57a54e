import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneCore

/// Architectures as parameters, and as what trials are told.
struct ArchitectureSpaceTests {
    /// An experiment with this `nasConfig`.
    private func document(
        _ algorithm: String, _ nasConfig: JSON, settings: KeyValuePairs<String, String> = [:]
    ) -> JSON {
        [
            "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": ["name": "nas"],
            "spec": [
                "objective": ["type": "maximize", "objectiveMetricName": "accuracy"], "nasConfig": nasConfig,
                "algorithm": [
                    "algorithmName": .string(algorithm),
                    "algorithmSettings": .array(
                        settings.map { ["name": .string($0.key), "value": .string($0.value)] }),
                ],
            ],
        ]
    }

    private func experiment(
        _ algorithm: String, _ nasConfig: JSON, settings: KeyValuePairs<String, String> = [:]
    ) throws -> Experiment {
        try Experiment(json: document(algorithm, nasConfig, settings: settings))
    }

    private func problems(_ algorithm: String, _ nasConfig: JSON) -> [String] {
        Experiment.reading(
            SourceNode(document(algorithm, nasConfig)), catalogue: .named, purpose: .asking(algorithm: nil), seed: 0
        ).problems.map { "\($0.field)" }
    }

    private func list(_ name: String, _ values: String...) -> JSON {
        [
            "name": .string(name), "parameterType": "categorical",
            "feasibleSpace": ["list": .array(values.map { .string($0) })],
        ]
    }

    /// The operations of Katib's own example, 90 in all.
    private func layers(_ count: Int) -> JSON {
        let shared = [
            list("filter_size", "3", "5", "7"), list("num_filter", "32", "48", "64", "96", "128"),
            list("stride", "1", "2"),
        ]
        return [
            "graphConfig": ["numLayers": .number(count), "inputSizes": [32, 32, 3], "outputSizes": [10]],
            "operations": [
                ["operationType": "convolution", "parameters": .array(shared)],
                [
                    "operationType": "separable_convolution",
                    "parameters": .array(shared + [list("depth_multiplier", "1", "2")]),
                ],
                [
                    "operationType": "reduction",
                    "parameters": [
                        list("reduction_type", "max_pooling", "avg_pooling"),
                        [
                            "name": "pool_size", "parameterType": "int",
                            "feasibleSpace": ["min": "2", "max": "3", "step": "1"],
                        ],
                    ],
                ],
            ],
        ]
    }

    // MARK: Katib's texts

    @Test func `a network is told as Katib tells it`() throws {
        let experiment = try experiment("enas", layers(1))
        #expect(experiment.space.names == ["layer-1-operation"])
        #expect(experiment.space.cardinality == 94)
        let told = experiment.presented(try experiment.space.assignment(reading: ["layer-1-operation": "68"]))
        #expect(told.map(\.name) == ["architecture", "nn_config"])
        #expect(told.map(\.value)[0] == "[[68]]")
        #expect(
            told.map(\.value)[1]
                == "{'num_layers': 1, 'input_sizes': [32, 32, 3], 'output_sizes': [10], 'embedding': {'68': "
                + "{'opt_id': 68, 'opt_type': 'separable_convolution', 'opt_params': {'filter_size': '5', "
                + "'num_filter': '128', 'stride': '2', 'depth_multiplier': '1'}}}}")
    }

    @Test func `what was counted is a number, and only used operations are told, in order of use`() throws {
        let experiment = try experiment("random", layers(3))
        let texts = experiment.parameterTexts(["architecture": "[[93], [0, 1], [93, 0, 1]]", "nn_config": "{}"])
        let assignment = try experiment.space.assignment(reading: texts)
        #expect(assignment["layer-3-skip-2"] == .text("1") && assignment["layer-3-skip-1"] == .text("0"))
        let told = experiment.presented(assignment)
        #expect(told[0].value == "[[93], [0, 1], [93, 0, 1]]")
        let used =
            "'embedding': {'93': {'opt_id': 93, 'opt_type': 'reduction', 'opt_params': {'reduction_type': "
            + "'avg_pooling', 'pool_size': 3}}, '0': {'opt_id': 0, 'opt_type': 'convolution', 'opt_params': "
            + "{'filter_size': '3', 'num_filter': '32', 'stride': '1'}}}}"
        #expect(told[1].value.hasSuffix(used), "\(told[1].value)")
    }

    @Test func `every network is told and read back`() throws {
        let experiment = try experiment("tpe", layers(6))
        var random = RandomSource(seed: 4)
        for _ in 0..<50 {
            let assignment = try experiment.space.sample(using: &random)
            let told = Dictionary(uniqueKeysWithValues: experiment.presented(assignment).map { ($0.name, $0.value) })
            #expect(try experiment.space.assignment(reading: experiment.parameterTexts(told)) == assignment)
        }
    }

    @Test(arguments: ["", "[[1], [2]]", "[[1]", "[[-1], [0, 1]]", "[[1], [0, 2]]", "[[94], [0, 1]]", "[1, 2]"])
    func `what is no network of the space is not read as one`(text: String) throws {
        let experiment = try experiment("enas", layers(2))
        let texts = experiment.parameterTexts(["architecture": text, "nn_config": "{}"])
        #expect(throws: InvalidExperiment.self) { try experiment.space.assignment(reading: texts) }
    }

    @Test func `a differentiable search is told as Katib tells it`() throws {
        let operations: JSON = [
            "graphConfig": ["numLayers": 1],
            "operations": [
                ["operationType": "separable_convolution", "parameters": [list("filter_size", "3", "5")]]
            ],
        ]
        let experiment = try experiment(
            "darts", operations,
            settings: ["num_epochs": "1", "num_nodes": "1", "stem_multiplier": "1", "init_channels": "1"])
        #expect(experiment.space.cardinality == 1)
        var random = RandomSource(seed: 1)
        let told = experiment.presented(try experiment.space.sample(using: &random))
        #expect(told.map(\.name) == ["algorithm-settings", "search-space", "num-layers"])
        #expect(
            told[0].value
                == "{'num_epochs': '1', 'w_lr': 0.025, 'w_lr_min': 0.001, 'w_momentum': 0.9, 'w_weight_decay': 0.0003, "
                + "'w_grad_clip': 5.0, 'alpha_lr': 0.0003, 'alpha_weight_decay': 0.001, 'batch_size': 128, "
                + "'num_workers': 4, 'init_channels': '1', 'print_step': 50, 'num_nodes': '1', 'stem_multiplier': '1'}")
        #expect(told[1].value == "['separable_convolution_3x3', 'separable_convolution_5x5']")
        #expect(told[2].value == "1")
    }

    @Test func `a bare skip connection, no batch size and unknown settings are passed on`() throws {
        let operations: JSON = [
            "graphConfig": ["numLayers": 8],
            "operations": [
                ["operationType": "max_pooling", "parameters": [list("filter_size", "3")]],
                ["operationType": "skip_connection"],
            ],
        ]
        let experiment = try experiment("darts", operations, settings: ["batch_size": "None", "variant": "gdas"])
        let values = experiment.space.parameters.map { $0.domain.value(number: 0).description }
        #expect(
            values[0].contains("'batch_size': null") && values[0].hasSuffix("'stem_multiplier': 3, 'variant': 'gdas'}"))
        #expect(values[1] == "['max_pooling_3x3', 'skip_connection']")
    }

    // MARK: Cells

    @Test func `every earlier state may feed each node`() throws {
        let experiment = try experiment("random", ["cells": ["nodes": 3, "operations": ["none", "skip", "conv"]]])
        #expect(
            experiment.space.names == [
                "cell-edge-0-1", "cell-edge-0-2", "cell-edge-1-2", "cell-edge-0-3", "cell-edge-1-3", "cell-edge-2-3",
            ])
        #expect(experiment.space.cardinality == 729)
        let told = experiment.presented(experiment.space.assignment(at: [0, 0.5, 0.9, 0, 0, 0.5]))
        #expect(told.map(\.name) == experiment.presentedNames)
        #expect(
            told.last?.value
                == #"{"cell":[[["none",0]],[["skip",0],["conv",1]],[["none",0],["none",1],["skip",2]]]}"#)
    }

    @Test func `a node may choose its sources`() throws {
        let cells: JSON = [
            "kinds": ["normal", "reduction"], "nodes": 4, "inputs": 2, "edges": 2, "operations": ["a", "b"],
        ]
        let experiment = try experiment("random", ["cells": cells])
        #expect(experiment.space.names.count == 22)
        #expect(experiment.space["normal-node-2-sources"] == nil)
        let pairs = try #require(experiment.space["reduction-node-4-sources"])
        #expect(pairs.domain == .categorical(["0,1", "0,2", "1,2", "0,3", "1,3", "2,3"]))
        var random = RandomSource(seed: 2)
        for _ in 0..<50 {
            let assignment = try experiment.space.sample(using: &random)
            let told = try #require(experiment.presented(assignment).last)
            let genotype = try JSON(parsing: told.value)
            #expect(genotype.object?.keys == ["normal", "reduction"])
            for cell in ["normal", "reduction"] {
                for (node, edges) in try #require(genotype[cell]?.array).enumerated() {
                    let sources = try #require(edges.array).compactMap { $0.array?[1].int }
                    #expect(sources.count == 2 && sources[0] < sources[1] && sources[1] < node + 2)
                }
            }
            let back = Dictionary(uniqueKeysWithValues: experiment.presented(assignment).map { ($0.name, $0.value) })
            #expect(try experiment.space.assignment(reading: experiment.parameterTexts(back)) == assignment)
        }
    }

    /// DARTS' cells, in networks of 8 channels and 4 layers.
    private func dartsCells(_ more: KeyValuePairs<String, JSON>) -> JSON {
        var cells: JSON.Fields = [
            "kinds": ["normal", "reduction"], "nodes": 2, "inputs": 2, "edges": 2,
            "operations": ["skip_connect", "max_pool_3x3", "sep_conv_3x3", "sep_conv_5x5"],
            "network": ["channels": 8, "layers": 4, "classes": 10, "image": "14x14x1"],
        ]
        for (key, value) in more { cells[key] = value }
        return ["cells": .object(cells)]
    }

    @Test func `cells beyond the limits are not in the space`() throws {
        let free = try experiment("random", dartsCells([:]))
        let limited = try experiment("random", dartsCells(["limits": ["parameters": 20_000, "multiplyAdds": 900_000]]))
        let layout = try #require(limited.nas?.cells)
        #expect(free.features == [.categorical] && limited.features == [.categorical, .constraints])
        #expect(limited.space.cardinality == free.space.cardinality)
        var random = RandomSource(seed: 5)
        var refused = 0
        for _ in 0..<200 {
            let assignment = try free.space.sample(using: &random)
            let cost = NetworkCost(of: try #require(layout.genotype(assignment)), in: try #require(layout.network))
            let isWithin = cost.parameters <= 20_000 && cost.multiplyAdds <= 900_000
            #expect(limited.space.isFeasible(assignment) == isWithin, "\(assignment)")
            refused += isWithin ? 0 : 1
            #expect(limited.space.isFeasible(try limited.space.sample(using: &random)))
        }
        #expect(refused > 20 && refused < 180)
        #expect(try Experiment(json: limited.json) == limited)
        #expect(
            problems("random", dartsCells(["limits": ["parameters": 10, "multiplyAdds": 1]])) == [
                "spec.nasConfig.cells.limits.parameters", "spec.nasConfig.cells.limits.multiplyAdds",
            ])
    }

    @Test func `a cell that is told makes the network that is measured`() throws {
        let experiment = try experiment("random", dartsCells([:]))
        let layout = try #require(experiment.nas?.cells)
        var random = RandomSource(seed: 6)
        let assignment = try experiment.space.sample(using: &random)
        let genotype = try #require(layout.genotype(assignment))
        let told = try JSON(parsing: try #require(experiment.presented(assignment).last?.value))
        for (kind, cell) in [("normal", genotype.normal), ("reduction", genotype.reduction)] {
            let edges = try #require(told[kind]?.array).map { node in
                (node.array ?? []).map { edge in "\(edge[0]?.string ?? "") \(edge[1]?.int ?? -1)" }
            }
            #expect(cell.nodes.map { $0.map { "\($0.operation) \($0.source)" } } == edges)
        }
    }

    @Test func `what is wrong with a network and its limits is told at once`() {
        let wrong = dartsCells([
            "network": ["channels": 0, "layers": 4, "image": "big"], "limits": [:], "prefilter": ["keep": 1],
        ])
        #expect(
            Set(problems("random", wrong)) == [
                "spec.nasConfig.cells.network.channels", "spec.nasConfig.cells.network.classes",
                "spec.nasConfig.cells.network.image", "spec.nasConfig.cells.limits",
                "spec.nasConfig.cells.prefilter.keep", "spec.nasConfig.cells.prefilter.measure",
            ])
        #expect(
            problems("random", dartsCells(["operations": ["skip_connect", "attention"]]))
                == ["spec.nasConfig.cells.operations[1]"])
        #expect(problems("random", dartsCells(["inputs": 1])) == ["spec.nasConfig.cells.inputs"])
        #expect(
            problems("random", dartsCells(["prefilter": ["measure": "beauty"]]))
                == ["spec.nasConfig.cells.prefilter.measure"])
        #expect(
            problems("random", ["cells": ["nodes": 2, "operations": ["a"], "limits": ["parameters": 5]]])
                == ["spec.nasConfig.cells.limits"])
    }

    @Test func `a network beyond all numbers is only very large`() {
        let network = CellNetwork(
            channels: 4096, layers: 1000, classes: 100_000,
            input: ImageSize(rows: 65_536, columns: 65_536, channels: 2048))
        let edges = [CellGraph.Edge(.separable(99), from: 0), CellGraph.Edge(.dilated(99), from: 1)]
        let cell = CellGraph(nodes: [edges, edges, edges])
        let cost = NetworkCost(of: Genotype(normal: cell, reduction: cell), in: network)
        #expect(cost.multiplyAdds == .max && cost.parameters > 1_000_000_000)
    }

    // MARK: Reading

    @Test func `everything wrong with a configuration is told at once`() {
        let cells: JSON = [
            "kinds": [], "nodes": 40, "inputs": 3, "edges": "some", "operations": ["a", "a", ""],
        ]
        #expect(
            Set(problems("random", ["cells": cells, "operations": []])) == [
                "spec.nasConfig.operations", "spec.nasConfig.cells.nodes", "spec.nasConfig.cells.inputs",
                "spec.nasConfig.cells.edges", "spec.nasConfig.cells.operations[1]",
                "spec.nasConfig.cells.operations[2]", "spec.nasConfig.cells.kinds",
            ])
        let continuum: JSON = [
            "name": "rate", "parameterType": "double", "feasibleSpace": ["min": "0", "max": "1"],
        ]
        let graph: JSON = [
            "graphConfig": [:], "operations": [["operationType": "dropout", "parameters": [continuum]]],
        ]
        #expect(
            problems("random", graph) == [
                "spec.nasConfig.graphConfig.numLayers",
                "spec.nasConfig.operations[0].parameters[0].feasibleSpace.step",
            ])
        #expect(problems("darts", graph).contains("spec.nasConfig.operations[0].parameters[0].parameterType"))
        #expect(problems("random", ["graphConfig": ["numLayers": 2]]) == ["spec.nasConfig.operations"])
        #expect(problems("random", ["graphConfig": ["numLayers": 1000], "operations": []]).count == 2)
    }

    @Test func `numbers that would fill the memory are refused`() {
        let values = JSON.array((0..<200).map { .string(String($0)) })
        let parameters = ["a", "b", "c"].map { name -> JSON in
            ["name": .string(name), "parameterType": "categorical", "feasibleSpace": ["list": values]]
        }
        let config: JSON = [
            "graphConfig": ["numLayers": 2],
            "operations": [["operationType": "convolution", "parameters": .array(parameters)]],
        ]
        #expect(problems("random", config) == ["spec.nasConfig.operations"])
        let kinds = JSON.array((0..<500).map { .string("kind\($0)") })
        #expect(
            problems("random", ["cells": ["nodes": 16, "kinds": kinds, "operations": ["a"]]])
                == ["spec.nasConfig.cells"])
    }

    // MARK: Trials

    @Test func `a trial's template gets what Katib's would, or the parameters`() throws {
        let experiment = try experiment("random", layers(2))
        let assignment = try experiment.space.assignment(
            reading: experiment.parameterTexts(["architecture": "[[3], [2, 1]]"]))
        let template = TrialTemplate(
            source: .spec([:]),
            references: [
                .init(name: "arc", reference: "architecture"), .init(name: "skip", reference: "layer-2-skip-1"),
                .init(name: "name", reference: "${trialSpec.Name}"),
            ])
        let trial = Trial(number: 1, name: "nas-1", suggestion: Suggestion(assignment), startTime: .distantPast)
        let rendered = try template.rendered(
            [
                "args": [
                    "--architecture=\"${trialParameters.arc}\"", "${trialParameters.skip}", "${trialParameters.name}",
                ]
            ], for: trial, in: experiment)
        #expect(rendered["args"] == ["--architecture=\"[[3], [2, 1]]\"", "1", "nas-1"])
    }

    @Test func `a template may refer to nothing else`() {
        func problems(_ reference: String) -> [String] {
            var document = document("random", layers(2))
            document["spec"]?["trialTemplate"] = [
                "trialParameters": [["name": "x", "reference": .string(reference)]],
                "trialSpec": [
                    "apiVersion": "attune.dev/v1", "kind": "Process", "command": ["echo", "${trialParameters.x}"],
                ],
            ]
            let reading = Experiment.reading(SourceNode(document), catalogue: .named, seed: 0)
            return reading.problems.filter { $0.severity == .error }.map(\.remedy)
        }
        #expect(problems("architecture").isEmpty && problems("layer-1-operation").isEmpty)
        #expect(problems("architectur").first?.contains("did you mean \"architecture\"?") == true)
    }

    @Test func `initial trials are given either way`() throws {
        var document = document("random", layers(2))
        document["spec"]?["initialTrials"] = [
            ["architecture": "[[3], [2, 1]]"],
            ["layer-1-operation": "1", "layer-2-operation": "2", "layer-2-skip-1": "0"],
        ]
        let reading = Experiment.reading(
            SourceNode(document), catalogue: .named, purpose: .asking(algorithm: nil), seed: 0)
        let experiment = try #require(reading.experiment, "\(reading.problems)")
        #expect(
            experiment.initialTrials.map { experiment.presented($0)[0].value } == ["[[3], [2, 1]]", "[[1], [2, 0]]"])
        #expect(try Experiment(json: experiment.json) == experiment)
    }
}
