import AttuneCore
import AttuneMath
import CAttuneMath

/// A controller that learns by REINFORCE (Williams 1992) from networks that were evaluated, each credited with its own
/// result.
///
/// Its state is a fold over results in the order in which they came, in rounds: one after each result at first, and one
/// after each hundredth more once there are hundreds, so that a long study is taken in again within minutes.
struct ControllerTraining: Sendable {
    private(set) var controller: Controller
    private let settings: ENASSettings
    private var optimizer: Adam
    private var networks: [Controller.Network] = []
    /// nil for one that failed.
    private var results: [Double?] = []
    private var baseline = 0.0
    private var nextRound = 2
    private var firstUnseen = 0

    init(_ settings: ENASSettings, layers: Int, operations: Int, using random: inout RandomSource) {
        self.settings = settings
        let weights = ControllerWeights(
            hidden: settings.hidden, operations: operations, range: ControllerTraining.startRange, using: &random)
        controller = Controller(weights: weights, layers: layers, squash: settings.squash)
        optimizer = Adam(weights)
    }

    private static let startRange = 0.01

    /// How many of the latest networks a round goes through, besides those that are new.
    private static let window = 32

    /// Takes in a network and its result, larger being better; nil where it failed.
    mutating func learn(_ network: Controller.Network, _ result: Double?) {
        networks.append(network)
        results.append(result)
        guard networks.count >= nextRound else { return }
        nextRound = networks.count + 1 + networks.count / 100
        train()
    }

    private mutating func train() {
        let advantages = standardizedRanks(results)
        for index in firstUnseen..<networks.count {
            baseline += (1 - settings.baselineDecay) * (advantages[index] - baseline)
        }
        let first = max(min(firstUnseen, networks.count - ControllerTraining.window), 0)
        firstUnseen = networks.count
        for step in 0..<settings.trainSteps {
            // The latest first, so that a round of few steps is about what is new.
            let index = networks.count - 1 - step % (networks.count - first)
            let loss = ControllerLoss(
                advantage: advantages[index] - baseline, entropyWeight: settings.entropyWeight,
                skipWeight: settings.skipWeight, skipTarget: settings.skipTarget)
            let gradient = controller.trace(of: networks[index]).gradient(of: loss, controller.weights)
            optimizer.descend(&controller.weights, gradient, rate: settings.learningRate)
        }
    }
}

/// Where each result ranks, from −√3 for the worst to √3 for the best, of mean 0 and about unit deviation; equals share a
/// rank, and failures the last. Ranks do not mind a result that is off by orders of magnitude.
func standardizedRanks(_ results: [Double?]) -> [Double] {
    let keys = results.map { $0.flatMap { $0.isNaN ? nil : $0 } ?? -.infinity }
    let order = keys.indices.sorted { (keys[$0], $0) < (keys[$1], $1) }
    var ranks = [Double](repeating: 0, count: keys.count)
    var start = 0
    while start < order.count {
        let end = order[start...].firstIndex { keys[$0] != keys[order[start]] } ?? order.count
        let middle = (Double(start + end) / 2) / Double(order.count) - 0.5
        for position in start..<end { ranks[order[position]] = middle * 12.0.squareRoot() }
        start = end
    }
    return ranks
}

/// Adam (Kingma & Ba 2015) for all the weights of a controller.
struct Adam: Sendable {
    private var first: ControllerWeights
    private var second: ControllerWeights
    private var step = 0.0

    init(_ weights: ControllerWeights) {
        first = ControllerWeights(hidden: weights.hidden, operations: weights.operations)
        second = first
    }

    mutating func descend(_ weights: inout ControllerWeights, _ gradient: ControllerWeights, rate: Double) {
        step += 1
        for part in ControllerWeights.parts {
            attune_adam(
                &weights[keyPath: part].elements, gradient[keyPath: part].elements,
                &first[keyPath: part].elements, &second[keyPath: part].elements,
                gradient[keyPath: part].elements.count, rate, step)
        }
    }
}
