import ArgumentParser
import AttuneCore
import AttuneNAS
import Foundation

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
        switch try format ?? formatOfFile {
        case .svg: try output.write(genotype.svg)
        case .dot: try output.write(genotype.dot)
        }
    }

    /// What the file's name says.
    private var formatOfFile: Format {
        get throws {
            guard let path = output.output else { return .svg }
            let ending = URL(filePath: path).pathExtension
            switch ending {
            case "svg", "": return .svg
            case "dot", "gv": return .dot
            default:
                throw AttuneError("--output: found the ending .\(ending); use .svg or .dot, or say --format svg or dot")
            }
        }
    }
}
