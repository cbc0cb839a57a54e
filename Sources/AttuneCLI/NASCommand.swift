import ArgumentParser
import AttuneCore
import AttuneNAS
import Foundation

/// What concerns the architecture of neural networks.
struct NASCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "nas", abstract: "Neural architecture search: searches for cells, trains, draws and exports them.",
        subcommands: [
            NASSearchCommand.self, NASRetrainCommand.self, NASMeasureCommand.self, NASDrawCommand.self,
            NASExportCommand.self,
        ])
}

/// The argument that names a genotype.
struct GenotypeArgument: ParsableArguments {
    @Argument(
        help: """
            A file with a genotype (a log counts: its last), the genotype itself, or - for standard input. It may be \
            written as DARTS, Katib or JSON do.
            """, completion: .file())
    var genotype: String

    /// - Throws: `AttuneError`, naming the file and what is wrong.
    func read() throws -> Genotype {
        if genotype == "-" { return try parse(try standardInput(), "standard input: ") }
        // No file has such a name, and an error about one would only mislead.
        if genotype.contains("Genotype(") || genotype.drop(while: \.isWhitespace).first == "{" {
            return try Genotype(parsing: genotype)
        }
        guard let content = try? Data(contentsOf: URL(filePath: genotype)) else {
            throw AttuneError(
                "\(genotype): no such file, or not readable, and no genotype either, \"Genotype(normal=[…], …)\"")
        }
        return try parse(content, "\(genotype): ")
    }

    private func standardInput() throws -> Data {
        do {
            return try FileHandle.standardInput.readToEnd() ?? Data()
        } catch {
            throw AttuneError("standard input: cannot be read; is it closed?")
        }
    }

    private func parse(_ content: Data, _ place: String) throws -> Genotype {
        do throws(AttuneError) {
            return try Genotype(parsing: Array(content))
        } catch {
            throw AttuneError(place + error.message)
        }
    }
}

/// - Throws: `AttuneError` naming the options whose value is below 1 or above its most.
func check(_ options: [(name: String, value: Int, most: Int)]) throws {
    let wrong = options.filter { !(1...$0.most).contains($0.value) }
    try check(
        wrong.map {
            Problem(FieldPath([.key($0.name)]), found: "\($0.value)", "give a number from 1 to \($0.most)")
        })
}

/// - Parameter option: the name of a setting's option, where it is not the setting's own.
/// - Throws: `AttuneError` with the first problem of each option.
func check(_ problems: [Problem], named option: (FieldPath) -> String? = { _ in nil }) throws {
    var told: [Problem] = []
    for problem in problems {
        guard case .key(let setting)? = problem.field.steps.last else { continue }
        let own = setting.flatMap { $0.isUppercase ? "-\($0.lowercased())" : "\($0)" }
        var named = problem
        named.field = FieldPath([.key("--" + (option(problem.field) ?? String(own)))])
        if !told.contains(where: { $0.field == named.field }) { told.append(named) }
    }
    if !told.isEmpty { throw AttuneError(told.map(\.description).joined(separator: "\n")) }
}

/// Where a command writes its text.
struct TextOutput: ParsableArguments {
    @Option(name: [.short, .long], help: "The file to write; standard output without.", completion: .file())
    var output: String?

    func write(_ text: String) throws {
        guard let output else { return Terminal.write(text.hasSuffix("\n") ? text : text + "\n", to: STDOUT_FILENO) }
        try OutputFile.write(text, to: output)
    }
}
