import AttuneAlgorithms
import AttuneCore
import AttuneYAML
import Benchmark
import Foundation

/// Measures reading and validating the quickstart's experiment, from text to value.
func addDecoding() {
    Benchmark("decode an experiment's YAML") { benchmark, text in
        let file = benchmark.measure {
            ExperimentFile(name: "experiment.yaml", text: text, catalogue: .standard, seed: { 1 })
        }
        if file.experiments.count != 1 { benchmark.error(file.diagnostics.joined(separator: "\n")) }
    } setup: {
        var folder = URL(filePath: #filePath)
        for _ in 1...5 { folder.deleteLastPathComponent() }
        return try String(
            contentsOf: folder.appending(path: "experiments/quickstart/experiment.yaml"), encoding: .utf8)
    }
}
