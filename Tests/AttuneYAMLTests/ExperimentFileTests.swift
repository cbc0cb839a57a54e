import AttuneCore
import AttuneTestSupport
import AttuneYAML
import Testing

struct ExperimentFileTests {
    private func read(_ text: String) -> ExperimentFile {
        ExperimentFile(name: "a.yaml", text: text, catalogue: .named) { 5 }
    }

    private func process(_ spec: String, template: String = "", after: String = "") -> String {
        """
        apiVersion: attune.dev/v1
        kind: Experiment
        metadata: {name: local}
        spec:
          objective: {type: minimize, objectiveMetricName: loss, goal: 0}
          algorithm: {algorithmName: random}
          parameters: [{name: rate, parameterType: double, feasibleSpace: {min: 0, max: 1}}]
          trialTemplate:
            \(template)
            trialSpec: {apiVersion: attune.dev/v1, kind: Process, \(spec)}
        \(after)
        """
    }

    @Test func `a line names file, place, field, what was found and what would be right`() {
        let text = process("command: [train]").replacing("type: minimize", with: "type: minimise")
        #expect(
            read(text).diagnostics == [
                "a.yaml:5:21: error: spec.objective.type: found \"minimise\"; must be minimize or maximize; did you mean minimize?"
            ])
    }

    @Test func `without an algorithm the default chooses, though Katib would refuse it`() {
        let text = process("command: [train]").replacing("algorithm: {algorithmName: random}", with: "seed: 3")
        #expect(read(text).diagnostics.filter { $0.contains("error") } == [])
        #expect(read(text).experiments.first?.algorithm == .standard)
        let nameless = process("command: [train]").replacing("{algorithmName: random}", with: "{algorithmSettings: []}")
        #expect(read(nameless).diagnostics.contains { $0.contains("spec.algorithm.algorithmName: must be specified") })
    }

    @Test func `an unknown field is a warning with the name that was meant`() {
        let file = read(process("command: [train]", after: "  maxTrialCont: 3\nsped: 1"))
        #expect(
            file.diagnostics == [
                "a.yaml:11:17: warning: spec.maxTrialCont: is not a field here and is ignored; did you mean maxTrialCount?",
                "a.yaml:12:7: warning: sped: is not a field here and is ignored; did you mean spec?",
            ])
        #expect(file.experiments.count == 1)
    }

    @Test func `a syntax error is told with its place`() {
        #expect(read("a: [1").diagnostics.count == 1)
        #expect(
            read("a: 1\na: 2").diagnostics == [
                "a.yaml:2:1: error: found \"a\" again; it stands at line 1 already, and a key may stand once"
            ])
    }

    @Test(arguments: [
        "", "---", "- 1", "just words", "apiVersion: v1\nkind: ConfigMap\ndata: {}", "kind: Experimnt\nspec: {}",
    ])
    func `a file without an experiment is an error`(text: String) {
        #expect(read(text).hasErrors)
        #expect(read(text).diagnostics.count == 1)
        #expect(read(text).diagnostics[0].contains("kind: Experiment"))
    }

    @Test func `every experiment of a file is read`() {
        let file = read(process("command: [a]") + "---\n" + process("command: [b]") + "---\n" + process("command: []"))
        #expect(file.experiments.count == 2)
        #expect(file.diagnostics.count == 1)
    }

    // MARK: Processes

    @Test func `a process needs neither conditions nor a list of its parameters`() throws {
        let file = read(process(#"command: [train, "--rate=${trialParameters.rate}"], env: {A: 1}, workingDir: /tmp"#))
        #expect(file.diagnostics == [])
        let template = try #require(file.experiments.first?.template)
        #expect(template.references == [.init(name: "rate", reference: "rate")])
        #expect(template.isProcess)
    }

    @Test(arguments: [
        ("args: [a]", "spec.trialTemplate.trialSpec.command"),
        ("command: train", "spec.trialTemplate.trialSpec.command"),
        ("command: []", "spec.trialTemplate.trialSpec.command"),
        ("command: [[a]]", "spec.trialTemplate.trialSpec.command[0]"),
        ("command: [a], args: b", "spec.trialTemplate.trialSpec.args"),
        ("command: [a], env: 1", "spec.trialTemplate.trialSpec.env"),
        ("command: [a], env: [{value: 1}]", "spec.trialTemplate.trialSpec.env[0].name"),
        ("command: [a], env: {A: [1]}", "spec.trialTemplate.trialSpec.env.A"),
        ("command: [a], workingDir: [b]", "spec.trialTemplate.trialSpec.workingDir"),
        ("command: [\"${trialParameters.rat}\"]", "spec.trialTemplate.trialSpec"),
    ])
    func `a process that cannot be is one error`(spec: String, field: String) {
        let file = read(process(spec))
        #expect(file.findings.map(\.problem.field.description) == [field], "\(file.diagnostics)")
        #expect(file.hasErrors)
    }

    @Test func `what only a cluster heeds is a warning for a process`() {
        let file = read(
            process("command: [a]", template: "{primaryContainerName: main, ").replacing(
                "{primaryContainerName: main, ",
                with: """
                    primaryContainerName: main
                        successCondition: x
                    """
            ).replacing("kind: Process,", with: "kind: Process, image: b,") + "\n  resumePolicy: LongRunning\n")
        #expect(!file.hasErrors)
        #expect(
            Set(file.findings.map(\.problem.field.description)) == [
                "spec.trialTemplate.primaryContainerName", "spec.trialTemplate.successCondition",
                "spec.trialTemplate.trialSpec.image", "spec.resumePolicy",
            ])
    }

    // MARK: Additions

    @Test func `what Attune adds is read`() throws {
        let file = read(
            process(
                "command: [a]",
                after: """
                      constraints: [rate < 0.9]
                      initialTrials: [{rate: 0.5}, {rate: "0.25"}]
                      trialTimeout: 90
                      maxRunTime: 1h30m
                      retries: 2
                      seed: "12"
                    """))
        #expect(file.diagnostics == [])
        let experiment = try #require(file.experiments.first)
        #expect(experiment.space.constraints.map(\.source) == ["rate < 0.9"])
        #expect(experiment.initialTrials.map(\.description) == ["rate=0.5", "rate=0.25"])
        #expect(experiment.trialTimeout == .seconds(90))
        #expect(experiment.budget.maxRunTime == .seconds(5400))
        #expect(experiment.retries == 2)
        #expect(experiment.seed == 12)
    }

    @Test func `an error in a constraint names the column in it`() {
        let file = read(process("command: [a]", after: "  constraints:\n    - rate < 1\n    - rate + rte < 1"))
        #expect(file.diagnostics.count == 1)
        #expect(
            file.diagnostics[0].hasPrefix(
                "a.yaml:13:7: error: spec.constraints[1]: found \"rate + rte < 1\"; column 8: "))
    }

    @Test func `a list of truth values asks for quotes`() {
        let text = process("command: [a]").replacing(
            "double, feasibleSpace: {min: 0, max: 1}", with: "categorical, feasibleSpace: {list: [True, \"False\"]}")
        let file = read(text)
        #expect(file.findings.map(\.problem.field.description) == ["spec.parameters[0].feasibleSpace.list[0]"])
        #expect(file.experiments.first?.space.parameters[0].domain == .categorical(["true", "False"]))
    }
}
