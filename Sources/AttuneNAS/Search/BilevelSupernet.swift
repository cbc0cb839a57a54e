import AttuneCore
import Foundation

/// A supernet and an architecture between two batches: what a search's step takes its gradients of.
final class BilevelSupernet<Scalar: NetworkScalar>: BilevelProblem {
    /// Images as the network takes them, and their classes.
    struct Batch {
        var images: [Scalar]
        var shape: MapShape
        var labels: [Int]
    }

    let net: Supernet<Scalar>
    let method: SearchMethod
    var architecture: ArchitectureParameters
    /// How much of the search is over, from 0 to 1.
    var progress = 0.0
    /// What the chance of this step is drawn from, the same for every gradient of the step.
    var chance = RandomSource(seed: 0)
    var training: Batch?
    var validation: Batch?
    private(set) var lastOutcome = BatchOutcome(images: 0)

    init(_ net: Supernet<Scalar>, _ method: SearchMethod, _ architecture: ArchitectureParameters) {
        self.net = net
        self.method = method
        self.architecture = architecture
    }

    var weights: [Scalar] {
        get { net.weights.vector }
        set { net.weights.vector = newValue }
    }

    var architectureVector: [Double] {
        get { architecture.vector }
        set { architecture.vector = newValue }
    }

    func trainingSlopes() -> BilevelSlopes<Scalar> { slopes(training, Pass()) }
    func validationSlopes() -> BilevelSlopes<Scalar> { slopes(validation, Pass()) }

    func trainingArchitectureSlopes() -> [Double] { architectureSlopes(training) }
    func validationArchitectureSlopes() -> [Double] { architectureSlopes(validation) }

    /// Leaves the gradient of the training loss with the network's weights.
    func learn() { _ = architectureSlopes(training, Pass(), perturbs: true) }

    private func slopes(_ batch: Batch?, _ pass: Pass) -> BilevelSlopes<Scalar> {
        let architecture = architectureSlopes(batch, pass)
        return BilevelSlopes(weights: net.weights.gradient, architecture: architecture)
    }

    private func architectureSlopes(
        _ batch: Batch?, _ pass: Pass = Pass(learnsWeights: false), perturbs: Bool = false
    ) -> [Double] {
        guard var batch else { preconditionFailure("a step has its batches") }
        var random = chance
        let relaxed = CellPair(
            normal: relax(architecture.operations.normal, architecture.edges.normal, perturbs, &random),
            reduction: relax(architecture.operations.reduction, architecture.edges.reduction, perturbs, &random))
        if pass.learnsWeights { net.weights.clearGradients() }
        let edges = batch.images.withUnsafeMutableBufferPointer { images in
            let maps = FeatureMaps(start: images.baseAddress!, shape: batch.shape)
            lastOutcome = net.forward(maps, labels: batch.labels, relaxed.map(\.edgeWeights), pass)
            return net.backward(pass)
        }
        var result = architecture
        let normal = relaxed.normal.slopes(edges.normal)
        let reduction = relaxed.reduction.slopes(edges.reduction)
        result.operations = CellPair(normal: normal.operations, reduction: reduction.operations)
        result.edges = CellPair(normal: normal.edges, reduction: reduction.edges)
        return result.vector
    }

    private func relax(
        _ operations: [[Double]], _ edges: [Double], _ perturbs: Bool, _ random: inout RandomSource
    ) -> RelaxedCell<Scalar> {
        let temperature = method.firstTemperature + (method.lastTemperature - method.firstTemperature) * progress
        var relaxed = operations.map { method.relaxation.draw($0, temperature: temperature, using: &random) }
        if perturbs, method.perturbation > 0 {
            let noise = method.perturbation * progress
            for edge in relaxed.indices {
                relaxed[edge].weights = relaxed[edge].weights.map { $0 + noise * (2 * random.uniform() - 1) }
            }
        }
        if method.hasAuxiliarySkip, let skip = net.space.operations.firstIndex(of: .skip) {
            // Along half a cosine from 1 to 0.
            for edge in relaxed.indices { relaxed[edge].weights[skip] += (1 + cos(.pi * progress)) / 2 }
        }
        return RelaxedCell(relaxed, edges: method.normalisesEdges ? edges : nil, space: net.space)
    }
}

/// Weights of the edges of one kind of cell, and the way back.
struct RelaxedCell<Scalar: NetworkScalar> {
    private let operations: [RelaxedEdge]
    /// What each edge weighs among those into its node; nil where each weighs 1.
    private let shares: [Double]?
    private let nodes: [Int]

    init(_ operations: [RelaxedEdge], edges: [Double]?, space: SupernetSpace) {
        self.operations = operations
        let nodes = space.edges.map(\.node)
        self.nodes = nodes
        shares = edges.map { edges in RelaxedCell.byNode(nodes) { into in softmax(into.map { edges[$0] }) } }
    }

    /// A number for each edge, computed together for the edges into a node, which stand together.
    private static func byNode(_ nodes: [Int], _ numbers: (_ edges: [Int]) -> [Double]) -> [Double] {
        Set(nodes).sorted().flatMap { node in numbers(nodes.indices.filter { nodes[$0] == node }) }
    }

    private func share(_ edge: Int) -> Double { shares?[edge] ?? 1 }

    var edgeWeights: EdgeWeights<Scalar> {
        EdgeWeights(
            operations: operations.enumerated().map { edge, relaxed in
                relaxed.weights.map { Scalar($0 * share(edge)) }
            }, bypasses: operations.indices.map { Scalar(share($0)) })
    }

    func slopes(_ slopes: EdgeWeights<Scalar>?) -> (operations: [[Double]], edges: [Double]) {
        guard let slopes else {
            return (operations.map { $0.weights.map { _ in 0 } }, operations.map { _ in 0 })
        }
        let numbers = operations.enumerated().map { edge, relaxed in
            relaxed.slopes(slopes.operations[edge].map { Double($0) * share(edge) })
        }
        guard let shares else { return (numbers, operations.map { _ in 0 }) }
        let ofShares = operations.enumerated().map { edge, relaxed in
            zip(relaxed.weights, slopes.operations[edge]).reduce(Double(slopes.bypasses[edge])) {
                $0 + $1.0 * Double($1.1)
            }
        }
        let edges = RelaxedCell.byNode(nodes) { into in
            softmaxSlopes(into.map { shares[$0] }, into.map { ofShares[$0] })
        }
        return (numbers, edges)
    }
}
