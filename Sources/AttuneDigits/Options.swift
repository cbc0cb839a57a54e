import ArgumentParser

/// The options that shape the network.
struct NetworkOptions: ParsableArguments {
    @Option(help: "Hidden layers, 1 to 4.")
    var layers = 1

    @Option(help: "Units in each hidden layer, 1 to 1024.")
    var units = 64

    @Option(help: "What hidden units compute.")
    var activation = Activation.relu

    @Option(help: "Probability that a hidden unit is dropped while training, from 0 to below 1.")
    var dropout: Float = 0

    func validate() throws {
        try require((1...4).contains(layers), "--layers", layers, "a number from 1 to 4")
        try require((1...1024).contains(units), "--units", units, "a number from 1 to 1024")
        try require((0..<1).contains(dropout), "--dropout", dropout, "a number from 0 to below 1")
    }
}

/// The options of how it is trained.
struct TrainingOptions: ParsableArguments {
    @Option(help: "How the weights move.")
    var optimizer = OptimizerKind.adam

    @Option(help: "Learning rate, above 0.")
    var rate: Float = 3e-3

    @Option(help: "Momentum of sgd, from 0 to below 1; adam does without.")
    var momentum: Float = 0.9

    @Option(help: "How fast weights shrink towards 0, 0 or more; a step takes away this times the rate.")
    var weightDecay: Float = 1e-4

    @Option(help: "How the rate changes from the first step to the last.")
    var schedule = Schedule.constant

    @Option(help: "Digits in a step, 1 to 1347.")
    var batchSize = 32

    @Option(help: "Passes over the training digits in all, those before a checkpoint included, 1 to 1000.")
    var epochs = 15

    @Option(
        help: ArgumentHelp(
            "Epochs that the schedule is made for. Default: --epochs. A training in several goes has them all here.",
            valueName: "epochs"))
    var scheduleEpochs: Int?

    @Option(help: "Where the random numbers start.")
    var seed: UInt64 = 1

    func validate() throws {
        try require(rate > 0 && rate.isFinite, "--rate", rate, "a number above 0")
        try require((0..<1).contains(momentum), "--momentum", momentum, "a number from 0 to below 1")
        try require(weightDecay >= 0 && weightDecay.isFinite, "--weight-decay", weightDecay, "0 or a number above")
        try require((1...1347).contains(batchSize), "--batch-size", batchSize, "a number from 1 to 1347")
        try require((1...1000).contains(epochs), "--epochs", epochs, "a number from 1 to 1000")
        if let scheduleEpochs {
            try require(
                (epochs...1000).contains(scheduleEpochs), "--schedule-epochs", scheduleEpochs,
                "a number from --epochs, \(epochs), to 1000")
        }
    }
}

/// The options of where a training goes on.
struct CheckpointOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "A directory that keeps the training: it goes on from the epoch in there, and leaves its last one.",
            valueName: "directory"))
    var checkpoint: String?

    @Flag(name: .customLong("continue"), help: "The same with the directory in $ATTUNE_CHECKPOINT_DIR.")
    var continues = false

    func validate() throws {
        guard checkpoint != "" else { throw ValidationError("--checkpoint: name a directory") }
        guard checkpoint == nil || !continues else {
            throw ValidationError("--continue: leave it out where --checkpoint names a directory")
        }
    }

    /// The file to keep; nil where none is asked for.
    func file(environment: [String: String]) throws -> CheckpointFile? {
        guard continues else { return checkpoint.map(CheckpointFile.init) }
        guard let directory = environment["ATTUNE_CHECKPOINT_DIR"], !directory.isEmpty else {
            throw ValidationError("--continue: set ATTUNE_CHECKPOINT_DIR to a directory, or name one with --checkpoint")
        }
        return CheckpointFile(in: directory)
    }
}

extension Activation: ExpressibleByArgument {}
extension OptimizerKind: ExpressibleByArgument {}
extension Schedule: ExpressibleByArgument {}

private func require(_ holds: Bool, _ option: String, _ value: some Any, _ wanted: String) throws {
    guard holds else { throw ValidationError("\(option) \(value): use \(wanted)") }
}
