import AttuneCore
import CAttuneNAS

/// A window over the images of a stack.
struct Window: Sendable, Hashable {
    var kernel: Int
    var stride = 1
    var dilation = 1

    /// Keeps the size where the stride is 1.
    private var padding: Int { dilation * (kernel - 1) / 2 }

    func output(of shape: MapShape) -> MapShape {
        var result = shape
        result.rows = places(shape.rows)
        result.columns = places(shape.columns)
        return result
    }

    /// A window of even side looks beyond the far border where the image's side is odd.
    private func places(_ side: Int) -> Int {
        let beyond = kernel % 2 == 0 ? stride - 1 : 0
        return (side + 2 * padding - dilation * (kernel - 1) - 1 + beyond) / stride + 1
    }

    func over(_ shape: MapShape) -> AttuneWindow {
        let output = output(of: shape)
        return AttuneWindow(
            rows: Int32(shape.rows), columns: Int32(shape.columns), output_rows: Int32(output.rows),
            output_columns: Int32(output.columns), kernel: Int32(kernel), stride: Int32(stride),
            dilation: Int32(dilation), padding: Int32(padding), batch: Int32(shape.batch))
    }
}

/// Each channel with a filter of its own.
final class DepthwiseConvolution<Scalar: NetworkScalar>: Layer {
    private let window: Window
    private let weights: Weights<Scalar>
    private let filters: Weights<Scalar>.Slot
    private let result = MapBuffer<Scalar>()
    private let inputGradient = MapBuffer<Scalar>()
    private var input: FeatureMaps<Scalar>?

    init(channels: Int, _ window: Window, _ weights: Weights<Scalar>, using random: inout RandomSource) {
        precondition(window.kernel <= CellOperation.largestWindow, "the kernels have room for smaller windows")
        self.window = window
        self.weights = weights
        let taps = window.kernel * window.kernel
        filters = weights.addUniform(channels * taps, fan: taps, using: &random)
    }

    func output(of shape: MapShape) -> MapShape { window.output(of: shape) }

    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        self.input = input
        let output = result.maps(output(of: input.shape))
        Scalar.kernels.depthwise(
            input.start, weights.value(filters), output.start, Int32(input.shape.channels), window.over(input.shape))
        return output
    }

    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        let input = input.unsafelyUnwrapped
        let (channels, window) = (Int32(input.shape.channels), window.over(input.shape))
        if pass.learnsWeights {
            Scalar.kernels.depthwiseFilters(
                input.start, gradient.start, weights.gradient(filters), channels, window)
        }
        let result = inputGradient.maps(input.shape)
        Scalar.kernels.depthwiseInput(gradient.start, weights.value(filters), result.start, channels, window)
        return result
    }
}

/// A linear map of the channels at every pixel.
final class PointwiseConvolution<Scalar: NetworkScalar>: Layer {
    private let inputs: Int
    private let outputs: Int
    private let weights: Weights<Scalar>
    /// [outputs][inputs]
    private let matrix: Weights<Scalar>.Slot
    private let result = MapBuffer<Scalar>()
    private let inputGradient = MapBuffer<Scalar>()
    private var input: FeatureMaps<Scalar>?

    init(from inputs: Int, to outputs: Int, _ weights: Weights<Scalar>, using random: inout RandomSource) {
        self.inputs = inputs
        self.outputs = outputs
        self.weights = weights
        matrix = weights.addUniform(inputs * outputs, fan: inputs, using: &random)
    }

    func output(of shape: MapShape) -> MapShape { shape.with(channels: outputs) }

    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        self.input = input
        let output = result.maps(output(of: input.shape))
        Scalar.kernels.pointwise(
            weights.value(matrix), inputs, 1, input.start, output.start, Int32(outputs), Int32(inputs),
            input.shape.area)
        return output
    }

    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        let input = input.unsafelyUnwrapped
        if pass.learnsWeights {
            Scalar.kernels.pointwiseWeights(
                gradient.start, input.start, weights.gradient(matrix), Int32(outputs), Int32(inputs), input.shape.area)
        }
        let result = inputGradient.maps(input.shape)
        Scalar.kernels.pointwise(
            weights.value(matrix), 1, inputs, gradient.start, result.start, Int32(inputs), Int32(outputs),
            input.shape.area)
        return result
    }
}

/// Every channel from a window of every channel: the pixels under each place of the window laid side by side, then a
/// linear map.
final class Convolution<Scalar: NetworkScalar>: Layer {
    private let window: Window
    private let map: PointwiseConvolution<Scalar>
    private let unfolded = MapBuffer<Scalar>()
    private let inputGradient = MapBuffer<Scalar>()
    private var inputShape: MapShape?

    init(
        from inputs: Int, to outputs: Int, _ window: Window, _ weights: Weights<Scalar>,
        using random: inout RandomSource
    ) {
        self.window = window
        let taps = window.kernel * window.kernel
        map = PointwiseConvolution(from: inputs * taps, to: outputs, weights, using: &random)
    }

    func output(of shape: MapShape) -> MapShape { map.output(of: window.output(of: shape)) }

    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        inputShape = input.shape
        let taps = window.kernel * window.kernel
        let columns = unfolded.maps(window.output(of: input.shape).with(channels: input.shape.channels * taps))
        Scalar.kernels.unfold(input.start, columns.start, Int32(input.shape.channels), window.over(input.shape))
        return map.forward(columns, pass)
    }

    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        let shape = inputShape.unsafelyUnwrapped
        let columns = map.backward(gradient, pass)
        let result = inputGradient.maps(shape)
        Scalar.kernels.fold(columns.start, result.start, Int32(shape.channels), window.over(shape))
        return result
    }
}

/// Halves the image: every second pixel, and every second pixel from the next one on, each through a linear map to half
/// of the channels. Beyond the border of an image of odd size there is zero.
final class FactorizedReduction<Scalar: NetworkScalar>: Layer {
    private let maps: [PointwiseConvolution<Scalar>]
    private let picked = [MapBuffer<Scalar>(), MapBuffer<Scalar>()]
    private let result = MapBuffer<Scalar>()
    private let inputGradient = MapBuffer<Scalar>()
    private var inputShape: MapShape?

    /// - Parameter outputs: half of them, rounded down, see the even pixels, the others the odd ones.
    init(from inputs: Int, to outputs: Int, _ weights: Weights<Scalar>, using random: inout RandomSource) {
        maps = [outputs / 2, outputs - outputs / 2].map {
            PointwiseConvolution(from: inputs, to: $0, weights, using: &random)
        }
    }

    func output(of shape: MapShape) -> MapShape {
        halved(shape).with(channels: maps.reduce(0) { $0 + $1.output(of: shape).channels })
    }

    private func halved(_ shape: MapShape) -> MapShape { Window(kernel: 1, stride: 2).output(of: shape) }

    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        inputShape = input.shape
        let output = result.maps(output(of: input.shape))
        var first = 0
        for (offset, map) in maps.enumerated() {
            let pixels = picked[offset].maps(halved(input.shape))
            eachPixel(of: input.shape, offset) { small, large in
                let to = pixels.start + small
                guard let large else { return to.clear(input.shape.batch) }
                to.copy(from: input.start + large, input.shape.batch)
            }
            let part = map.forward(pixels, pass)
            output.channels(first..<first + part.shape.channels).copy(from: part)
            first += part.shape.channels
        }
        return output
    }

    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        let shape = inputShape.unsafelyUnwrapped
        let result = inputGradient.maps(shape)
        result.clear()
        var first = 0
        for (offset, map) in maps.enumerated() {
            let channels = map.output(of: shape).channels
            let part = map.backward(gradient.channels(first..<first + channels), pass)
            eachPixel(of: shape, offset) { small, large in
                guard let large else { return }
                (result.start + large).copy(from: part.start + small, shape.batch)
            }
            first += channels
        }
        return result
    }

    /// Where the images of each pixel of the halved stack begin, and of the pixel it stands for, nil beyond the border.
    private func eachPixel(of shape: MapShape, _ offset: Int, _ body: (Int, Int?) -> Void) {
        let small = halved(shape)
        for channel in 0..<shape.channels {
            for row in 0..<small.rows {
                for column in 0..<small.columns {
                    let (y, x) = (2 * row + offset, 2 * column + offset)
                    let isInside = y < shape.rows && x < shape.columns
                    body(
                        ((channel * small.rows + row) * small.columns + column) * shape.batch,
                        isInside ? ((channel * shape.rows + y) * shape.columns + x) * shape.batch : nil)
                }
            }
        }
    }
}
