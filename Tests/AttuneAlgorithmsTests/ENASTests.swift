import AttuneCore
import AttuneMath
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

struct ENASTests {
    // MARK: The gradient

    @Test(arguments: [1, 2, 5], [Controller.Squash(temperature: 1.3, limit: 2.25), Controller.Squash()])
    func `the gradient agrees with differences`(layers: Int, squash: Controller.Squash) {
        var random = RandomSource(seed: 3)
        let weights = ControllerWeights(hidden: 4, operations: 3, range: 0.7, using: &random)
        var controller = Controller(weights: weights, layers: layers, squash: squash)
        let network = controller.network(using: &random)
        let loss = ControllerLoss(advantage: 0.7, entropyWeight: 0.3, skipWeight: 0.8, skipTarget: 0.4)
        let gradient = controller.trace(of: network).gradient(of: loss, weights)
        for part in ControllerWeights.parts {
            for index in weights[keyPath: part].elements.indices {
                func value(_ change: Double) -> Double {
                    controller.weights = weights
                    controller.weights[keyPath: part].elements[index] += change
                    return loss.value(controller.trace(of: network))
                }
                let difference = (value(1e-5) - value(-1e-5)) / 2e-5
                #expect(abs(difference - gradient[keyPath: part].elements[index]) < 1e-8)
            }
        }
    }

    @Test func `a network's probability is the share of draws in which it comes`() {
        var random = RandomSource(seed: 8)
        let weights = ControllerWeights(hidden: 3, operations: 2, range: 1.5, using: &random)
        let controller = Controller(weights: weights, layers: 2, squash: Controller.Squash())
        var counts: [Controller.Network: Int] = [:]
        for _ in 0..<4_000 { counts[controller.network(using: &random), default: 0] += 1 }
        var total = 0.0
        for first in 0..<2 {
            for second in 0..<2 {
                for skip in 0..<2 {
                    let network = [[first], [second, skip]]
                    let p = exp(controller.trace(of: network).logProbability)
                    total += p
                    let share = Double(counts[network] ?? 0) / 4_000
                    #expect(abs(share - p) < 5 * (p * (1 - p) / 4_000).squareRoot(), "\(network): \(p)")
                }
            }
        }
        #expect(abs(total - 1) < 1e-12)
    }

    // MARK: Learning

    private func settings(rate: Double, steps: Int) -> ENASSettings {
        var settings = ENASSettings()
        (settings.learningRate, settings.trainSteps) = (rate, steps)
        return settings
    }

    /// The probability of the one good arm of two after so many evaluations.
    private func learned(_ settings: ENASSettings, evaluations: Int, seed: UInt64) -> Double {
        var random = RandomSource(seed: seed)
        var training = ControllerTraining(settings, layers: 1, operations: 2, using: &random)
        for _ in 0..<evaluations {
            let network = training.controller.network(using: &random)
            training.learn(network, network == [[1]] ? 1 : 0)
        }
        return exp(training.controller.trace(of: [[1]]).logProbability)
    }

    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `the better of two arms is found within 300 evaluations`(seed: UInt64) {
        #expect(learned(settings(rate: 5e-3, steps: 1), evaluations: 300, seed: seed) > 0.9)
    }

    @Test func `the default settings find it too`() {
        #expect(learned(ENASSettings(), evaluations: 40, seed: 1) > 0.7)
    }

    /// Katib's scheme: rewards are averaged, and networks drawn anew are credited with the mean.
    private func learnedFromMeans(evaluations: Int, seed: UInt64) -> Double {
        var random = RandomSource(seed: seed)
        var controller = Controller(
            weights: ControllerWeights(hidden: 64, operations: 2, range: 0.01, using: &random), layers: 1,
            squash: ENASSettings().squash)
        var optimizer = Adam(controller.weights)
        var (sum, baseline) = (0.0, 0.0)
        for evaluation in 1...evaluations {
            sum += controller.network(using: &random) == [[1]] ? 1 : 0
            let mean = sum / Double(evaluation)
            baseline += 0.001 * (mean - baseline)
            let loss = ControllerLoss(advantage: mean - baseline, entropyWeight: 0, skipWeight: 0, skipTarget: 0.4)
            let fresh = controller.trace(of: controller.network(using: &random))
            optimizer.descend(&controller.weights, fresh.gradient(of: loss, controller.weights), rate: 5e-3)
        }
        return exp(controller.trace(of: [[1]]).logProbability)
    }

    @Test func `rewards that are averaged over networks teach nothing`() {
        let found = (1...5 as ClosedRange<UInt64>).map { learnedFromMeans(evaluations: 300, seed: $0) }
        #expect(found.allSatisfy { $0 < 0.9 }, "\(found)")
    }

    @Test func `failures rank last, and the size of a result does not matter`() {
        let ranks = standardizedRanks([1, nil, 1e300, 1, .nan, -.infinity])
        #expect(ranks[2] > ranks[0] && ranks[0] == ranks[3] && ranks[0] > ranks[1])
        #expect(ranks[1] == ranks[4] && ranks[4] == ranks[5])
        #expect(abs(ranks.reduce(0, +)) < 1e-12)
    }

    // MARK: As an algorithm

    private func experiment(_ layers: Int, _ operations: Int) throws -> Experiment {
        try Experiment(json: ENASTests.document(layers, operations), catalogue: .standard)
    }

    private static func document(_ layers: Int, _ operations: Int, more: JSON.Fields = [:]) -> JSON {
        let sizes = JSON.array((0..<operations).map { .string(String($0)) })
        var spec: JSON.Fields = [
            "objective": ["type": "minimize", "objectiveMetricName": "loss"], "seed": 7,
            "algorithm": [
                "algorithmName": "enas",
                "algorithmSettings": [
                    ["name": "controller_hidden_size", "value": "6"],
                    ["name": "controller_train_steps", "value": "3"],
                    ["name": "controller_learning_rate", "value": "0.01"],
                ],
            ],
            "nasConfig": [
                "graphConfig": ["numLayers": .number(layers), "inputSizes": [8], "outputSizes": [2]],
                "operations": [
                    [
                        "operationType": "convolution",
                        "parameters": [
                            ["name": "size", "parameterType": "categorical", "feasibleSpace": ["list": sizes]]
                        ],
                    ]
                ],
            ],
        ]
        for (key, value) in more { spec[key] = value }
        return [
            "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": ["name": "nas"],
            "spec": .object(spec),
        ]
    }

    @Test(arguments: [(1, 5), (2, 3), (4, 3)]) func `it keeps the laws`(layers: Int, operations: Int) throws {
        let laws = SuggesterLaws(.enas, try experiment(layers, operations))
        try laws.check()
        try laws.survivesHostileHistories()
    }

    @Test func `different seeds give different networks`() throws {
        try SuggesterLaws(.enas, try experiment(4, 6)).differentSeedsDiffer()
    }

    @Test func `constraints are kept`() throws {
        let document = ENASTests.document(
            3, 3, more: ["constraints": ["`layer-3-skip-1` == \"0\"", "`layer-1-operation` != `layer-2-operation`"]])
        let experiment = try Experiment(json: document, catalogue: .standard)
        try SuggesterLaws(.enas, experiment).suggestionsLieInTheSpace(trials: 40)
    }

    @Test func `the last of a hundred networks are better than random ones`() throws {
        func late(_ algorithm: String, seed: UInt64) throws -> Double {
            var experiment = try experiment(4, 4)
            experiment.seed = seed
            experiment.algorithm.name = algorithm
            if algorithm == "random" { experiment.algorithm.settings = [] }
            var study = Study(experiment, createdAt: .distantPast)
            var suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
            for number in 1...100 {
                guard case .run(let suggestion) = try suggester.proposal(for: study) else { break }
                try study.apply(.started(number, suggestion, at: .distantPast))
                let loss = suggestion.assignment.active.enumerated().reduce(0.0) { sum, item in
                    sum + abs(Double(item.element.value.description)! - Double((item.offset * 7) % 4) / 1.5)
                }
                try study.apply(
                    .observed(number, [Observation(metric: "loss", value: loss, step: 0, time: .distantPast)]))
                try study.apply(.ended(number, .succeeded, at: .distantPast))
            }
            return study.trials.suffix(25).compactMap { $0.value(of: study.objective) }.reduce(0, +) / 25
        }
        var differences: [Double] = []
        for seed in 1...7 as ClosedRange<UInt64> {
            differences.append(try late("random", seed: seed) - late("enas", seed: seed))
        }
        #expect(differences.sorted()[3] > 0, "\(differences)")
    }

    @Test func `an experiment without layers is refused`() throws {
        let catalogue = AlgorithmCatalogue.standard
        var experiment = try experiment(2, 2)
        #expect(catalogue.problems(of: experiment).isEmpty)
        experiment.nas?.inputSizes = []
        #expect(catalogue.problems(of: experiment).map { "\($0.field)" } == ["nasConfig.graphConfig.inputSizes"])
        experiment.nas = nil
        #expect(catalogue.problems(of: experiment).map { "\($0.field)" } == ["nasConfig"])
        experiment.nas = NASConfig(cells: CellLayout(nodes: 2, operations: ["a"]))
        #expect(catalogue.problems(of: experiment).map { "\($0.field)" } == ["nasConfig.cells"])
    }
}
