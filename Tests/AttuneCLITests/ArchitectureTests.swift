import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// Architecture searches from a file to the last trial, on this machine.
@Suite(.timeLimit(.minutes(10))) struct ArchitectureTests {
    private func yaml(
        _ name: String, algorithm: String, _ nasConfig: String, references: [String], script: String
    ) -> String {
        let parameters = references.map { "{name: \($0), reference: \($0)}" }.joined(separator: ", ")
        let variables = references.map {
            "{name: \($0.replacing("-", with: "_")), value: \"${trialParameters.\($0)}\"}"
        }.joined(separator: ", ")
        return """
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata: {name: \(name)}
            spec:
              seed: 1
              objective: {type: maximize, objectiveMetricName: accuracy}
              algorithm: {algorithmName: \(algorithm)}
              parallelTrialCount: 1
              maxTrialCount: 4
              nasConfig: \(nasConfig)
              trialTemplate:
                trialParameters: [\(parameters)]
                trialSpec:
                  apiVersion: attune.dev/v1
                  kind: Process
                  command: [sh, -c, '\(script)']
                  env: [\(variables)]
            """
    }

    private static let layers = """
        {graphConfig: {numLayers: 3, inputSizes: [8, 8, 1], outputSizes: [10]}, operations: [{operationType: convolution,
            parameters: [{name: size, parameterType: categorical, feasibleSpace: {list: ["3", "5", "7"]}}]}]}
        """

    @Test(arguments: ["enas", "random"])
    func `each trial is told of its own network`(algorithm: String) async throws {
        let attune = try CommandLineTool()
        let text = yaml(
            "layers-\(algorithm)", algorithm: algorithm, Self.layers, references: ["architecture", "nn_config"],
            script:
                #"echo accuracy=0.1$(echo "$architecture" | tr -cd 0-9); case "$nn_config" in *num_layers*) ;; *) exit 3;; esac"#
        )
        let file = try attune.write(text, to: "nas.yaml")
        let run = try await attune("run", file)
        #expect(run.code == 0, "\(run.errors)")
        let trials = try #require(try await attune("trials", "layers-\(algorithm)", "--json").json().array)
        #expect(trials.count == 4)
        for trial in trials {
            #expect(trial["parameters"]?.object?.keys == ["architecture", "nn_config"])
            let digits = try #require(trial["parameters"]?["architecture"]?.string).filter(\.isNumber)
            #expect(trial["metrics"]?["accuracy"]?["latest"]?.double == Double("0.1" + digits))
        }
        let best = try await attune("best", "layers-\(algorithm)").output
        #expect(best.contains("architecture: [["), "\(best)")
        #expect(try await attune("replay", "layers-\(algorithm)").code == 0)
    }

    @Test func `a trial of darts is told what to search, once`() async throws {
        let attune = try CommandLineTool()
        let names = ["algorithm-settings", "search-space", "num-layers"]
        let script =
            #"case "$algorithm_settings $search_space" in *alpha_lr*convolution_3x3*) echo accuracy=0.$num_layers;; esac"#
        let file = try attune.write(
            yaml("darts", algorithm: "darts", Self.layers, references: names, script: script), to: "nas.yaml")
        let run = try await attune("run", file)
        #expect(run.code == 0, "\(run.errors)")
        let trials = try #require(try await attune("trials", "darts", "--json").json().array)
        #expect(trials.count == 1)
        #expect(trials[0]["parameters"]?.object?.keys == names)
        #expect(trials[0]["metrics"]?["accuracy"]?["latest"]?.double == 0.3)
    }

    @Test func `cells are told choice by choice, and as a genotype`() async throws {
        let attune = try CommandLineTool()
        let text = yaml(
            "cells", algorithm: "tpe", "{cells: {nodes: 2, operations: [none, skip, conv]}}",
            references: ["cell-edge-0-1", "genotype"],
            script: #"case "$genotype" in *"$cell_edge_0_1"*) echo accuracy=1;; esac"#)
        let file = try attune.write(text, to: "nas.yaml")
        let run = try await attune("run", file)
        #expect(run.code == 0, "\(run.errors)")
        let trials = try #require(try await attune("trials", "cells", "--json").json().array)
        #expect(trials.allSatisfy { $0["state"] == "Succeeded" })
        #expect(
            trials[0]["parameters"]?.object?.keys == [
                "cell-edge-0-1", "cell-edge-0-2", "cell-edge-1-2", "genotype",
            ])
        let csv = try await attune("trials", "cells", "--csv").output
        #expect(csv.hasPrefix("number,name,state,cell-edge-0-1,cell-edge-0-2,cell-edge-1-2,genotype,"), "\(csv)")
    }
}
