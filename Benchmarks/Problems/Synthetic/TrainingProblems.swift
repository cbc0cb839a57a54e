import AttuneCore
import Foundation

/// Problems shaped as tuning is: rates on a logarithmic scale, whole numbers, choices, and parameters that belong to
/// choices. Every term is a square, or zero at one level and positive at the others, so the optimum is where all vanish.
enum TrainingProblems {
    /// Five parameters of four kinds. The best rate depends on the depth.
    static var mixed: BenchmarkProblem {
        let space = SearchSpace(trusted: [
            ParameterSpec("rate", .double(1e-5...1, .logUniform)),
            ParameterSpec("layers", .int(1...8)),
            ParameterSpec("units", .int(32...512, step: 32, .logUniform)),
            ParameterSpec("dropout", .double(0...0.8, step: 0.1)),
            ParameterSpec("activation", .categorical(["tanh", "relu", "gelu", "swish"])),
        ])
        let best = space.assignment(trusted: [
            "rate": .double(1e-3), "layers": .int(5), "units": .int(160), "dropout": .double(0.3),
            "activation": .text("gelu"),
        ])
        let penalties: [String: Double] = ["tanh": 0.3, "relu": 0.05, "swish": 0.1]
        return BenchmarkProblem(
            name: "mixed/training", summary: "A rate, whole numbers, steps and a choice; own", space: space,
            optimum: 0.1,
            optimizers: [best]
        ) { assignment in
            let depth = assignment.number("layers") - 5
            let rate = squared(log10(assignment.number("rate")) + 3 + 0.2 * depth)
            let size = 0.02 * squared(depth) + 0.1 * squared(log2(assignment.number("units") / 160))
            let dropout = squared(assignment.number("dropout") - 0.3)
            let activation = assignment["activation"].flatMap { penalties[$0.description] } ?? 0
            return Evaluation([0.1 + 0.2 * rate + size + dropout + activation])
        }
    }

    /// Three levels of conditions: the model, its optimizer or depth, and what those need.
    static var pipeline: BenchmarkProblem {
        let space = SearchSpace(trusted: pipelineParameters)
        let best = space.assignment(trusted: [
            "model": .text("network"), "layers": .int(2), "units1": .int(64), "units2": .int(32),
            "optimizer": .text("sgd"),
            "momentum": .double(0.9), "rate": .double(0.01),
        ])
        return BenchmarkProblem(
            name: "conditional/pipeline", summary: "A model, its optimizer and depth, and what each needs; own",
            space: space,
            optimum: 0.05, optimizers: [best]
        ) { assignment in
            switch assignment["model"]?.description {
            case "linear": Evaluation([0.3 + 0.02 * squared(log10(assignment.number("penalty")) + 1)])
            case "forest":
                Evaluation([
                    0.15 + 1e-3 * squared(assignment.number("depth") - 11)
                        + 0.05 * squared(log10(assignment.number("trees")) - 2.5)
                ])
            default: Evaluation([0.05 + networkPenalty(assignment)])
            }
        }
    }

    private static var pipelineParameters: [ParameterSpec] {
        func of(_ parameter: String, _ level: String) -> Condition { Condition(parameter, .oneOf([.text(level)])) }
        return [
            ParameterSpec("model", .categorical(["linear", "forest", "network"])),
            ParameterSpec("penalty", .double(1e-4...100, .logUniform), when: of("model", "linear")),
            ParameterSpec("trees", .int(10...1000, .logUniform), when: of("model", "forest")),
            ParameterSpec("depth", .int(2...20), when: of("model", "forest")),
            ParameterSpec("layers", .int(1...3), when: of("model", "network")),
            ParameterSpec("units1", .int(16...256, step: 16), when: of("model", "network")),
            ParameterSpec("units2", .int(16...256, step: 16), when: Condition("layers", .between(2, nil))),
            ParameterSpec("units3", .int(16...256, step: 16), when: Condition("layers", .between(3, nil))),
            ParameterSpec("optimizer", .categorical(["adam", "sgd"]), when: of("model", "network")),
            ParameterSpec("rate", .double(1e-5...1, .logUniform), when: of("model", "network")),
            ParameterSpec("momentum", .double(0...0.99), when: of("optimizer", "sgd")),
        ]
    }

    private static func networkPenalty(_ assignment: Assignment) -> Double {
        let layers = assignment.number("layers")
        let isSGD = assignment["optimizer"] == .text("sgd")
        let rate = squared(log10(assignment.number("rate")) + (isSGD ? 2 : 3))
        let units = sum(1..<Int(layers) + 1) { layer in
            squared(log2(assignment.number("units\(layer)") / 128) + Double(layer))
        }
        let optimizer = isSGD ? squared(assignment.number("momentum") - 0.9) : 0.03
        return 0.05 * abs(layers - 2) + 0.05 * rate + 0.02 * units + optimizer
    }
}
