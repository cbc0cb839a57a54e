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
            A line 'parameters=4810' says how many numbers the network learns. After each epoch a line such as 'epoch=3 loss=0.1234 accuracy=0.9678' says how the network does on 450 \
            digits that it was not trained on: the mean cross-entropy, to be small, and the fraction read rightly, to \
            be large. The same settings and seed give the same lines.

            With --checkpoint or --continue, a training that has a checkpoint goes on after it: --epochs 3, and later \
            --epochs 9 with the same settings, gives the same lines as --epochs 9 at once (a schedule other than \
            constant needs --schedule-epochs 9 in both). Rate, momentum, weight decay, dropout, schedule, batch size \
            and seed may change in between; layers, units, activation and optimizer may not. TERM ends it after its \
            epoch, with a checkpoint. Where all epochs are trained already the last one is reported again. A \
            checkpoint that is damaged, or of another network, is refused and left as it is.

            Exit status: 0 when trained to the end, 2 for a bad option, data file or checkpoint, 3 when the training \
            diverged, 143 when ended by TERM.
            """)

    @OptionGroup(title: "Network") var network: NetworkOptions
    @OptionGroup(title: "Training") var training: TrainingOptions
    @OptionGroup(title: "Checkpoint") var checkpoint: CheckpointOptions

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
        let environment = ProcessInfo.processInfo.environment
        let file = try checkpoint.file(environment: environment)
        let digits = try DataFile(option: data, environment: environment).read()
        var run = Training(settings, on: DigitsSplit(digits))
        try print("parameters=\(run.network.parameters.count)")
        guard let file else { return try run.run(report: print) }
        try run.resume(from: file)
        let termination = Termination()
        try run.run(until: { termination.isAsked }, report: print)
        try file.write(run.checkpoint)
        if run.epoch < settings.epochs { throw ExitCode(Termination.status) }
    }

    private func print(_ line: some CustomStringConvertible) throws {
        // Not the standard `print`, which holds lines back in a buffer when a program reads them.
        try FileHandle.standardOutput.write(contentsOf: Data("\(line)\n".utf8))
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
            scheduleEpochs: training.scheduleEpochs,
            seed: training.seed)
    }
}

extension Training {
    /// Goes on from what the file holds, or begins where there is none.
    ///
    /// - Throws: `RefusedCheckpoint`, `CheckpointFileError`.
    mutating func resume(from file: CheckpointFile) throws {
        do {
            if let checkpoint = try file.read() { try resume(from: checkpoint) }
        } catch let error as CheckpointError {
            throw RefusedCheckpoint(path: file.path, error: error, shape: settings.shape)
        }
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
