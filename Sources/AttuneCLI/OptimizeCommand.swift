import ArgumentParser
import AttuneAlgorithms
import AttuneCore
import AttuneOptimize
import Foundation

struct OptimizeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "optimize",
        abstract: "Proposes trials to any program, by lines of JSON on standard input and output.",
        discussion: """
            {"ask": 2} is answered {"trials": [{"id": 1, "parameters": {…}}, …]}, and {"tell": [{"id": 1, "value": 0.93}]} \
            is answered {"ok": true}. What else a line may say stands in docs/optimize.md. Ends with the input.
            """)

    @Argument(
        help: "The Experiment, YAML or JSON; it needs no trial template.",
        completion: .file(extensions: ["yaml", "yml", "json"]))
    var file: String
    @Option(help: "The algorithm; the file's when it is not given.") var algorithm: String?
    @Option(help: "The seed of every random choice.") var seed: UInt64?

    func validate() throws {
        if file == "-" { throw ValidationError("standard input is for questions; give the experiment as a file") }
    }

    func run() throws {
        let reading = try ExperimentReader(purpose: .asking(algorithm: algorithm)).read(file)
        var experiment = try ExperimentReader.only(in: reading, of: file)
        if let seed { experiment.seed = seed }
        var session = try OptimizeSession(experiment, catalogue: .complete)
        while let line = readLine() { Terminal.say(session.answer(line)) }
    }
}
