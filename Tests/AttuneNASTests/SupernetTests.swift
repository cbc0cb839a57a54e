import AttuneCore
import Testing

@testable import AttuneNAS

/// A tiny supernet, images for it, and its loss as a function of weights of operations and of the network.
struct SupernetProbe {
    let net: Supernet<Double>
    let images: [Double]
    let shape: MapShape
    let labels: [Int]
    let edges: Int
    let operations: Int

    init(_ space: SupernetSpace, partial: Int = 1, threads: Int = 1, seed: UInt64 = 1, size: Int = 6, batch: Int = 3) {
        var random = RandomSource(seed: seed)
        net = Supernet(
            space, inputs: 1, classes: 3, partial: partial, workers: Workers(threads: threads), using: &random)
        shape = MapShape(channels: 1, rows: size, columns: size, batch: batch)
        images = GradientCheck.numbers(shape.count, seed: seed + 7)
        labels = (0..<batch).map { $0 % 3 }
        edges = space.edges.count
        operations = space.operations.count
    }

    /// Weights of the operations of both kinds of cells, and of what passes by, as one vector.
    var parameterCount: Int { 2 * edges * (operations + 1) }

    private func pair(_ vector: [Double]) -> CellPair<EdgeWeights<Double>> {
        func one(_ start: Int) -> EdgeWeights<Double> {
            EdgeWeights(
                operations: (0..<edges).map { edge in
                    Array(vector[start + edge * operations..<start + (edge + 1) * operations])
                }, bypasses: Array(vector[start + edges * operations..<start + edges * (operations + 1)]))
        }
        return CellPair(normal: one(0), reduction: one(edges * (operations + 1)))
    }

    func loss(_ vector: [Double]) -> Double {
        var images = images
        return images.withUnsafeMutableBufferPointer {
            net.forward(FeatureMaps(start: $0.baseAddress!, shape: shape), labels: labels, pair(vector), Pass()).loss
        }
    }

    func gradients(_ vector: [Double], _ pass: Pass = Pass()) -> (architecture: [Double], weights: [Double]) {
        net.weights.clearGradients()
        var images = images
        return images.withUnsafeMutableBufferPointer {
            let maps = FeatureMaps(start: $0.baseAddress!, shape: shape)
            _ = net.forward(maps, labels: labels, pair(vector), pass)
            let back = net.backward(pass)
            let flat = [back.normal, back.reduction].flatMap { part in
                part.map { $0.operations.joined() + $0.bypasses }
                    ?? Array(repeating: 0, count: edges * (operations + 1))
            }
            return (flat, net.weights.gradient)
        }
    }
}

struct SupernetTests {
    private static let small = SupernetSpace(nodes: 2, layers: 3, channels: 4, stemMultiplier: 2)

    @Test(arguments: [1, 2], [UInt64(1), 2])
    func `gradients of mixed cells agree with differences`(partial: Int, seed: UInt64) {
        let probe = SupernetProbe(Self.small, partial: partial, seed: seed)
        let point = GradientCheck.numbers(probe.parameterCount, seed: seed + 20).map { 0.2 + 0.1 * $0 }
        let (architecture, weights) = probe.gradients(point)
        let error = GradientCheck.error(architecture, probe.loss, at: point, step: 1e-6)
        #expect(error < 1e-6, "architecture: \(error)")
        let start = probe.net.weights.vector
        // A sample, as there are thousands: every 37th weight.
        let picked = Array(stride(from: 0, to: start.count, by: 37))
        let weightError = GradientCheck.error(
            picked.map { weights[$0] },
            { values in
                var vector = start
                for (index, value) in zip(picked, values) { vector[index] = value }
                probe.net.weights.vector = vector
                return probe.loss(point)
            }, at: picked.map { start[$0] }, step: 1e-6)
        #expect(weightError < 1e-6, "weights: \(weightError)")
    }

    @Test func `threads change nothing`() {
        let one = SupernetProbe(Self.small, threads: 1)
        let three = SupernetProbe(Self.small, threads: 3)
        let point = GradientCheck.numbers(one.parameterCount, seed: 4)
        let (a, b) = (one.gradients(point), three.gradients(point))
        #expect(a.architecture == b.architecture && a.weights == b.weights)
    }

    @Test func `an operation of weight 0 is not carried out, and the rest stays the same`() {
        let probe = SupernetProbe(Self.small)
        var point = GradientCheck.numbers(probe.parameterCount, seed: 4)
        for index in stride(from: 0, to: point.count, by: 3) { point[index] = 0 }
        let slopes = probe.gradients(point).architecture
        for index in stride(from: 0, to: point.count, by: 3) { #expect(slopes[index] == 0) }
        let tiny = point.map { $0 == 0 ? 1e-13 : $0 }
        #expect(abs(probe.loss(tiny) - probe.loss(point)) < 1e-9)
    }

    @Test func `the issue's supernet has as many weights as its authors'`() {
        var random = RandomSource(seed: 1)
        let net = Supernet<Float>(
            SupernetSpace(nodes: 3, layers: 4, channels: 8), inputs: 1, classes: 10, using: &random)
        #expect(net.weights.count == 225_634)
    }
}
