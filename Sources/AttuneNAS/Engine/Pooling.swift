import CAttuneNAS

/// The largest pixel under a window.
final class MaxPool<Scalar: NetworkScalar>: Layer {
    private let window: Window
    private let result = MapBuffer<Scalar>()
    private let inputGradient = MapBuffer<Scalar>()
    /// Which pixel of the window was the largest.
    private var places: [UInt8] = []
    private var inputShape: MapShape?

    init(_ window: Window) { self.window = window }

    func output(of shape: MapShape) -> MapShape { window.output(of: shape) }

    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        inputShape = input.shape
        let output = result.maps(output(of: input.shape))
        if places.count < output.count { places = [UInt8](repeating: 0, count: output.count) }
        Scalar.kernels.maxPool(
            input.start, output.start, &places, Int32(input.shape.channels), window.over(input.shape))
        return output
    }

    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        let shape = inputShape.unsafelyUnwrapped
        let result = inputGradient.maps(shape)
        Scalar.kernels.maxPoolInput(gradient.start, places, result.start, Int32(shape.channels), window.over(shape))
        return result
    }
}

/// The mean of the pixels under a window that lie in the image.
final class AveragePool<Scalar: NetworkScalar>: Layer {
    private let window: Window
    private let result = MapBuffer<Scalar>()
    private let inputGradient = MapBuffer<Scalar>()
    private var inputShape: MapShape?

    init(_ window: Window) { self.window = window }

    func output(of shape: MapShape) -> MapShape { window.output(of: shape) }

    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        inputShape = input.shape
        let output = result.maps(output(of: input.shape))
        Scalar.kernels.averagePool(input.start, output.start, Int32(input.shape.channels), window.over(input.shape))
        return output
    }

    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        let shape = inputShape.unsafelyUnwrapped
        let result = inputGradient.maps(shape)
        Scalar.kernels.averagePoolInput(gradient.start, result.start, Int32(shape.channels), window.over(shape))
        return result
    }
}
