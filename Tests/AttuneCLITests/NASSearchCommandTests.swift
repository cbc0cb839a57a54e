import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// `attune nas search`, by itself and as a trial.
@Suite(.timeLimit(.minutes(10))) struct NASSearchCommandTests {
    /// Images of 6 x 6 pixels, two classes: the upper or the lower half is brighter.
    private static func write(_ tool: CommandLineTool) throws -> String {
        var random = RandomSource(seed: 3)
        let lines = (0..<48).map { image -> String in
            let pixels = (0..<36).map { pixel in random.below(100) + ((pixel < 18) == (image % 2 == 0) ? 120 : 0) }
            return ([image % 2] + pixels).map(String.init).joined(separator: ",")
        }
        return try tool.write(lines.joined(separator: "\n") + "\n", to: "images.csv")
    }

    private static let small = [
        "--epochs", "2", "--nodes", "1", "--layers", "3", "--channels", "4", "--batch", "8", "--candidates", "2",
        "--random-cells", "1", "--training-epochs", "1",
    ]

    @Test func `a search goes on where it was, and finds the same`() async throws {
        let attune = try CommandLineTool()
        let data = try Self.write(attune)
        let folder = attune.directory.appending(path: "kept").path
        let arguments = ["nas", "search", "--data", data, "--checkpoints", folder] + Self.small
        let whole = try await attune.start(arguments).finished()
        #expect(whole.code == 0, "\(whole.errors)")
        #expect(whole.output.contains("candidate=2 epoch=2 Train-Loss="))
        #expect(whole.output.contains(/\nCandidate-Accuracy=.* origin=search-2 Candidate-Genotype=Genotype\(/))
        #expect(whole.output.contains(/\nCandidate-Accuracy=.* origin=random Candidate-Genotype=Genotype\(/))
        #expect(whole.output.contains("Random-Accuracy="))
        #expect(whole.output.firstMatch(of: /\nBest-Genotype=Genotype\(normal=\[\[.*\n/) != nil)
        let again = try await attune.start(arguments + ["--threads", "1"]).finished()
        #expect(again.output == whole.output)
        let other = try await attune.start(arguments + ["--seed", "1"]).finished()
        #expect(other.code != 0 && other.errors.contains("other settings (seed)"))
        try Data("spoilt".utf8).write(to: URL(filePath: folder).appending(path: "search-1"))
        let spoilt = try await attune.start(arguments).finished()
        #expect(spoilt.code != 0 && spoilt.errors.contains("is no checkpoint"))
    }

    @Test func `what is asked for wrongly is said in a sentence`() async throws {
        let attune = try CommandLineTool()
        let data = try Self.write(attune)
        func complaint(_ arguments: String...) async throws -> String {
            let result = try await attune.start(["nas", "search", "--data", data] + arguments).finished()
            #expect(result.code != 0)
            return result.errors
        }
        #expect(try await complaint("--method", "dart").contains("use one of default, darts-1"))
        #expect(
            try await complaint("--operations", "sep_conv_3x3,conv").contains(
                "found operation \"conv\"; the operations are none, max_pool_3x3"))
        #expect(try await complaint("--batch", "64").hasPrefix("error: --batch: found 64; must be from 1 to "))
        #expect(
            try await complaint("--candidates", "0").hasPrefix("error: --candidates: found 0; must be from 1 to 1000\n")
        )
    }

    @Test func `a network of a genotype is trained`() async throws {
        let attune = try CommandLineTool()
        let genotype =
            "Genotype(normal=[('sep_conv_3x3', 0), ('skip_connect', 1)], normal_concat=range(2, 3), "
            + "reduce=[('max_pool_3x3', 0), ('max_pool_3x3', 1)], reduce_concat=range(2, 3))"
        let result = try await attune(
            "nas", "retrain", genotype, "--data", try Self.write(attune), "--channels", "4", "--layers", "3",
            "--epochs", "3", "--batch", "8", "--shift", "1", "--flips")
        #expect(result.code == 0, "\(result.errors)")
        #expect(result.output.contains("epoch=3 Train-Loss="))
        let told =
            #"{"normal":[[["sep_conv_3x3",0],["skip_connect",1]]],"reduction":[[["max_pool_3x3",0],["max_pool_3x3",1]]]}"#
        let kept = attune.directory.appending(path: "training").path
        func train(_ epochs: Int) async throws -> String {
            try await attune(
                "nas", "retrain", told, "--data", try Self.write(attune), "--channels", "4", "--layers", "3",
                "--epochs", "\(epochs)", "--batch", "8", "--hold-out", "4", "--checkpoints", kept
            ).output
        }
        let first = try await train(2)
        #expect(first.contains("epoch=2 ") && first.contains("Validation-Accuracy="))
        // Nothing is left to do, and the last epoch is said again.
        #expect(try await train(2).split(separator: "\n").last == first.split(separator: "\n").last)
        let measured = try await attune(
            "nas", "measure", genotype, "--data", try Self.write(attune), "--channels", "4", "--layers", "3", "--batch",
            "8")
        #expect(measured.code == 0, "\(measured.errors)")
        for name in ["parameters", "multiply-adds", "Latency", "Synflow", "NASWOT"] {
            #expect(measured.output.contains("\(name)="))
        }
    }

    /// The experiment as it stands there, but for the data, a smaller search and one trial.
    @Test(.enabled(if: SharedFolder.data.exists, SharedFolder.data.missing))
    func `the example darts-fashion runs`() async throws {
        let attune = try CommandLineTool()
        let file = CommandLineTool.repository.appending(path: "experiments/darts-fashion/experiment.yaml")
        let small = [
            "epochs=1", "shrink=7", "candidates=1", "random-cells=1", "training-epochs=1", "nodes=1", "channels=4",
        ]
        let text = try String(contentsOf: file, encoding: .utf8)
            .replacing("--data=fashion-mnist", with: "--data=\(SharedFolder.data.file("fashion-mnist-7k").path)")
            .replacing("- --shrink=2", with: small.map { "- --\($0)" }.joined(separator: "\n        "))
            .replacing("maxTrialCount: 2", with: "maxTrialCount: 1")
        let run = try await attune("run", try attune.write(text, to: "darts-fashion.yaml"), "--quiet")
        #expect(run.code == 0, "\(run.errors)")
        let metrics = try await attune("best", "darts-fashion", "--json").json()["metrics"]
        #expect(metrics?["Test-Accuracy"]?["latest"]?.double ?? 0 > 0.1)
    }

    /// The experiment as it stands there, but for the data, smaller images and fewer epochs and trials.
    @Test(.enabled(if: SharedFolder.data.exists, SharedFolder.data.missing))
    func `the example cells-fashion runs, trials go on from their checkpoints, and cells keep to the limit`()
        async throws
    {
        let attune = try CommandLineTool()
        let file = CommandLineTool.repository.appending(path: "experiments/cells-fashion/experiment.yaml")
        let text = try String(contentsOf: file, encoding: .utf8)
            .replacing("--data=fashion-mnist", with: "--data=\(SharedFolder.data.file("fashion-mnist-7k").path)")
            .replacing("--shrink=2", with: "--shrink=7").replacing("image: 14x14x1", with: "image: 4x4x1")
            .replacing("channels: 8", with: "channels: 4").replacing("parameters: 45000", with: "parameters: 9000")
            .replacing("--threads=1", with: "--threads=1\n        - --channels=4")
            .replacing("--epochs=9", with: "--epochs=3").replacing("value: \"9\"", with: "value: \"3\"")
            .replacing("maxTrialCount: 27", with: "maxTrialCount: 3")
        let run = try await attune("run", try attune.write(text, to: "cells-fashion.yaml"), "--quiet")
        #expect(run.code == 0, "\(run.errors)")
        let best = try await attune("best", "cells-fashion", "--json").json()
        let genotype = try #require(best["parameters"]?["genotype"]?.string)
        let number = try #require(best["number"]?.int)
        #expect(try await attune("nas", "draw", genotype).output.hasPrefix("<svg"))
        let log = try await attune("logs", "cells-fashion", "\(number)").output
        let counts = log.matches(of: /parameters=([0-9]+)/).compactMap { Int($0.1) }
        #expect(counts.count == 2 && counts.allSatisfy { $0 <= 9000 }, "one for each attempt: \(counts)")
        #expect(log.matches(of: /epoch=([0-9]+) Train/).map { String($0.1) } == ["1", "2", "3"])
    }

    @Test func `a search is a trial like any other`() async throws {
        let attune = try CommandLineTool()
        let data = try Self.write(attune)
        let command =
            ([CommandLineTool.products.appending(path: "attune").path, "nas", "search", "--data", data]
            + Self.small + ["--seed", "${trialParameters.seed}"]).map { "\"\($0)\"" }.joined(separator: ", ")
        let file = try attune.write(
            """
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata: {name: cells}
            spec:
              objective: {type: maximize, objectiveMetricName: Validation-Accuracy, additionalMetricNames: [Train-Loss]}
              algorithm: {algorithmName: grid}
              parallelTrialCount: 1
              maxTrialCount: 2
              parameters:
                - {name: seed, parameterType: int, feasibleSpace: {min: "1", max: "2"}}
              trialTemplate:
                trialParameters: [{name: seed, reference: seed}]
                trialSpec: {apiVersion: attune.dev/v1, kind: Process, command: [\(command)]}
            """, to: "cells.yaml")
        let run = try await attune("run", file, "--quiet")
        #expect(run.code == 0, "\(run.errors)")
        let trials = try #require(try await attune("trials", "cells", "--json").json().array)
        #expect(trials.map { $0["state"]?.string } == ["Succeeded", "Succeeded"])
        let logs = try await attune("logs", "cells", "1")
        #expect(logs.output.contains("Best-Genotype=Genotype("), "\(logs.errors)")
    }
}
