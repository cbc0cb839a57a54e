/// A differentiable map between stacks of feature maps.
///
/// A layer owns what it gives back, until it is called again. It is called by one thread at a time; different layers may
/// be called at once.
protocol Layer<Scalar> {
    associatedtype Scalar: NetworkScalar

    /// The size of what it gives for an input of a size.
    func output(of shape: MapShape) -> MapShape

    /// - Parameter pass: whether statistics are those of the batch or those learnt.
    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar>

    /// The gradient with respect to the input of the last `forward`, from that of its output. Adds the gradients of the
    /// weights where the pass learns them.
    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar>
}

/// How a network is run.
struct Pass {
    /// Whether batch norm uses the batch's own statistics, and remembers them.
    var trains = true
    /// Whether gradients of weights are wanted.
    var learnsWeights = true
    /// What is told which rectifiers are active; nil where nobody wants to know.
    var activations: ActivationKernel?
}

/// Layers one after another.
final class Sequence<Scalar: NetworkScalar>: Layer {
    private let layers: [any Layer<Scalar>]

    init(_ layers: [any Layer<Scalar>]) { self.layers = layers }

    func output(of shape: MapShape) -> MapShape { layers.reduce(shape) { $1.output(of: $0) } }

    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        layers.reduce(input) { $1.forward($0, pass) }
    }

    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> {
        layers.reversed().reduce(gradient) { $1.backward($0, pass) }
    }
}

/// Gives what it is given.
final class Identity<Scalar: NetworkScalar>: Layer {
    func output(of shape: MapShape) -> MapShape { shape }
    func forward(_ input: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> { input }
    func backward(_ gradient: FeatureMaps<Scalar>, _ pass: Pass) -> FeatureMaps<Scalar> { gradient }
}
