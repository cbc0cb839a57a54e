import AttuneCore
import AttuneMath

/// What is made smaller: −A log p(network) − w H + v · the mean over layers of KL(skips ‖ target).
struct ControllerLoss: Sendable, Hashable {
    /// A: how much better the network was than usual (Williams 1992).
    var advantage: Double
    /// w, of the entropy H of the choices.
    var entropyWeight: Double
    /// v.
    var skipWeight: Double
    /// The share of skips that is meant to be, in (0, 1).
    var skipTarget: Double

    func value(_ trace: ControllerTrace) -> Double {
        -advantage * trace.logProbability - entropyWeight * trace.entropy
            + skipWeight * trace.skips.reduce(0) { $0 + $1.divergence(from: skipTarget) } / Double(trace.skippable)
    }
}

/// Every step of the controller on its way to a network, for the way back.
struct ControllerTrace: Sendable {
    /// Two for each layer: before the operation and after it.
    var steps: [ControllerStep] = []
    var operations: [OperationChoice] = []
    var skips: [SkipChoice] = []
    /// For each layer the state after its operation, and what it says to later layers.
    var anchors: [[Double]] = []
    var keys: [[Double]] = []

    var network: Controller.Network { zip(operations, skips).map { [$0.choice] + $1.choices } }
    var logProbability: Double {
        operations.reduce(0) { $0 + $1.logProbability } + skips.reduce(0) { $0 + $1.logProbability }
    }
    var entropy: Double { operations.reduce(0) { $0 + $1.entropy } + skips.reduce(0) { $0 + $1.entropy } }
    /// Layers that others can skip to.
    var skippable: Int { max(operations.count - 1, 1) }

    /// The loss's derivative by every weight, back through time.
    func gradient(of loss: ControllerLoss, _ weights: ControllerWeights) -> ControllerWeights {
        BLAS.useOneThread()
        var way = WayBack(self, loss, weights)
        for layer in operations.indices.reversed() { way.pass(layer) }
        return way.gradient
    }
}

/// The way back through a trace, from the last layer to the first.
private struct WayBack {
    private let trace: ControllerTrace
    private let loss: ControllerLoss
    private let weights: ControllerWeights
    private(set) var gradient: ControllerWeights
    /// The loss's derivatives by the state and memory of the step before the one that was passed, by what the next layer
    /// reads first, and by the states and keys of earlier layers.
    private var state, memory, read: [Double]
    private var anchors, keys: [[Double]]

    init(_ trace: ControllerTrace, _ loss: ControllerLoss, _ weights: ControllerWeights) {
        self.trace = trace
        self.loss = loss
        self.weights = weights
        gradient = ControllerWeights(hidden: weights.hidden, operations: weights.operations)
        let zero = [Double](repeating: 0, count: weights.hidden)
        (state, memory, read) = (zero, zero, zero)
        anchors = trace.anchors.map { _ in zero }
        keys = anchors
    }

    mutating func pass(_ layer: Int) {
        passInput(of: layer)
        passAnchor(layer)
        passSkips(layer)
        let input = step(2 * layer + 1)
        gradient.embeddings.add(input, toRow: trace.operations[layer].choice)
        passOperation(layer)
        read = step(2 * layer)
        if layer == 0 { gradient.start.add(read, toRow: 0) }
    }

    /// What the next layer read first: the states skipped from, or the start after the first layer.
    private mutating func passInput(of layer: Int) {
        guard layer > 0 else {
            if trace.operations.count > 1 { gradient.start.add(read, toRow: 0) }
            return
        }
        let choices = trace.skips[layer].choices
        let share = 1 / Double(1 + choices.reduce(0, +))
        for (earlier, choice) in choices.enumerated() where choice == 1 {
            for index in read.indices { anchors[earlier][index] += read[index] * share }
        }
    }

    /// All that later layers made of this one's state.
    private mutating func passAnchor(_ layer: Int) {
        gradient.keys.add(keys[layer], times: trace.anchors[layer])
        let byKey = weights.keys.transposedTimes(keys[layer])
        for index in state.indices { state[index] += anchors[layer][index] + byKey[index] }
    }

    private mutating func passSkips(_ layer: Int) {
        guard layer > 0 else { return }
        let skips = trace.skips[layer]
        var query = [Double](repeating: 0, count: weights.hidden)
        for (earlier, slope) in skips.scoreSlopes(loss, layers: trace.skippable).enumerated() {
            let meeting = skips.meetings[earlier]
            for index in query.indices {
                gradient.attention.elements[index] += slope * meeting[index]
                let inner = slope * weights.attention.elements[index] * (1 - meeting[index] * meeting[index])
                keys[earlier][index] += inner
                query[index] += inner
            }
        }
        gradient.queries.add(query, times: trace.steps[2 * layer + 1].state)
        let byQuery = weights.queries.transposedTimes(query)
        for index in state.indices { state[index] += byQuery[index] }
    }

    private mutating func passOperation(_ layer: Int) {
        let scores = trace.operations[layer].scoreSlopes(loss)
        gradient.scores.add(scores, times: trace.steps[2 * layer].state)
        let byScore = weights.scores.transposedTimes(scores)
        for index in state.indices { state[index] += byScore[index] }
    }

    /// Goes back one step, and gives the loss's derivative by its input.
    private mutating func step(_ index: Int) -> [Double] {
        let slopes = trace.steps[index].slopes(state: state, memory: memory, weights, &gradient)
        (state, memory) = (slopes.state, slopes.memory)
        return slopes.input
    }
}
