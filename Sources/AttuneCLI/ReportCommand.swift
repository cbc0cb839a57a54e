import ArgumentParser
import AttuneCore
import AttuneProcess
import Foundation

struct ReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract: "From inside a trial: reports metrics, for experiments whose collector is Push.")

    @Argument(help: "name=value, one or more.") var values: [String]
    @Option(help: "The step or epoch; counted when it is not given.") var step: Int?

    func run() throws {
        let pairs = try values.map { text in
            guard let mark = text.lastIndex(of: "="), mark > text.startIndex,
                let value = Double(text[text.index(after: mark)...])
            else {
                throw AttuneError("found \"\(text)\"; write a metric as name=value, the value a number")
            }
            return (name: String(text[..<mark]), value: value)
        }
        try PushedMetrics.append(pairs, step: step, time: Date(), environment: ProcessInfo.processInfo.environment)
    }
}
