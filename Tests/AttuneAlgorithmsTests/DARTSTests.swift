import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

struct DARTSTests {
    private func experiment(_ settings: [(String, String)] = []) throws -> Experiment {
        try Experiment(json: [
            "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": ["name": "nas"],
            "spec": [
                "objective": ["type": "maximize", "objectiveMetricName": "accuracy"],
                "algorithm": [
                    "algorithmName": "darts",
                    "algorithmSettings": .array(
                        settings.map { ["name": .string($0.0), "value": .string($0.1)] }),
                ],
                "nasConfig": [
                    "graphConfig": ["numLayers": 3], "operations": [["operationType": "skip_connection"]],
                ],
            ],
        ])
    }

    @Test func `it keeps the laws`() throws {
        let laws = SuggesterLaws(.darts, try experiment())
        try laws.freshAgreesWithOld(trials: 5)
        try laws.finiteSpacesAreExhausted()
        try laws.replayGivesTheLog(trials: 5)
        try laws.survivesHostileHistories()
    }

    @Test(arguments: [
        ("num_epochs", "0", "num_epochs should be greater than zero"),
        ("w_lr", "-1", "w_lr should be greater than or equal to zero"),
        ("alpha_weight_decay", "-0.1", "alpha_weight_decay should be greater than or equal to zero"),
        ("w_grad_clip", "-1", "w_grad_clip should be greater than or equal to zero"),
        ("batch_size", "0", "batch_size should be greater than or equal to one"),
        ("num_workers", "-1", "num_workers should be greater than or equal to zero"),
        ("stem_multiplier", "0", "stem_multiplier should be greater than or equal to one"),
    ])
    func `settings out of range are refused in Katib's words`(name: String, value: String, message: String) throws {
        let problems = AlgorithmCatalogue.standard.problems(of: try experiment([(name, value)]))
        #expect(problems.map(\.remedy) == [message])
    }

    @Test func `what it does not know is passed on with a warning`() throws {
        let experiment = try experiment([("batch_size", "None"), ("num_epoch", "3")])
        let problems = AlgorithmCatalogue.standard.problems(of: experiment)
        #expect(problems.map(\.severity) == [.warning])
        #expect(problems[0].remedy.contains("did you mean \"num_epochs\"?"))
        var suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        guard case .run(let suggestion) = try suggester.proposal(for: Study(experiment, createdAt: .distantPast)) else {
            Issue.record("it proposes its point")
            return
        }
        let told = experiment.presented(suggestion.assignment)
        #expect(told[0].value.contains("'batch_size': null") && told[0].value.hasSuffix("'num_epoch': '3'}"))
    }

    @Test func `an experiment without layers is refused`() throws {
        var experiment = try experiment()
        experiment.nas = nil
        #expect(AlgorithmCatalogue.standard.problems(of: experiment).map { "\($0.field)" } == ["nasConfig"])
        experiment.nas = NASConfig(cells: CellLayout(nodes: 2, operations: ["a"]))
        #expect(AlgorithmCatalogue.standard.problems(of: experiment).map { "\($0.field)" } == ["nasConfig.cells"])
    }
}
