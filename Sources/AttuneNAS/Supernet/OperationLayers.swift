import AttuneCore

extension CellOperation {
    /// Whether the layers of the operation expect their input's positive part.
    func isRectified(stride: Int) -> Bool {
        switch self {
        case .separable, .dilated: true
        case .skip: stride == 2
        case .none, .maxPool, .averagePool: false
        }
    }

    /// Whether a batch norm follows the layers in a supernet.
    func isNormalised(stride: Int) -> Bool { self != .skip || stride == 2 }

    /// What the operation does, but for the rectifier before it and the batch norm behind it.
    ///
    /// - Parameter affine: whether batch norms between the layers learn a factor and a shift.
    func layers<Scalar>(
        channels: Int, stride: Int, affine: Bool, _ weights: Weights<Scalar>, using random: inout RandomSource
    ) -> any Layer<Scalar> {
        func convolution(_ window: Window) -> [any Layer<Scalar>] {
            [
                DepthwiseConvolution(channels: channels, window, weights, using: &random),
                PointwiseConvolution(from: channels, to: channels, weights, using: &random),
            ]
        }
        switch self {
        case .none: preconditionFailure("no connection has no layers")
        case .skip where stride == 1: return Identity()
        case .skip: return FactorizedReduction(from: channels, to: channels, weights, using: &random)
        case .maxPool(let kernel): return MaxPool(Window(kernel: kernel, stride: stride))
        case .averagePool(let kernel): return AveragePool(Window(kernel: kernel, stride: stride))
        case .dilated(let kernel):
            return Sequence(convolution(Window(kernel: kernel, stride: stride, dilation: 2)))
        case .separable(let kernel):
            let first = convolution(Window(kernel: kernel, stride: stride))
            let norm = BatchNorm(channels, affine: affine, weights)
            return Sequence(first + [norm, Rectifier()] + convolution(Window(kernel: kernel)))
        }
    }
}

extension CellOperation {
    /// What it costs in comparison with others, for whoever hands out work.
    var effort: Int {
        switch self {
        case .none: 0
        case .skip: 1
        case .averagePool(let kernel), .maxPool(let kernel): kernel * kernel
        case .dilated(let kernel): 2 * kernel * kernel
        case .separable(let kernel): 4 * kernel * kernel
        }
    }
}
