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

    @Option(
        help: """
            One of so many equal parts of the training images is kept back, and measured on: Validation-Accuracy is to \
            choose cells by, Test-Accuracy is not.
            """)
    var holdOut: Int?
    @OptionGroup var kept: CheckpointFolder

    func run() throws {
        let images = try data.images(.training)
        let (learnt, heldOut) = try split(images)
        try check(settings.problems(with: learnt))
        let training = try Retraining(try argument.read(), learnt, settings)
        let test = try data.test(like: images)
        let file = try kept.file("training")
        if let file, FileManager.default.fileExists(atPath: file) { try training.restore(from: file) }
        Terminal.say("parameters=\(training.parameters)")
        // Where nothing is left to do, what was reached is said again.
        if training.epochs >= last { Terminal.say(try line(training, heldOut, test)) }
        while training.epochs < last {
            training.advance()
            let line = try line(training, heldOut, test)
            // Whoever reads the line may end the trial at once, to go on another time.
            if let file { try training.save(to: file) }
            Terminal.say(line)
        }
    }

    private var settings: RetrainingSettings {
        var settings = RetrainingSettings()
        (settings.channels, settings.layers, settings.epochs, settings.batch) = (channels, layers, epochs, batch)
        (settings.rate, settings.seed, settings.threads) = (rate, seed, threads)
        settings.augmentation = Augmentation(shift: shift, flips: flips, cutout: cutout)
        return settings
    }

    /// The epoch after which to stop: a trial may be given fewer than there are, at first.
    private var last: Int {
        let resource = ProcessInfo.processInfo.environment["ATTUNE_RESOURCE"].flatMap { Int($0) }
        return min(epochs, resource ?? epochs)
    }

    private func split(_ images: ImageSet) throws -> (learnt: ImageSet, heldOut: ImageSet?) {
        guard let holdOut else { return (images, nil) }
        guard holdOut >= 2, holdOut <= images.count else {
            throw AttuneError("--hold-out: found \(holdOut); must be from 2 to the number of images, \(images.count)")
        }
        // Not of `seed`, so that trainings from several seeds are measured on the same images.
        var random = RandomSource(seed: 0)
        let parts = images.balancedParts(holdOut, using: &random)
        return (images.gathering(parts.dropFirst().joined().sorted()), images.gathering(parts[0]))
    }

    /// What is said of the last epoch.
    private func line(_ training: Retraining, _ heldOut: ImageSet?, _ test: ImageSet?) throws -> String {
        let outcome = training.outcomes[training.epochs - 1]
        var line = [
            "epoch=\(training.epochs)", "Train-Loss=\(outcome.loss.metricText)",
            "Train-Accuracy=\(outcome.accuracy.metricText)",
        ]
        for (name, images) in [("Validation", heldOut), ("Test", test)] {
            guard let images else { continue }
            let outcome = try training.evaluate(images)
            line += ["\(name)-Loss=\(outcome.loss.metricText)", "\(name)-Accuracy=\(outcome.accuracy.metricText)"]
        }
        return line.joined(separator: " ")
    }
}
