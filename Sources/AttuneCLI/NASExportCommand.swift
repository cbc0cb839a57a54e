import ArgumentParser
import AttuneCore
import AttuneNAS

struct NASExportCommand: ParsableCommand {
    enum Format: String, CaseIterable, ExpressibleByArgument {
        case json, darts, katib, pytorch
    }

    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Writes a genotype in another form, or as a PyTorch script that trains it.",
        discussion: """
            json, darts and katib are forms of the genotype. pytorch is a program of its own for a GPU: it builds the \
            network, trains it on CIFAR-10, Fashion-MNIST or IDX files, keeps checkpoints, and prints epochs with \
            their accuracy.
            """)

    @OptionGroup var argument: GenotypeArgument
    @OptionGroup var output: TextOutput
    @Option(help: "json, darts, katib or pytorch.") var format: Format
    @Option(help: "pytorch: channels before the first reduction.") var channels = 36
    @Option(help: "pytorch: cells, one after another.") var layers = 20
    @Option(help: "pytorch: classes to tell apart.") var classes = 10
    @Option(help: "pytorch: the images, as rows x columns x channels.") var image = "32x32x3"

    func run() throws {
        let genotype = try argument.read()
        switch format {
        case .json: try output.write(genotype.json.pretty)
        case .darts: try output.write(genotype.dartsText())
        case .katib: try output.write(genotype.katibText)
        case .pytorch: try output.write(genotype.pyTorchScript(for: network()))
        }
    }

    private func network() throws -> CellNetwork {
        try check([("channels", channels, 4096), ("layers", layers, 1000), ("classes", classes, 100_000)])
        guard let size = ImageSize(image) else {
            throw AttuneError("--image: found \"\(image)\"; give rows x columns x channels, such as 28x28x1")
        }
        return CellNetwork(channels: channels, layers: layers, classes: classes, input: size)
    }
}
