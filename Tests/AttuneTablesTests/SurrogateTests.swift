import AttuneCore
import AttuneProblems
import Foundation
import Testing

@testable import AttuneTables

struct SurrogateTests {
    /// One categorical instance with two labels, an activation with two, a rate that counts only for one of them, and
    /// epochs: five inputs, a hidden width of two, one block.
    private static let description = """
        {"name": "tiny", "bn_eps": 0.5, "instance_param": "task", "fidelity": ["epoch"],
         "categorical": [
           {"name": "task", "labels": ["#na#", "3", "7"], "embedding": {"shape": [3, 2], "offset": 0}},
           {"name": "act", "labels": ["#na#", "relu", "tanh"], "embedding": {"shape": [3, 1], "offset": 6}}],
         "continuous": [{"name": "rate", "transform": [["add", 0.5], ["log"], ["neg"]]},
                        {"name": "epoch", "transform": [["div", 4]]}],
         "input_layer": {"W": {"shape": [2, 5], "offset": 9}, "b": {"shape": [2], "offset": 19}},
         "blocks": [{"bn": {"gamma": {"shape": [2], "offset": 21}, "beta": {"shape": [2], "offset": 23},
                            "mean": {"shape": [2], "offset": 25}, "var": {"shape": [2], "offset": 27}},
                     "W1": {"shape": [4, 2], "offset": 29}, "b1": {"shape": [4], "offset": 37},
                     "W2": {"shape": [2, 2], "offset": 41}, "b2": {"shape": [2], "offset": 45}}],
         "final_bn": {"gamma": {"shape": [2], "offset": 47}, "beta": {"shape": [2], "offset": 49},
                      "mean": {"shape": [2], "offset": 51}, "var": {"shape": [2], "offset": 53}},
         "head": {"W": {"shape": [2, 2], "offset": 55}, "b": {"shape": [2], "offset": 59}},
         "outputs": [{"name": "time", "transform": [["mul", 9]]}, {"name": "acc", "transform": [["exp"], ["sub", 1]]}],
         "config_space": {"hyperparameters": [
           {"name": "task", "type": "categorical", "choices": ["3", "7", "9"]},
           {"name": "act", "type": "categorical", "choices": ["relu", "tanh"]},
           {"name": "rate", "type": "uniform_float", "log": true, "lower": 0.01, "upper": 1},
           {"name": "epoch", "type": "uniform_int", "lower": 1, "upper": 4}],
          "conditions": [{"child": "rate", "parent": "act", "type": "EQ", "value": "tanh"}]}}
        """
    private static let weights = (0..<61).map {
        Float(sin(Double($0) * 1.7)) + (27..<29 ~= $0 || 53..<55 ~= $0 ? 1.5 : 0)
    }

    private func folder(golden: String? = nil, weights: [Float] = Self.weights) throws -> TemporaryFolder {
        let folder = try TemporaryFolder(["s/tiny.json": Self.description])
        try folder.write("s/tiny.f32.gz", weights.withUnsafeBytes { Array($0) })
        if let golden { try folder.write("s/tiny.golden.json", Array(golden.utf8)) }
        return folder
    }

    /// The network of `description` in plain arithmetic, as the surrogates' README states it.
    private static func prediction(task: Int, act: Int, rate: Double, epoch: Double) -> [Double] {
        let w = weights.map(Double.init)
        func matrix(_ offset: Int, _ x: [Double], bias: Int, outputs: Int) -> [Double] {
            (0..<outputs).map { row in
                x.indices.reduce(w[bias + row]) { $0 + w[offset + row * x.count + $1] * x[$1] }
            }
        }
        func normalized(_ x: [Double], _ offset: Int) -> [Double] {
            (0..<2).map {
                (x[$0] - w[offset + 4 + $0]) / (w[offset + 6 + $0] + 0.5).squareRoot() * w[offset + $0]
                    + w[offset + 2 + $0]
            }
        }
        let x = [w[2 * task], w[2 * task + 1], w[6 + act], -log(rate + 0.5), epoch / 4]
        let hidden = matrix(9, x, bias: 19, outputs: 2)
        let gates = matrix(29, normalized(hidden, 21), bias: 37, outputs: 4)
        let added = matrix(41, [gates[0] * max(gates[2], 0), gates[1] * max(gates[3], 0)], bias: 45, outputs: 2)
        let last = normalized([hidden[0] + added[0], hidden[1] + added[1]], 47).map { max($0, 0) }
        let logistic = matrix(55, last, bias: 59, outputs: 2).map { 1 / (1 + exp(-$0)) }
        return [9 * logistic[0], exp(logistic[1]) - 1]
    }

    @Test func `instances with an embedding are problems, their curves over the fidelity`() throws {
        let folder = try folder()
        let problems = try folder.data.problems()
        #expect(problems.map(\.name) == ["yahpo/tiny/3", "yahpo/tiny/7"])
        #expect(problems[1].space.names == ["act", "rate"] && problems[1].maxResource == 4)
        #expect(problems[1].metrics == [.init("acc", .maximize)])
        let assignment = try problems[1].space.assignment(reading: ["act": "tanh", "rate": "0.2"])
        let evaluation = problems[1].evaluate(assignment)
        for epoch in 1...4 {
            let expected = Self.prediction(task: 2, act: 2, rate: 0.2, epoch: Double(epoch))
            #expect(abs(evaluation.curve[epoch - 1] - expected[1]) < 1e-5)
        }
        #expect(evaluation.values == [evaluation.curve[3]])
        #expect(abs(evaluation.seconds - Self.prediction(task: 2, act: 2, rate: 0.2, epoch: 4)[0]) < 1e-5)
    }

    @Test func `an inactive parameter is zero before its transform`() throws {
        let folder = try folder()
        let problem = try folder.data.problems()[0]
        let value = problem.evaluate(try problem.space.assignment(reading: ["act": "relu"])).values[0]
        #expect(abs(value - Self.prediction(task: 1, act: 1, rate: 0, epoch: 4)[1]) < 1e-5)
    }

    @Test func `golden configurations are checked on reading`() throws {
        let y = Self.prediction(task: 1, act: 2, rate: 0.3, epoch: 2)
        func golden(_ acc: Double) -> String {
            "[{\"config\": {\"task\": \"3\", \"act\": \"tanh\", \"rate\": 0.3, \"epoch\": 2}, \"y\": [\(y[0]), \(acc)]}]"
        }
        let good = try folder(golden: golden(y[1]))
        #expect(try good.data.problems().count == 2)
        let bad = try folder(golden: golden(y[1] * 1.001))
        let error = #expect(throws: AttuneError.self) { try bad.data.problems() }
        #expect(error?.message.contains("tiny.golden.json: [0].acc: predicted") == true)
    }

    @Test func `weights cut short are an error, but not for listing`() throws {
        let folder = try folder(weights: Array(Self.weights.dropLast()))
        #expect(try folder.data.listing().count == 2)
        let error = #expect(throws: AttuneError.self) { try folder.data.problems() }
        #expect(error?.message.contains("tiny.json: a tensor ends at float 61 of only 60") == true)
    }

    @Test func `conditions of ConfigSpace become conditions`() throws {
        let json = try JSON(
            parsing: """
                {"hyperparameters": [
                   {"name": "b", "type": "categorical", "choices": ["x", "y", "z"]},
                   {"name": "n", "type": "uniform_int", "log": true, "lower": 1, "upper": 64},
                   {"name": "in", "type": "uniform_float", "lower": 0, "upper": 1},
                   {"name": "not", "type": "constant", "value": 3}, {"name": "more", "type": "ordinal", "sequence": ["s", "l"]}],
                 "conditions": [{"child": "in", "parent": "b", "type": "IN", "values": ["x", "z"]},
                   {"child": "not", "parent": "b", "type": "NEQ", "value": "x"},
                   {"child": "more", "parent": "n", "type": "GT", "value": 8}]}
                """)
        let file = DataFile(url: URL(filePath: "/any.json"))
        let parameters = try ConfigurationSpace(json, of: file).parameters(without: [])
        #expect(
            parameters == [
                ParameterSpec("b", .categorical(["x", "y", "z"])), ParameterSpec("n", .int(1...64, .logUniform)),
                ParameterSpec("in", .double(0...1), when: Condition("b", .oneOf([.text("x"), .text("z")]))),
                ParameterSpec("not", .categorical(["3"]), when: Condition("b", .oneOf([.text("y"), .text("z")]))),
                ParameterSpec("more", .categorical(["s", "l"]), when: Condition("n", .between(8.0.nextUp, nil))),
            ])
        let unknown = try JSON(parsing: "{\"hyperparameters\": [{\"name\": \"x\", \"type\": \"normal_float\"}]}")
        let error = #expect(throws: AttuneError.self) {
            try ConfigurationSpace(unknown, of: file).parameters(without: [])
        }
        #expect(error?.message.hasPrefix("/any.json: config_space: found") == true)
    }
}
