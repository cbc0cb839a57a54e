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
    /// Passes over the training examples, positive.
    var epochs = 15
    var seed: UInt64 = 1
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

/// Trains a network on digits. The result depends on the settings and the digits alone.
struct Training {
    let settings: Settings
    let digits: DigitsSplit
    private(set) var network: Network
    private var optimizer: any Optimizer
    private var random: RandomSource

    init(_ settings: Settings, on digits: DigitsSplit) {
        self.settings = settings
        self.digits = digits
        random = RandomSource(seed: settings.seed, stream: 0)
        network = Network(
            widths: [Digits.pixels] + settings.hidden + [Digits.classes],
            activation: settings.activation, using: &random)
        let count = network.parameters.count
        optimizer =
            switch settings.optimizer {
            case .sgd: MomentumDescent(momentum: settings.momentum, parameterCount: count)
            case .adam: Adam(parameterCount: count)
            }
    }

    /// Trains to the end, reporting after each epoch.
    ///
    /// - Throws: `Divergence`, after the report that shows it, when the validation loss is not finite.
    mutating func run(report: (EpochReport) throws -> Void) throws {
        for epoch in 1...settings.epochs {
            trainEpoch(epoch)
            let predictions = network.predictions(for: digits.validation)
            let loss = predictions.loss
            try report(EpochReport(epoch: epoch, loss: loss, accuracy: predictions.accuracy))
            guard loss.isFinite else { throw Divergence(epoch: epoch) }
        }
    }

    /// One pass over the training digits in a new order. The last batch is smaller where the size does not divide.
    private mutating func trainEpoch(_ epoch: Int) {
        let order = Array(0..<digits.training.count).shuffled(using: &random)
        for start in stride(from: 0, to: order.count, by: settings.batchSize) {
            let batch = order[start..<min(start + settings.batchSize, order.count)]
            let progress = (Float(epoch - 1) + Float(start) / Float(order.count)) / Float(settings.epochs)
            step(on: digits.training.gathering(batch), rate: settings.rate * settings.schedule.factor(at: progress))
        }
    }

    private mutating func step(on batch: Digits, rate: Float) {
        let dropout = Dropout(probability: settings.dropout)
        let gradient = network.lossAndGradient(on: batch, dropout: dropout, using: &random).gradient
        network.parameters.decay(by: rate * settings.weightDecay)
        optimizer.step(&network.parameters, along: gradient, rate: rate)
    }
}
