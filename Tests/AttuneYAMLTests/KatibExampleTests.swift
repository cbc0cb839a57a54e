import AttuneCore
import AttuneTestSupport
import AttuneYAML
import Foundation
import Testing

struct KatibExampleTests {
    private func read(_ text: String) -> ExperimentFile {
        ExperimentFile(name: "f", text: text, catalogue: .named) { 99 }
    }

    private func experiment(_ name: String) throws -> Experiment {
        let example = try #require(KatibExample.all.first { $0.name == name })
        let file = read(example.text)
        return try #require(file.experiments.first, "\(file.diagnostics)")
    }

    @Test(arguments: KatibExample.all)
    func `an example of Katib is read without a word`(example: KatibExample) {
        let file = read(example.text)
        #expect(file.diagnostics == [])
        #expect(file.experiments.map(\.name) == [example.name])
    }

    @Test(arguments: KatibExample.all)
    func `what was read is written and read again, by a user too`(example: KatibExample) throws {
        let experiment = try #require(read(example.text).experiments.first)
        #expect(try Experiment(json: experiment.json) == experiment)
        let again = Experiment.reading(SourceNode(experiment.json), catalogue: .named, seed: 1)
        #expect(again.experiment == experiment)
        #expect(again.problems == [])
    }

    @Test(arguments: KatibExample.all)
    func `an example conforms to the schema, before and after it is read`(example: KatibExample) throws {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardized
        let schema = JSONSchema(
            try JSON(parsing: String(contentsOf: root.appending(path: "docs/experiment.schema.json"), encoding: .utf8)))
        #expect(schema.complaints(about: try YAML.documents(example.text)[0].json) == [])
        #expect(schema.complaints(about: try #require(read(example.text).experiments.first).json) == [])
    }

    @Test func `the schema refuses what it should`() throws {
        let root = URL(filePath: #filePath).appending(path: "../../..").standardized
        let schema = JSONSchema(
            try JSON(parsing: String(contentsOf: root.appending(path: "docs/experiment.schema.json"), encoding: .utf8)))
        let text = KatibExample(
            "bad",
            [
                "objectiv": "{}", "parallelTrialCount": "0", "objective": "{type: minimise, objectiveMetricName: loss}",
            ]
        ).text
        let complaints = schema.complaints(about: try YAML.documents(text)[0].json)
        #expect(
            complaints.map { $0.split(separator: ":")[0] } == [
                "spec.objectiv", "spec.objective.type", "spec.parallelTrialCount",
            ])
    }

    // MARK: Defaults

    @Test func `an experiment has Katib's defaults where it says nothing`() throws {
        let text = KatibExample(
            "bare",
            [
                "parallelTrialCount": "", "maxTrialCount": "", "maxFailedTrialCount": "",
                "objective": "{type: minimize, objectiveMetricName: loss, additionalMetricNames: [accuracy]}",
            ]
        ).text
        let experiment = try #require(read(text).experiments.first)
        #expect(experiment.budget == Budget(parallelTrials: 3))
        #expect(experiment.resumePolicy == .never)
        #expect(experiment.collector == MetricsCollector(.stdOut))
        #expect(experiment.objective.strategy(for: "loss") == .min)
        #expect(experiment.objective.strategy(for: "accuracy") == .latest)
        #expect(experiment.seed == 99)
        #expect(experiment.space.parameters[0].domain == .double(0.01...0.05))
        let strategies = experiment.json["spec"]?["objective"]?["metricStrategies"]
        #expect(strategies == [["name": "loss", "value": "min"], ["name": "accuracy", "value": "latest"]])
    }

    @Test func `fewer trials than three run at once no more than that`() throws {
        let text = KatibExample("two", ["parallelTrialCount": "", "maxTrialCount": "2", "maxFailedTrialCount": ""]).text
        #expect(try #require(read(text).experiments.first).budget.parallelTrials == 2)
    }

    @Test func `a kind that Katib knows has its conditions and labels`() throws {
        let job = try #require(experiment("random").template)
        #expect(job.successCondition == #"status.conditions.#(type=="Complete")#|#(status=="True")#"#)
        #expect(job.failureCondition == #"status.conditions.#(type=="Failed")#|#(status=="True")#"#)
        #expect(job.primaryPodLabels == [:])
        let torch = try #require(experiment("pytorchjob-mnist").template)
        #expect(torch.successCondition == #"status.conditions.#(type=="Succeeded")#|#(status=="True")#"#)
        #expect(torch.primaryPodLabels == ["training.kubeflow.org/job-role": "master"])
        let train = try #require(experiment("trainjob-pytorch").template)
        #expect(train.successCondition == job.successCondition)
        #expect(train.primaryPodLabels.count == 2)
        #expect(
            try experiment("tfjob-mnist-with-summaries").template?.primaryPodLabels == [
                "training.kubeflow.org/replica-type": "worker"
            ])
    }

    @Test(arguments: [
        ("File", MetricsCollector(.file, path: "/var/log/katib/metrics.log", pathKind: .file)),
        ("TensorFlowEvent", MetricsCollector(.tensorFlowEvent, path: "/var/log/katib/tfevent/", pathKind: .directory)),
        ("PrometheusMetric", MetricsCollector(.prometheus, httpGet: .init(port: 8080, path: "/metrics"))),
        ("Push", MetricsCollector(.push)),
    ])
    func `a collector has Katib's defaults`(kind: String, collector: MetricsCollector) throws {
        let text = KatibExample("collected", ["metricsCollectorSpec": "{collector: {kind: \(kind)}}"]).text
        #expect(try #require(read(text).experiments.first).collector == collector)
    }

    @Test func `the setting random_state is the seed where there is no other`() throws {
        #expect(try experiment("bayesian-optimization").seed == 10)
        let text = KatibExample(
            "s",
            ["algorithm": KatibExample.algorithm("random", ["random_state": "10"]), "seed": "18446744073709551615"]
        ).text
        #expect(try #require(read(text).experiments.first).seed == .max)
    }

    @Test func `a template's ConfigMap may stand in the same file`() throws {
        let example = try #require(KatibExample.all.first { $0.name == "trial-configmap-source" })
        #expect(
            read(example.text).experiments.first?.template?.source
                == .configMap(
                    .init(name: "trial-templates", namespace: "kubeflow", path: "default.yaml"), text: nil))
        let map = """
            ---
            apiVersion: v1
            kind: ConfigMap
            metadata: {name: trial-templates, namespace: kubeflow}
            data:
              default.yaml: |
                apiVersion: batch/v1
                kind: Job
                spec: {a: ${trialParameters.a}, b: "${trialParameters.b}", c: "${trialParameters.c}"}

            """
        let file = read(example.text + map)
        #expect(file.diagnostics == [])
        guard case .configMap(_, let text?)? = file.experiments.first?.template?.source else {
            Issue.record("the text is missing")
            return
        }
        #expect(text.hasPrefix("apiVersion: batch/v1\n"))
        #expect(read(example.text + map.replacing("kind: Job", with: "kin: Job")).diagnostics.count == 1)
        #expect(
            read(example.text + map.replacing("spec: {a", with: "spec: {{a")).diagnostics[0].contains("unable to parse")
        )
        #expect(
            read(example.text + map.replacing("default.yaml: |", with: "other.yaml: |")).diagnostics[0].contains(
                "it has other.yaml"))
    }

    @Test func `numbers may be texts and texts numbers, and the SDK's list may be a distribution`() throws {
        let text = KatibExample(
            "loose",
            [
                "parameters": """
                [{name: lr, parameterType: double, feasibleSpace: {min: 0.01, max: 5e-2}},
                    {name: momentum, parameterType: categorical, feasibleSpace: {distribution: [a, 1, 0.10]}},
                    {name: n, parameterType: int, feasibleSpace: {min: "1.0", max: 1e3}}]
                """,
                "maxTrialCount": "\"12\"", "objective": "{type: minimize, objectiveMetricName: loss, goal: \"0.5\"}",
                "trialTemplate": KatibExample.job(["a": "lr", "b": "momentum", "c": "n"]),
            ]
        ).text
        let file = read(text)
        #expect(file.diagnostics == [])
        let experiment = try #require(file.experiments.first)
        #expect(
            experiment.space.parameters.map(\.domain) == [
                .double(0.01...0.05), .categorical(["a", "1", "0.10"]), .int(1...1000),
            ])
        #expect(experiment.objective.goal == 0.5)
    }
}
