import AttuneAlgorithms
import AttuneCore
import AttuneYAML
import Testing

/// Experiment files that somebody asks about rather than runs.
@Suite struct AskingFileTests {
    private static let text = """
        apiVersion: kubeflow.org/v1beta1
        kind: Experiment
        metadata: {name: mine}
        spec:
          objective: {type: minimize, objectiveMetricName: loss}
          algorithm: {algorithmName: hyperband, algorithmSettings: [{name: eta, value: "3"}]}
          parameters: [{name: x, parameterType: double, feasibleSpace: {min: "0", max: "1"}}]
        """

    private func reading(_ text: String, algorithm: String?) -> ExperimentFile {
        ExperimentFile(
            name: "mine.yaml", text: text, catalogue: .standard, purpose: .asking(algorithm: algorithm), seed: { 1 })
    }

    @Test func `it needs no trial template, and the asker's algorithm stands in for its own`() {
        let reading = reading(Self.text, algorithm: "random")
        #expect(reading.diagnostics == [])
        #expect(reading.experiments.first?.algorithm == AlgorithmSpec("random"))
        let ours = ExperimentFile(name: "mine.yaml", text: Self.text, catalogue: .standard, seed: { 1 })
        #expect(ours.diagnostics.contains { $0.contains("spec.trialTemplate: must be specified") })
    }

    @Test func `settings count for the algorithm they were written for`() {
        let sobol = Self.text.replacing("hyperband", with: "sobol").replacing("name: eta", with: "name: random_state")
        #expect(reading(sobol, algorithm: "sobol").experiments.first?.algorithm["random_state"] == "3")
        #expect(reading(sobol, algorithm: nil).experiments.first?.algorithm["random_state"] == "3")
        #expect(reading(sobol, algorithm: "random").experiments.first?.algorithm.settings == [])
    }

    @Test func `it needs no algorithm, and a warm start that cannot be had is said`() {
        let plain = Self.text.replacing(/algorithm: .*/, with: "warmStart: {experiments: [old]}")
        #expect(reading(plain, algorithm: nil).experiments.first?.algorithm == .standard)
        #expect(
            reading(plain, algorithm: nil).diagnostics.map { $0.contains("spec.warmStart: is ignored here") } == [true])
    }

    @Test func `everything else wrong with it is said where it stands`() {
        let broken = Self.text.replacing(#"min: "0""#, with: #"min: "7""#)
        #expect(
            reading(broken, algorithm: "soboll").diagnostics.map { String($0.prefix(18)) } == [
                "mine.yaml:6:30: er", "mine.yaml:7:70: er",
            ])
    }
}
