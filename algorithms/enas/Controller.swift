import AttuneCore
import AttuneMath
import Foundation

/// The recurrent network of ENAS (Pham et al. 2018, section 2.3): goes from layer to layer, choosing first the layer's
/// operation, then by attention which earlier layers skip to it, and reads each choice before the next.
struct Controller: Sendable {
    /// Choices of a network: for each layer its operation, then one 0 or 1 for each earlier layer.
    typealias Network = [[Int]]

    /// How scores become logits: s → c tanh(s / T), each part left out where it is nil.
    struct Squash: Sendable, Hashable {
        var temperature: Double?
        var limit: Double?

        /// The logit and its derivative by the score.
        func callAsFunction(_ score: Double) -> (logit: Double, slope: Double) {
            let scale = 1 / (temperature ?? 1)
            guard let limit else { return (score * scale, scale) }
            let squashed = tanh(score * scale)
            return (limit * squashed, limit * scale * (1 - squashed * squashed))
        }
    }

    var weights: ControllerWeights
    let layers: Int
    let squash: Squash

    /// A network drawn from what the controller has learned.
    func network(using random: inout RandomSource) -> Network {
        trace { $0.drawn(using: &random) }.network
    }

    /// How the controller would have come to choose this network.
    func trace(of network: Network) -> ControllerTrace {
        var choices = network.joined().makeIterator()
        return trace { _ in choices.next() ?? 0 }
    }

    /// - Parameter choose: gives the choice, from the probabilities of each, one decision after the other.
    private func trace(_ choose: ([Double]) -> Int) -> ControllerTrace {
        var trace = ControllerTrace()
        var input = weights.start.elements
        for layer in 0..<layers {
            var step = ControllerStep(input, after: trace.steps.last, weights)
            let operation = OperationChoice(after: step, weights, squash, choose)
            trace.steps.append(step)
            trace.operations.append(operation)
            step = ControllerStep(Array(weights.embeddings[row: operation.choice]), after: step, weights)
            trace.steps.append(step)
            let skips = SkipChoice(after: step, trace.anchors, trace.keys, weights, squash, choose)
            trace.skips.append(skips)
            input = layer == 0 ? weights.start.elements : skips.mean
            trace.anchors.append(step.state)
            trace.keys.append(weights.keys * step.state)
        }
        return trace
    }
}

extension [Double] {
    /// The position of one of these probabilities, each as likely as it says.
    fileprivate func drawn(using random: inout RandomSource) -> Int {
        var rest = random.uniform()
        for (index, probability) in enumerated() {
            rest -= probability
            if rest < 0 { return index }
        }
        return count - 1
    }
}

/// The choice of a layer's operation.
struct OperationChoice: Sendable {
    let choice: Int
    let probabilities: [Double]
    private let slopes: [Double]

    init(
        after step: ControllerStep, _ weights: ControllerWeights, _ squash: Controller.Squash,
        _ choose: ([Double]) -> Int
    ) {
        let squashed = (weights.scores * step.state).map { squash($0) }
        let largest = squashed.map(\.logit).max() ?? 0
        let exponentials = squashed.map { exp($0.logit - largest) }
        let sum = exponentials.reduce(0, +)
        probabilities = exponentials.map { $0 / sum }
        slopes = squashed.map(\.slope)
        choice = choose(probabilities)
    }

    var logProbability: Double { log(probabilities[choice]) }
    var entropy: Double { -probabilities.reduce(0) { $0 + ($1 > 0 ? $1 * log($1) : 0) } }

    /// The loss's derivative by each score.
    func scoreSlopes(_ loss: ControllerLoss) -> [Double] {
        let entropy = entropy
        return probabilities.indices.map { index in
            let p = probabilities[index]
            let byChance = p > 0 ? p * (log(p) + entropy) : 0
            let slope = -loss.advantage * ((index == choice ? 1 : 0) - p) + loss.entropyWeight * byChance
            return slope * slopes[index]
        }
    }
}

/// Which earlier layers skip to a layer.
struct SkipChoice: Sendable {
    let choices: [Int]
    /// tanh(key + query), for each earlier layer.
    let meetings: [[Double]]
    private let logits: [Double]
    private let probabilities: [Double]
    private let slopes: [Double]
    /// What is read next: the sum of the states of the layers chosen, over one more than there are.
    let mean: [Double]

    init(
        after step: ControllerStep, _ anchors: [[Double]], _ keys: [[Double]], _ weights: ControllerWeights,
        _ squash: Controller.Squash, _ choose: ([Double]) -> Int
    ) {
        let query = anchors.isEmpty ? [] : weights.queries * step.state
        meetings = keys.map { key in zip(key, query).map { tanh($0 + $1) } }
        let squashed = meetings.map { squash(dot(weights.attention.elements, $0)) }
        logits = squashed.map(\.logit)
        slopes = squashed.map(\.slope)
        probabilities = logits.map { logistic(2 * $0) }
        let choices = probabilities.map { choose([1 - $0, $0]) }
        self.choices = choices
        var mean = [Double](repeating: 0, count: weights.hidden)
        let share = 1 / Double(1 + choices.reduce(0, +))
        for (anchor, choice) in zip(anchors, choices) where choice == 1 {
            for index in mean.indices { mean[index] += anchor[index] * share }
        }
        self.mean = mean
    }

    var logProbability: Double {
        zip(probabilities, choices).reduce(0) { $0 + log($1.1 == 1 ? $1.0 : 1 - $1.0) }
    }
    var entropy: Double {
        probabilities.reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) - ($1 < 1 ? (1 - $1) * log(1 - $1) : 0) }
    }

    /// How far the probabilities are from `target`: Σ KL(p ‖ target).
    func divergence(from target: Double) -> Double {
        probabilities.reduce(0) { sum, p in
            sum + (p > 0 ? p * log(p / target) : 0) + (p < 1 ? (1 - p) * log((1 - p) / (1 - target)) : 0)
        }
    }

    /// The loss's derivative by each score. A logit q gives the probability σ(2 q).
    func scoreSlopes(_ loss: ControllerLoss, layers: Int) -> [Double] {
        probabilities.indices.map { index in
            let (p, q) = (probabilities[index], logits[index])
            let spread = 2 * p * (1 - p)
            let byChoice = 2 * (Double(choices[index]) - p)
            let byEntropy = -2 * q * spread
            let byDivergence = spread * (2 * q - log(loss.skipTarget / (1 - loss.skipTarget))) / Double(layers)
            let slope =
                -loss.advantage * byChoice - loss.entropyWeight * byEntropy + loss.skipWeight * byDivergence
            return slope * slopes[index]
        }
    }
}
