import AttuneCore
import AttuneTestSupport
import AttuneYAML
import Foundation
import Testing

/// A valid file with one thing changed for the worse. `#!` marks the line that the error must name.
struct MalformedExperiment: Sendable, CustomTestStringConvertible {
    let field: String
    let valid: String
    let broken: String
    var testDescription: String { broken.split(separator: "\n").first.map(String.init) ?? "" }

    init(_ field: String, _ valid: String, _ broken: String) {
        self.field = field
        self.valid = valid
        self.broken = broken
    }
}

struct MalformedExperimentTests {
    static let text = """
        apiVersion: kubeflow.org/v1beta1
        kind: Experiment
        metadata:
          name: mnist
        spec:
          objective:
            type: minimize
            goal: 0.01
            objectiveMetricName: loss
            additionalMetricNames: [accuracy]
            metricStrategies:
              - {name: accuracy, value: max}
          algorithm:
            algorithmName: random
            algorithmSettings:
              - {name: random_state, value: "10"}
          earlyStopping:
            algorithmName: medianstop
            algorithmSettings: [{name: start_step, value: "2"}]
          parallelTrialCount: 2
          maxTrialCount: 12
          maxFailedTrialCount: 3
          resumePolicy: LongRunning
          seed: 7
          retries: 1
          trialTimeout: 10m
          maxRunTime: 1h30m
          warmStart:
            experiments: [first, second]
          constraints:
            - rate * layers <= 2
          initialTrials:
            - {rate: 0.05, layers: 2, width: 16, optimizer: adam}
          parameters:
            - name: rate
              parameterType: double
              feasibleSpace: {min: "0.01", max: "0.5"}
            - name: layers
              parameterType: int
              feasibleSpace: {min: "1", max: "5"}
            - name: width
              parameterType: discrete
              feasibleSpace: {list: ["16", "32"]}
            - name: optimizer
              parameterType: categorical
              feasibleSpace: {list: [sgd, adam]}
            - name: momentum
              parameterType: double
              feasibleSpace: {min: "0.5", max: "0.9"}
              when: {parameter: optimizer, in: [sgd]}
              default: "0"
          metricsCollectorSpec:
            collector: {kind: File}
            source:
              fileSystemPath: {path: /tmp/m.log, kind: File}
              filter:
                metricsFormat: ['(\\w+)=(\\S+)']
          trialTemplate:
            primaryContainerName: main
            trialParameters:
              - {name: rate, reference: rate}
              - {name: layers, reference: layers}
              - {name: width, reference: width}
              - {name: optimizer, reference: optimizer}
              - {name: momentum, reference: momentum}
            trialSpec:
              apiVersion: batch/v1
              kind: Job
              args:
                - ${trialParameters.rate} ${trialParameters.layers} ${trialParameters.width}
                - ${trialParameters.optimizer} ${trialParameters.momentum}
        """

    static let cases: [MalformedExperiment] = [
        // What and who.
        .init("apiVersion", "kubeflow.org/v1beta1", "kubeflow.org/v1alpha3 #!"),
        .init("metadata.name", "name: mnist", "name: MNIST #!"),
        .init("metadata.name", "name: mnist", "name: mnist- #!"),
        .init("metadata.name", "name: mnist", "name: a2345678901234567890123456789012345678901 #!"),
        .init("metadata.name", "name: mnist", "namespace: mnist #!"),
        // Objective.
        .init("spec.objective.type", "type: minimize", "type: minimise #!"),
        .init("spec.objective.type", "type: minimize", "\"goal \": 1 #!"),
        .init("spec.objective.goal", "goal: 0.01", "goal: nan #!"),
        .init("spec.objective.goal", "goal: 0.01", "goal: small #!"),
        .init("spec.objective.objectiveMetricName", "objectiveMetricName: loss", "objectiveMetricName: \"\" #!"),
        .init("spec.objective.additionalMetricNames[0]", "[accuracy]", "[loss, accuracy] #!"),
        .init("spec.objective.additionalMetricNames[1]", "[accuracy]", "[accuracy, accuracy] #!"),
        .init(
            "spec.objective.metricStrategies[0].name", "name: accuracy, value: max}", "name: acuracy, value: max} #!"),
        .init("spec.objective.metricStrategies[0].value", "value: max}", "value: mean} #!"),
        // Warm start.
        .init("spec.warmStart.experiments[1]", "[first, second]", "[first, first] #!"),
        .init("spec.warmStart.experiments[0]", "[first, second]", "[mnist, second] #!"),
        .init("spec.warmStart.experiments[1]", "[first, second]", "[first, []] #!"),
        .init("spec.warmStart.experiments", "[first, second]", "first #!"),
        .init("spec.warmStart.experiments", "warmStart:\n    experiments: [first, second]", "warmStart: {} #!"),
        .init("spec.warmStart", "warmStart:\n    experiments: [first, second]", "warmStart: first #!"),
        // Algorithm.
        .init("spec.algorithm.algorithmName", "algorithmName: random", "algorithmName: randon #!"),
        .init("spec.algorithm.algorithmSettings[0].name", "name: random_state,", "name: random-state, #!\n       "),
        .init("spec.algorithm.algorithmSettings[0].value", "value: \"10\"}", "value: ten} #!"),
        .init("spec.earlyStopping.algorithmName", "algorithmName: medianstop", "algorithmName: median #!"),
        .init("spec.earlyStopping.algorithmSettings[0].value", "value: \"2\"}]", "value: \"0\"}] #!"),
        // Limits.
        .init("spec.parallelTrialCount", "parallelTrialCount: 2", "parallelTrialCount: 0 #!"),
        .init("spec.parallelTrialCount", "parallelTrialCount: 2", "parallelTrialCount: 13 #!"),
        .init("spec.maxTrialCount", "maxTrialCount: 12", "maxTrialCount: many #!"),
        .init("spec.maxTrialCount", "maxTrialCount: 12", "maxTrialCount: -1 #!"),
        .init("spec.maxFailedTrialCount", "maxFailedTrialCount: 3", "maxFailedTrialCount: 13 #!"),
        .init("spec.maxFailedTrialCount", "maxFailedTrialCount: 3", "maxFailedTrialCount: -1 #!"),
        .init("spec.resumePolicy", "LongRunning", "longRunning #!"),
        .init("spec.seed", "seed: 7", "seed: -7 #!"),
        .init("spec.retries", "retries: 1", "retries: -1 #!"),
        .init("spec.trialTimeout", "10m", "10 minutes #!"),
        .init("spec.maxRunTime", "1h30m", "0s #!"),
        // Space.
        .init("spec.constraints[0]", "- rate * layers <= 2", "- rate * layer <= 2 #!"),
        .init("spec.constraints[0]", "- rate * layers <= 2", "- optimizer * 2 <= 2 #!"),
        .init("spec.initialTrials[0].layers", "layers: 2,", "layers: 9, #!\n       "),
        .init("spec.initialTrials[0].momentum", "optimizer: adam}", "optimizer: adam, momentum: 0.6} #!"),
        .init(
            "spec.parameters[1].name", "- name: layers\n",
            "- {name: rate, parameterType: int, feasibleSpace: {min: 1, max: 2}} #!\n    - name: layers\n"),
        .init(
            "spec.parameters[0].parameterType", "parameterType: double\n      feasibleSpace: {min: \"0.01\"",
            "parameterType: float #!\n      feasibleSpace: {min: \"0.01\""),
        .init(
            "spec.parameters[0].feasibleSpace.min", "min: \"0.01\", max: \"0.5\"", "min: low, max: \"0.5\" #!\n       "),
        .init(
            "spec.parameters[0].feasibleSpace.min", "min: \"0.01\", max: \"0.5\"",
            "min: \"1\", max: \"0.5\" #!\n       "),
        .init(
            "spec.parameters[0].feasibleSpace.min", "min: \"0.01\", max: \"0.5\"",
            "min: \"0\", distribution: logNormal, max: 1 #!\n       "),
        .init("spec.parameters[0].feasibleSpace.max", "min: \"0.01\", max: \"0.5\"", "min: \"0.01\" #!\n       "),
        .init("spec.parameters[0].feasibleSpace.step", "max: \"0.5\"", "max: \"0.5\", step: 0 #!\n       "),
        .init("spec.parameters[0].feasibleSpace.step", "max: \"0.5\"", "max: \"0.5\", step: 0.9 #!\n       "),
        .init(
            "spec.parameters[0].feasibleSpace.distribution", "max: \"0.5\"",
            "max: \"0.5\", distribution: gaussian #!\n       "),
        .init("spec.parameters[0].feasibleSpace.list", "max: \"0.5\"", "max: \"0.5\", list: [1] #!\n       "),
        .init("spec.parameters[1].feasibleSpace.max", "max: \"5\"", "max: \"5.5\" #!\n       "),
        .init("spec.parameters[1].feasibleSpace.max", "max: \"5\"", "max: 99999999999999999 #!\n       "),
        .init("spec.parameters[2].feasibleSpace.list[1]", "[\"16\", \"32\"]", "[\"16\", wide] #!\n       "),
        .init("spec.parameters[3].feasibleSpace.list", "{list: [sgd, adam]}", "{distribution: uniform} #!"),
        .init("spec.parameters[3].feasibleSpace.list[2]", "[sgd, adam]", "[sgd, adam, sgd] #!\n       "),
        .init("spec.parameters[3].feasibleSpace.min", "{list: [sgd, adam]}", "{list: [sgd, adam], min: 1} #!"),
        .init("spec.parameters[4].when.parameter", "parameter: optimizer,", "parameter: optimiser, #!\n       "),
        .init("spec.parameters[4].when.in[0]", "in: [sgd]", "in: [SGD] #!\n       "),
        .init("spec.parameters[4].when", "in: [sgd]}", "min: 1} #!"),
        .init("spec.parameters[4].default", "default: \"0\"", "default: none #!"),
        // Metrics.
        .init("spec.metricsCollectorSpec.collector.kind", "kind: File}", "kind: file} #!"),
        .init("spec.metricsCollectorSpec.source.fileSystemPath.path", "path: /tmp/m.log", "path: m.log #!\n       "),
        .init(
            "spec.metricsCollectorSpec.source.fileSystemPath.kind", "m.log, kind: File}", "m.log, kind: Directory} #!"),
        .init(
            "spec.metricsCollectorSpec.source.filter",
            "kind: File}\n      filter:\n        metricsFormat: ['(\\w+)=(\\S+)']",
            "format: JSON}\n      filter:\n        metricsFormat: ['(\\w+)=(\\S+)'] #!"),
        .init("spec.metricsCollectorSpec.source.filter.metricsFormat[0]", "['(\\w+)=(\\S+)']", "['(\\w+)=.*'] #!"),
        // Template.
        .init("spec.trialTemplate.primaryContainerName", "primaryContainerName: main", "retain: true #!"),
        .init(
            "spec.trialTemplate.trialParameters[0].reference", "name: rate, reference: rate}",
            "name: rate, reference: rat} #!"),
        .init("spec.trialTemplate.trialParameters[1].reference", "reference: layers}", "reference: rate} #!"),
        .init(
            "spec.trialTemplate.trialParameters[4].reference", "reference: momentum}",
            "reference: \"${trialSpec.UID}\"} #!"),
        .init("spec.trialTemplate.trialSpec.metadata.name", "kind: Job", "kind: Job\n      metadata: {name: x} #!"),
        .init(
            "spec.trialTemplate",
            "primaryContainerName: main\n    trialParameters:\n      - {name: rate, reference: rate}",
            "primaryContainerName: main #!\n    trialParameters:"),
        .init(
            "spec.trialTemplate.trialParameters[5].name", "    trialSpec:",
            "      - {name: x, reference: \"${trialSpec.Name}\"} #!\n    trialSpec:"),
        .init(
            "spec.trialTemplate.trialParameters[5].name", "    trialSpec:",
            "      - {name: rate, reference: \"${trialSpec.Name}\"} #!\n    trialSpec:"),
        .init("spec.trialTemplate.trialSpec.apiVersion", "apiVersion: batch/v1\n      kind: Job", "kind: Job #!"),
        // YAML itself.
        .init("", "goal: 0.01", "goal: 0.01: 2 #!"),
        .init("", "goal: 0.01", "goal: *unknown #!"),
        .init("", "kind: Experiment", "kind: Experiment\nkind: Experiment #!"),
    ]

    @Test func `the file is valid before it is broken`() {
        let file = ExperimentFile(name: "f", text: Self.text, catalogue: .named) { 0 }
        #expect(file.diagnostics == [])
        #expect(Self.cases.count >= 50)
    }

    @Test(arguments: cases)
    func `a mistake gives one error, at its field and line`(example: MalformedExperiment) throws {
        let place = try #require(Self.text.firstRange(of: example.valid))
        let text = Self.text.replacingCharacters(in: place, with: example.broken)
        let line =
            try #require(text.split(separator: "\n", omittingEmptySubsequences: false).firstIndex { $0.contains("#!") })
            + 1
        let file = ExperimentFile(name: "f", text: text, catalogue: .named) { 0 }
        let errors = file.findings.filter { $0.problem.severity == .error }
        #expect(errors.map(\.problem.field.description) == [example.field], "\(file.diagnostics)")
        #expect(errors.first?.position?.line == line, "\(file.diagnostics)")
        #expect(file.experiments.isEmpty)
    }

    @Test func `mistakes do not hide one another`() {
        var text = Self.text
        let mistakes = [
            ("name: mnist", "name: Mnist"), ("goal: 0.01", "goal: x"), ("algorithmName: random", "algorithmName: rnd"),
            ("max: \"0.5\"", "max: x"), ("retries: 1", "retries: x"), ("kind: File}", "kind: file}"),
            ("max: \"5\"", "max: \"0\""), ("rate * layers <= 2", "rate * <= 2"),
            ("name: rate, reference: rate", "name: rate, reference: rte"),
            ("value: \"2\"}]", "value: two}]"),
        ]
        for (valid, broken) in mistakes { text = text.replacing(valid, with: broken, maxReplacements: 1) }
        let file = ExperimentFile(name: "f", text: text, catalogue: .named) { 0 }
        let errors = file.findings.filter { $0.problem.severity == .error }
        #expect(
            Set(errors.map(\.problem.field.description)) == [
                "metadata.name", "spec.objective.goal", "spec.algorithm.algorithmName",
                "spec.parameters[0].feasibleSpace.max",
                "spec.retries", "spec.metricsCollectorSpec.collector.kind", "spec.parameters[1].feasibleSpace.min",
                "spec.constraints[0]", "spec.trialTemplate.trialParameters[0].reference",
                "spec.earlyStopping.algorithmSettings[0].value",
            ], "\(file.diagnostics.joined(separator: "\n"))")
        #expect(errors.map { $0.position?.line ?? 0 } == errors.map { $0.position?.line ?? 0 }.sorted())
    }
}
