import ArgumentParser
import AttuneCore
import AttuneNAS
import Foundation

struct NASMeasureCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "measure", abstract: "Measures the network of a genotype without training it.",
        discussion: """
            Prints name=value a line, as trials do: parameters, multiply-adds, seconds of a batch forwards on one \
            thread, and Synflow and NASWOT, which say loosely which networks are not worth training.
            """)

    @OptionGroup var argument: GenotypeArgument
    @OptionGroup var data: ImageData
    @Option(help: "Cells.") var layers = 4
    @Option(help: "Channels of the first cell.") var channels = 8
    @Option(help: "Images of the batch.") var batch = 32
    @Option(help: "What the weights and the batch depend on.") var seed: UInt64 = 0

    func run() throws {
        let genotype = try argument.read()
        let all = try data.images(.training)
        try check([("channels", channels, 4096), ("layers", layers, 1000)])
        guard batch > 1, batch <= all.count else {
            throw AttuneError("--batch must be from 2 to the number of images, \(all.count)")
        }
        var random = RandomSource(seed: seed)
        let images = all.gathering(all.balancedSample(batch, using: &random))
        let plan = CellNetwork(channels: channels, layers: layers, classes: max(all.classes, 1), input: all.size)
        let cost = NetworkCost(of: genotype, in: plan)
        let measures = ZeroCost(of: genotype, plan, images: images, using: &random)
        let seconds = GenotypeNetwork<Float>.latency(genotype, plan, batch: batch)
        let lines = [
            "parameters=\(cost.parameters)", "multiply-adds=\(cost.multiplyAdds)", "Latency=\(seconds.metricText)",
            "Synflow=\(measures.synflow.metricText)", "NASWOT=\(measures.naswot.metricText)",
        ]
        Terminal.say(lines.joined(separator: "\n"))
    }
}
