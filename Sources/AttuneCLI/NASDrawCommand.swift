import ArgumentParser
import AttuneNAS

struct NASDrawCommand: ParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case svg, dot
    }

    static let configuration = CommandConfiguration(
        commandName: "draw", abstract: "Draws both cells of a genotype, as SVG or for Graphviz.")

    @OptionGroup var argument: GenotypeArgument
    @OptionGroup var output: TextOutput
    @Option(help: "svg or dot (default: what the file's name ends in, or else svg).") var format: Format?

    func run() throws {
        let genotype = try argument.read()
        let ending = output.output?.split(separator: ".").last.flatMap { Format(rawValue: String($0)) }
        switch format ?? ending ?? .svg {
        case .svg: try output.write(genotype.svg)
        case .dot: try output.write(genotype.dot)
        }
    }
}
