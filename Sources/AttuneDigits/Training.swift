import AttuneCore

/// What a trial chooses: the shape of the network and how it is trained.
struct Settings: Sendable {
    /// Units in each hidden layer, from the input on.
    var hidden: [Int] = [64]
    var activation: Activation = .relu
    var optimizer: OptimizerKind = .adam
    /// Learning rate, positive.
    var rate: Float = 3e-3
    /// Momentum of `.sgd`, in `0..<1`; `.adam` does without.
    var momentum: Float = 0.9
    /// Decoupled weight decay, not negative; a step shrinks the parameters by this times the rate.
    var weightDecay: Float = 1e-4
    var schedule: Schedule = .constant
    /// Probability that a hidden unit is dropped, in `0..<1`.
    var dropout: Float = 0
    /// Examples in a step, positive.
    var batchSize = 32
    /// Passes over the training examples in all, those before a checkpoint included; positive.
    var epochs = 15
    /// The epochs that the schedule is made for, `epochs` or more; nil: `epochs`.
    var scheduleEpochs: Int?
    var seed: UInt64 = 1

    var shape: Checkpoint.Shape {
        Checkpoint.Shape(
            widths: [Digits.pixels] + hidden + [Digits.classes], activation: activation, optimizer: optimizer)
    }
}

/// How the network did on the validation digits after an epoch.
struct EpochReport: Sendable, Equatable {
    /// From 1.
    let epoch: Int
    /// Mean cross-entropy in nats.
    let loss: Double
    /// In `0...1`.
    let accuracy: Double
}

/// The loss stopped being a number.
struct Divergence: Error {
    let epoch: Int
}

/// Trains a network on digits. The result depends on the settings, the digits and the checkpoint alone.
///
/// Training in one go or in several, with a checkpoint between, comes to the same numbers, bit for bit.
struct Training {
    let settings: Settings
    let digits: DigitsSplit
    private(set) var network: Network
    private var optimizer: any Optimizer
    /// Epochs trained so far.
    private(set) var epoch = 0

    init(_ settings: Settings, on digits: DigitsSplit) {
        self.settings = settings
        self.digits = digits
        var random = RandomSource(seed: settings.seed, stream: 0)
        network = Network(widths: settings.shape.widths, activation: settings.activation, using: &random)
        let count = network.parameters.count
        optimizer =
            switch settings.optimizer {
            case .sgd: MomentumDescent(momentum: settings.momentum, parameterCount: count)
            case .adam: Adam(parameterCount: count)
            }
    }

    /// Trains until `settings.epochs` are trained in all, or it is asked to end, reporting after each epoch.
    ///
    /// Where none is left to train it reports the last one again.
    ///
    /// - Throws: `Divergence`, after the report that shows it, when the validation loss is not finite.
    mutating func run(until isAsked: () -> Bool = { false }, report: (EpochReport) throws -> Void) throws {
        if epoch >= settings.epochs { try measure(report) }
        while epoch < settings.epochs, !isAsked() {
            epoch += 1
            trainEpoch()
            try measure(report)
        }
    }

    private func measure(_ report: (EpochReport) throws -> Void) throws {
        let predictions = network.predictions(for: digits.validation)
        let loss = predictions.loss
        try report(EpochReport(epoch: epoch, loss: loss, accuracy: predictions.accuracy))
        guard loss.isFinite else { throw Divergence(epoch: epoch) }
    }

    /// One pass over the training digits in a new order. The last batch is smaller where the size does not divide.
    private mutating func trainEpoch() {
        // A stream for each epoch, so that going on from a checkpoint needs no state of it.
        var random = RandomSource(seed: settings.seed, stream: UInt64(epoch))
        let order = Array(0..<digits.training.count).shuffled(using: &random)
        let epochs = Float(settings.scheduleEpochs ?? settings.epochs)
        for start in stride(from: 0, to: order.count, by: settings.batchSize) {
            let batch = order[start..<min(start + settings.batchSize, order.count)]
            let progress = (Float(epoch - 1) + Float(start) / Float(order.count)) / epochs
            step(
                on: digits.training.gathering(batch), rate: settings.rate * settings.schedule.factor(at: progress),
                using: &random)
        }
    }

    private mutating func step(on batch: Digits, rate: Float, using random: inout RandomSource) {
        let dropout = Dropout(probability: settings.dropout)
        let gradient = network.lossAndGradient(on: batch, dropout: dropout, using: &random).gradient
        network.parameters.decay(by: rate * settings.weightDecay)
        optimizer.step(&network.parameters, along: gradient, rate: rate)
    }
}

extension Training {
    var checkpoint: Checkpoint {
        Checkpoint(
            epoch: epoch, shape: settings.shape, parameters: network.parameters, memory: optimizer.memory)
    }

    /// Goes on from a checkpoint, under this training's own settings.
    ///
    /// - Throws: `CheckpointError.otherShape` where it is of another network or optimizer.
    mutating func resume(from checkpoint: Checkpoint) throws(CheckpointError) {
        guard checkpoint.shape == settings.shape else { throw .otherShape(checkpoint.shape) }
        guard checkpoint.epoch >= 0, checkpoint.parameters.count == network.parameters.count,
            checkpoint.memory.count == optimizer.memory.count
        else { throw .damaged }
        epoch = checkpoint.epoch
        network.parameters = checkpoint.parameters
        optimizer.memory = checkpoint.memory
    }
}
