import AttuneCore
import AttuneTestSupport
import AttuneYAML
import Testing

/// Size alone must not keep the reader busy: each of these is within the limits of a text, or refused by them.
struct LargeFileTests {
    private func read(_ spec: String) -> ExperimentFile {
        let text = """
            apiVersion: attune.dev/v1
            kind: Experiment
            metadata: {name: large}
            spec:
              objective: {type: minimize, objectiveMetricName: loss}
              algorithm: {algorithmName: random}
            \(spec)
            """
        return ExperimentFile(name: "f", text: text, catalogue: .named) { 0 }
    }

    private let template = "  trialTemplate: {trialSpec: {apiVersion: attune.dev/v1, kind: Process, command: [a]}}\n"

    @Test func `a long list of choices is refused`() {
        let choices = (0..<20_000).map { "c\($0)" }.joined(separator: ",")
        let file = read(
            template + "  parameters: [{name: c, parameterType: categorical, feasibleSpace: {list: [\(choices)]}}]")
        #expect(file.findings.map(\.problem.field.description) == ["spec.parameters[0].feasibleSpace.list"])
    }

    @Test func `too many parameters are refused`() {
        let one = "{parameterType: int, feasibleSpace: {min: 1, max: 2}, name: p"
        let parameters = (0..<1_500).map { "\(one)\($0)}" }.joined(separator: ",")
        #expect(
            read(template + "  parameters: [\(parameters)]").findings.map(\.problem.field.description) == [
                "spec.parameters"
            ])
    }

    @Test func `a chain of conditions is read`() {
        let rest = "parameterType: int, feasibleSpace: {min: 1, max: 2}"
        let links = (1..<200).map { "{name: p\($0), \(rest), when: {parameter: p\($0 - 1), min: 2}}" }
        let file = read(template + "  parameters: [{name: p0, \(rest)}, \(links.joined(separator: ","))]")
        #expect(file.diagnostics == [])
    }
}
