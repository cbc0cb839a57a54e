/// The positive part (ReLU).
final class Rectifier<Scalar: NetworkScalar>: Layer {
    private let result = MapBuffer<Scalar>()
    private let inputGradient = MapBuffer<Scalar>()
    private var output: FeatureMaps<Scalar>?

    func output(of shape: MapShape) -> MapShape { shape }

    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        let output = result.maps(input.shape)
        Scalar.kernels.rectify(input.start, output.start, input.count)
        self.output = output
        pass.activations?.add(output)
        return output
    }

    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        let output = output.unsafelyUnwrapped
        let result = inputGradient.maps(output.shape)
        // The output is positive where the input is.
        Scalar.kernels.rectifyInput(output.start, gradient.start, result.start, output.count)
        return result
    }
}
