import ArgumentParser
import COpenBLAS
import Foundation

/// The program: trains a small network on handwritten digits and says after each epoch how well it reads others.
@main
struct DigitsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune-digits",
        abstract: "Train a small neural network on handwritten digits.",
        discussion: """
            After each epoch a line such as 'epoch=3 loss=0.1234 accuracy=0.9678' says how the network does on 450 \
            digits that it was not trained on: the mean cross-entropy, to be small, and the fraction read rightly, to \
            be large. The same settings and seed give the same lines.

            Exit status: 0 when trained to the end, 2 for a bad option or data file, 3 when the training diverged.
            """)

    @OptionGroup(title: "Network") var network: NetworkOptions
    @OptionGroup(title: "Training") var training: TrainingOptions

    @Option(
        help: ArgumentHelp(
            "The digits, as CSV. Default: $ATTUNE_DIGITS, or experiments/quickstart/digits.csv, or digits.csv.",
            valueName: "path"))
    var data: String?

    static func main() {
        do {
            var command = try parse()
            try command.run()
        } catch {
            let ending = Ending(error)
            let stream = ending.status == 0 ? FileHandle.standardOutput : FileHandle.standardError
            stream.write(Data((ending.message + "\n").utf8))
            Foundation.exit(ending.status)
        }
    }

    mutating func run() throws {
        openblas_set_num_threads(1)  // Trials run side by side; one core each is faster than sharing all.
        let digits = try DataFile(option: data, environment: ProcessInfo.processInfo.environment).read()
        var run = Training(settings, on: DigitsSplit(digits))
        try run.run { report in
            // Not `print`, which holds lines back in a buffer when a program reads them.
            try FileHandle.standardOutput.write(contentsOf: Data("\(report)\n".utf8))
        }
    }

    /// What the options ask for.
    var settings: Settings {
        Settings(
            hidden: Array(repeating: network.units, count: network.layers),
            activation: network.activation,
            optimizer: training.optimizer,
            rate: training.rate,
            momentum: training.momentum,
            weightDecay: training.weightDecay,
            schedule: training.schedule,
            dropout: network.dropout,
            batchSize: training.batchSize,
            epochs: training.epochs,
            seed: training.seed)
    }
}

extension EpochReport: CustomStringConvertible {
    /// `epoch=3 loss=0.1234 accuracy=0.9678`: names and values as metric collectors read them.
    var description: String {
        "epoch=\(epoch) loss=\(Self.text(loss)) accuracy=\(Self.text(accuracy))"
    }

    private static func text(_ value: Double) -> String {
        value.isNaN ? "nan" : String(format: "%.4f", value)
    }
}
