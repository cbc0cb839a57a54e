import AttuneCore
import Testing

@testable import AttuneNAS

/// Compares gradients with central differences, in double precision.
enum GradientCheck {
    /// The largest difference, relative to the largest number of either, over some two hundred numbers of the gradient.
    static func error(_ gradient: [Double], _ loss: ([Double]) -> Double, at point: [Double], step: Double = 1e-5)
        -> Double
    {
        var numeric: [Double] = []
        let picked = Array(Swift.stride(from: 0, to: point.count, by: max(point.count / 200, 1)))
        let gradient = picked.map { gradient[$0] }
        for index in picked {
            var (up, down) = (point, point)
            up[index] += step
            down[index] -= step
            numeric.append((loss(up) - loss(down)) / (2 * step))
        }
        let scale = (numeric + gradient).map(abs).max() ?? 1
        return (zip(gradient, numeric).map { abs($0 - $1) }.max() ?? 0) / max(scale, 1e-12)
    }

    static func numbers(_ count: Int, seed: UInt64) -> [Double] {
        var random = RandomSource(seed: seed, stream: 1)
        return (0..<count).map { _ in random.normal() }
    }
}

/// A layer with the weights it has, and an input.
struct LayerProbe {
    let layer: any Layer<Double>
    let weights: Weights<Double>
    let shape: MapShape
    let direction: [Double]
    var pass = Pass()

    init(_ shape: MapShape, seed: UInt64, _ make: (Weights<Double>, inout RandomSource) -> any Layer<Double>) {
        var random = RandomSource(seed: seed)
        weights = Weights()
        layer = make(weights, &random)
        self.shape = shape
        direction = GradientCheck.numbers(layer.output(of: shape).count, seed: seed + 100)
    }

    /// The output along a fixed direction.
    func loss(_ input: [Double]) -> Double {
        var input = input
        return input.withUnsafeMutableBufferPointer { input in
            let output = layer.forward(FeatureMaps(start: input.baseAddress!, shape: shape), pass)
            return direction.withUnsafeBufferPointer { Double.kernels.dot(output.start, $0.baseAddress!, output.count) }
        }
    }

    /// The gradients of the input and of the weights.
    func gradients(_ input: [Double]) -> (input: [Double], weights: [Double]) {
        weights.clearGradients()
        var (input, direction) = (input, direction)
        return input.withUnsafeMutableBufferPointer { input in
            let maps = FeatureMaps(start: input.baseAddress!, shape: shape)
            let output = layer.forward(maps, pass)
            return direction.withUnsafeMutableBufferPointer { direction in
                let slope = FeatureMaps(start: direction.baseAddress!, shape: output.shape)
                let back = layer.backward(slope, pass)
                return (Array(UnsafeBufferPointer(start: back.start, count: back.count)), weights.gradient)
            }
        }
    }

    func check(_ input: [Double]) {
        let (slopes, weightSlopes) = gradients(input)
        let inputError = GradientCheck.error(slopes, loss, at: input)
        #expect(inputError < 1e-6, "input: \(inputError)")
        guard weights.count > 0 else { return }
        let start = weights.vector
        let weightError = GradientCheck.error(
            weightSlopes,
            { vector in
                weights.vector = vector
                return loss(input)
            }, at: start)
        weights.vector = start
        #expect(weightError < 1e-6, "weights: \(weightError)")
    }
}
