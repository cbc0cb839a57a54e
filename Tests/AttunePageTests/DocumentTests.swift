import AttuneAlgorithms
import AttuneCore
import AttuneTestSupport
import AttuneYAML
import Foundation
import Testing

@testable import AttunePage

struct DocumentTests {
    @Test(arguments: ExperimentTemplate.all) func `a template is a complete, valid experiment`(
        _ template: ExperimentTemplate
    ) throws {
        let file = ExperimentFile(name: template.name, text: template.text, catalogue: .standard) { 1 }
        #expect(file.diagnostics.isEmpty)
        let experiment = try #require(file.experiments.first)
        #expect(file.experiments.count == 1 && experiment.name == template.name)
        #expect(experiment.budget.maxTrials != nil && experiment.template != nil)
    }

    @Test func `an experiment's YAML reads back as the same manifest`() throws {
        for template in ExperimentTemplate.all {
            let file = ExperimentFile(name: template.name, text: template.text, catalogue: .standard) { 1 }
            var experiment = try #require(file.experiments.first)
            experiment.metadata.annotations["attune.dev/trials"] = "/secret/place"
            #expect(!experiment.manifestText.contains("attune.dev/trials"))
            let again = ExperimentFile(name: "again", text: experiment.manifestText, catalogue: .standard) { 1 }
            #expect(again.diagnostics.isEmpty && again.experiments.first?.json == experiment.manifest)
        }
    }

    @Test func `hostile texts survive the way through YAML`() throws {
        let texts = [
            "", " ", "yes", "No", "null", "~", "1", "0x1F", "1e3", "- a", "a: b", "#", "a #b", "'", "\"", "\\", "\n",
            "a\n",
            "a\nb", "a\n\nb\n", "a\n\n", " a\nb", "\ta\nb", "tab\there", "é", "🤷", "\u{0}", "\u{7}\n", "%", "@", "`",
            "{a}",
            "[a]", "!x", "&a", "*a", "|", ">", "?", "a\r\nb", "\u{2028}", "<script>alert(1)</script>", "---", "...",
        ]
        for text in texts {
            let json: JSON = [
                "key": .string(text), "list": [.string(text), [.string(text), 1]],
                "deep": ["a": ["b": [["c": .string(text)]], "empty": [], "none": [:]]],
            ]
            #expect(try YAML.documents(json.yaml).first?.json == json, "\(text.debugDescription)")
            guard !text.isEmpty else { continue }
            let named = JSON.object([text: .string("v")])
            #expect(try YAML.documents(named.yaml).first?.json == named, "\(text.debugDescription)")
        }
    }

    @Test func `the difference of manifests is told by path`() throws {
        let a = Samples.experiment(named: "a")
        var b = Samples.experiment(named: "b")
        b.budget.maxTrials = 7
        b.algorithm = AlgorithmSpec("random")
        let entries = [a, b].map { experiment in
            let view = ExperimentView(experiment, createdAt: Samples.noon)
            return (
                card: ExperimentCard(.sample(of: experiment), namespace: "default", experiment, spark: []), view: view
            )
        }
        let comparison = ExperimentComparison(entries)
        let differences = Dictionary(uniqueKeysWithValues: comparison.differences.map { ($0.path, $0.values) })
        #expect(differences["spec.algorithm.algorithmName"] == ["auto", "random"])
        #expect(differences["spec.maxTrialCount"] == [.null, 7])
        #expect(differences.count == 2)
        #expect(comparison.shared == a.space.names)
    }

    @Test func `a spark is the best so far`() {
        let values: [(number: Int, value: Double)] = [(2, 5), (3, 3), (7, 4), (10, 1)]
        #expect(ExperimentCard.spark(values, of: 10, .minimize) == [5, 3, 3, 3, 3, 3, 3, 3, 1])
        #expect(ExperimentCard.spark(values, of: 10, .maximize) == Array(repeating: 5, count: 9))
        #expect(ExperimentCard.spark([], of: 10, .minimize).isEmpty)
        let many = (1...1_000).map { (number: $0, value: -Double($0)) }
        let spark = ExperimentCard.spark(many, of: 1_000, .minimize)
        #expect(spark.count == 40 && spark.last == -1_000 && spark == spark.sorted(by: >))
    }
}
