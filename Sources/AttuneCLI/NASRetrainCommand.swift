import ArgumentParser
import AttuneCore
import AttuneNAS
import Foundation

struct NASRetrainCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "retrain", abstract: "Trains the network of a genotype from scratch, on this machine's processors."
    )

    @OptionGroup var argument: GenotypeArgument
    @OptionGroup var data: ImageData
    @Option(help: "Cells.") var layers = 4
    @Option(help: "Channels of the first cell.") var channels = 8
    @Option(help: "Passes over the images.") var epochs = 20
    @Option(help: "Images of a step.") var batch = 64
    @Option(help: "First step of the weights.") var rate = 0.05
    @Option(help: "Moves images by up to so many pixels.") var shift = 0
    @Flag(help: "Mirrors every second image.") var flips = false
    @Option(help: "Side of a square that is left out of every image.") var cutout = 0
    @Option(help: "What everything that is drawn depends on.") var seed: UInt64 = 0
    @Option(help: "Threads; they do not change the result.") var threads = 2

    func run() throws {
        var settings = RetrainingSettings()
        (settings.channels, settings.layers, settings.epochs, settings.batch) = (channels, layers, epochs, batch)
        (settings.rate, settings.seed, settings.threads) = (rate, seed, threads)
        settings.augmentation = Augmentation(shift: shift, flips: flips, cutout: cutout)
        let training = try Retraining(try argument.read(), try data.images(.training), settings)
        let test = try data.test()
        Terminal.write("parameters=\(training.parameters)\n", to: STDOUT_FILENO)
        while training.epochs < epochs {
            let outcome = training.advance()
            var line = [
                "epoch=\(training.epochs)", "Train-Loss=\(outcome.loss.metricText)",
                "Train-Accuracy=\(outcome.accuracy.metricText)",
            ]
            if let test {
                let outcome = try training.evaluate(test)
                line += ["Test-Loss=\(outcome.loss.metricText)", "Test-Accuracy=\(outcome.accuracy.metricText)"]
            }
            Terminal.write(line.joined(separator: " ") + "\n", to: STDOUT_FILENO)
        }
    }
}
