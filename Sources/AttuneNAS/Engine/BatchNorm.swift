import AttuneCore

/// Every channel with mean 0 and deviation 1 over the pixels of the batch (Ioffe and Szegedy, *Batch normalization*, 2015).
final class BatchNorm<Scalar: NetworkScalar>: Layer {
    /// Added to variances.
    static var epsilon: Double { 1e-5 }
    /// What the newest batch weighs in the learnt statistics.
    private static var momentum: Double { 0.1 }

    private let channels: Int
    private let weights: Weights<Scalar>
    /// A factor and a shift for each channel, where these are learnt.
    private let affine: (factors: Weights<Scalar>.Slot, shifts: Weights<Scalar>.Slot)?
    /// Mean and variance of each channel.
    private let learnt: Weights<Scalar>.Slot
    private var used: [ChannelStatistics<Scalar>]
    private let result = MapBuffer<Scalar>()
    private let inputGradient = MapBuffer<Scalar>()
    private var input: FeatureMaps<Scalar>?

    init(_ channels: Int, affine: Bool, _ weights: Weights<Scalar>) {
        self.channels = channels
        self.weights = weights
        self.affine = affine ? (weights.add(channels) { 1 }, weights.add(channels) { 0 }) : nil
        learnt = weights.addMemory((0..<channels).flatMap { _ in [0, 1] })
        used = Array(repeating: ChannelStatistics(mean: 0, variance: 1), count: channels)
    }

    func output(of shape: MapShape) -> MapShape { shape }

    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        self.input = input
        let output = result.maps(input.shape)
        for channel in 0..<channels {
            used[channel] = pass.trains ? ChannelStatistics(input, channel) : learnt(channel)
            if pass.trains { learn(used[channel], channel, of: input.shape.area) }
            let factor = used[channel].scale * self.factor(channel)
            combine(
                [(input, factor)], constant: shift(channel) - used[channel].mean * factor, channel, into: output)
        }
        return output
    }

    private func learnt(_ channel: Int) -> ChannelStatistics<Scalar> {
        let memory = weights.memory(learnt) + 2 * channel
        return ChannelStatistics(mean: memory[0], variance: memory[1])
    }

    private func learn(_ batch: ChannelStatistics<Scalar>, _ channel: Int, of count: Int) {
        var statistics = learnt(channel)
        statistics.learn(batch, Self.momentum, of: count)
        let memory = weights.memory(learnt) + 2 * channel
        (memory[0], memory[1]) = (statistics.mean, statistics.variance)
    }

    private func factor(_ channel: Int) -> Scalar { affine.map { weights.value($0.factors)[channel] } ?? 1 }
    private func shift(_ channel: Int) -> Scalar { affine.map { weights.value($0.shifts)[channel] } ?? 0 }

    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        let input = input.unsafelyUnwrapped
        let result = inputGradient.maps(input.shape)
        for channel in 0..<channels {
            let slope = NormSlope(gradient, input, channel, used[channel])
            if let affine, pass.learnsWeights {
                weights.gradient(affine.factors)[channel] += slope.alongNormalised
                weights.gradient(affine.shifts)[channel] += slope.total
            }
            slope.write(factor(channel), isOfBatch: pass.trains, gradient, input, channel, into: result)
        }
        return result
    }
}

/// Mean and variance of a channel over all pixels of a batch.
struct ChannelStatistics<Scalar: NetworkScalar> {
    var mean: Scalar
    var variance: Scalar

    init(mean: Scalar, variance: Scalar) {
        self.mean = mean
        self.variance = variance
    }

    init(_ maps: FeatureMaps<Scalar>, _ channel: Int) {
        let (start, count) = (maps.channel(channel), maps.shape.area)
        mean = Scalar.kernels.sum(start, count) / Scalar(count)
        variance = Scalar.kernels.squares(start, mean, count) / Scalar(count)
    }

    /// What the distance from the mean is multiplied by.
    var scale: Scalar { 1 / (variance + Scalar(BatchNorm<Scalar>.epsilon)).squareRoot() }

    /// Takes a batch's into account, its variance as an estimate without bias.
    mutating func learn(_ batch: ChannelStatistics, _ momentum: Double, of count: Int) {
        let share = Scalar(momentum)
        mean += share * (batch.mean - mean)
        variance += share * (batch.variance * Scalar(count) / Scalar(max(count - 1, 1)) - variance)
    }
}

/// What the gradient of a normalised channel says of the channel.
struct NormSlope<Scalar: NetworkScalar> {
    /// Sum of the gradient.
    let total: Scalar
    /// Sum of the gradient times the normalised values.
    let alongNormalised: Scalar
    private let statistics: ChannelStatistics<Scalar>

    init(
        _ gradient: FeatureMaps<Scalar>, _ input: FeatureMaps<Scalar>, _ channel: Int,
        _ statistics: ChannelStatistics<Scalar>
    ) {
        let (slope, start, count) = (gradient.channel(channel), input.channel(channel), input.shape.area)
        self.init(
            total: Scalar.kernels.sum(slope, count), alongInput: Scalar.kernels.dot(slope, start, count), statistics)
    }

    init(total: Scalar, alongInput: Scalar, _ statistics: ChannelStatistics<Scalar>) {
        self.total = total
        alongNormalised = (alongInput - statistics.mean * total) * statistics.scale
        self.statistics = statistics
    }

    /// Writes the gradient with respect to the channel before it was normalised and multiplied by `factor`.
    func write(
        _ factor: Scalar, isOfBatch: Bool, _ gradient: FeatureMaps<Scalar>, _ input: FeatureMaps<Scalar>,
        _ channel: Int, into result: FeatureMaps<Scalar>
    ) {
        let scale = factor * statistics.scale
        guard isOfBatch else { return combine([(gradient, scale)], constant: 0, channel, into: result) }
        let count = Scalar(input.shape.area)
        let slope = -scale * statistics.scale * alongNormalised / count
        combine(
            [(gradient, scale), (input, slope)], constant: -scale * total / count - slope * statistics.mean, channel,
            into: result)
    }
}

/// One channel of the result = constant + sum of the channels times their factors.
func combine<Scalar: NetworkScalar>(
    _ terms: [(maps: FeatureMaps<Scalar>, factor: Scalar)], constant: Scalar, _ channel: Int,
    into result: FeatureMaps<Scalar>
) {
    withUnsafeTemporaryAllocation(of: UnsafePointer<Scalar>?.self, capacity: max(terms.count, 1)) { inputs in
        withUnsafeTemporaryAllocation(of: Scalar.self, capacity: max(terms.count, 1)) { factors in
            for (index, term) in terms.enumerated() {
                inputs.initializeElement(at: index, to: UnsafePointer(term.maps.channel(channel)))
                factors.initializeElement(at: index, to: term.factor)
            }
            Scalar.kernels.combine(
                inputs.baseAddress!, factors.baseAddress!, Int32(terms.count), constant, result.channel(channel),
                result.shape.area)
        }
    }
}
