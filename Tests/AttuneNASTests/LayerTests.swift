import AttuneCore
import Testing

@testable import AttuneNAS

/// Gradients of every layer against central differences.
struct LayerTests {
    /// A name, and how the layer is made for three channels.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let make: @Sendable (Weights<Double>, inout RandomSource) -> any Layer<Double>

        init(_ name: String, _ make: @escaping @Sendable (Weights<Double>, inout RandomSource) -> any Layer<Double>) {
            testDescription = name
            self.make = make
        }
    }

    static let cases: [Case] = [
        Case("pointwise") { PointwiseConvolution(from: 3, to: 5, $0, using: &$1) },
        Case("depthwise 3x3") { DepthwiseConvolution(channels: 3, Window(kernel: 3), $0, using: &$1) },
        Case("depthwise 5x5") { DepthwiseConvolution(channels: 3, Window(kernel: 5), $0, using: &$1) },
        Case("depthwise 7x7") { DepthwiseConvolution(channels: 3, Window(kernel: 7), $0, using: &$1) },
        Case("depthwise 3x3 in twos") {
            DepthwiseConvolution(channels: 3, Window(kernel: 3, stride: 2), $0, using: &$1)
        },
        Case("depthwise 5x5 in twos") {
            DepthwiseConvolution(channels: 3, Window(kernel: 5, stride: 2), $0, using: &$1)
        },
        Case("dilated 3x3") {
            DepthwiseConvolution(channels: 3, Window(kernel: 3, dilation: 2), $0, using: &$1)
        },
        Case("dilated 5x5 in twos") {
            DepthwiseConvolution(channels: 3, Window(kernel: 5, stride: 2, dilation: 2), $0, using: &$1)
        },
        Case("convolution 3x3") { Convolution(from: 3, to: 4, Window(kernel: 3), $0, using: &$1) },
        Case("convolution 3x3 in twos") { Convolution(from: 3, to: 4, Window(kernel: 3, stride: 2), $0, using: &$1) },
        Case("factorised reduction") { FactorizedReduction(from: 3, to: 4, $0, using: &$1) },
        Case("max pool") { _, _ in MaxPool(Window(kernel: 3)) },
        Case("max pool in twos") { _, _ in MaxPool(Window(kernel: 3, stride: 2)) },
        Case("average pool") { _, _ in AveragePool(Window(kernel: 3)) },
        Case("average pool in twos") { _, _ in AveragePool(Window(kernel: 3, stride: 2)) },
        Case("rectifier") { _, _ in Rectifier() },
        Case("identity") { _, _ in Identity() },
        Case("batch norm") { weights, _ in BatchNorm(3, affine: false, weights) },
        Case("affine batch norm") { weights, _ in BatchNorm(3, affine: true, weights) },
    ]

    @Test(arguments: cases, [(4, 4, 8), (5, 3, 3), (9, 8, 17), (1, 1, 2)])
    func `gradients agree with differences`(layer: Case, size: (rows: Int, columns: Int, batch: Int)) {
        let shape = MapShape(channels: 3, rows: size.rows, columns: size.columns, batch: size.batch)
        let probe = LayerProbe(shape, seed: 3, layer.make)
        probe.check(GradientCheck.numbers(shape.count, seed: 5))
    }

    @Test func `batch norm with learnt statistics is a fixed line`() {
        let shape = MapShape(channels: 3, rows: 2, columns: 3, batch: 4)
        var probe = LayerProbe(shape, seed: 1) { weights, _ in BatchNorm(3, affine: true, weights) }
        for seed in 0..<5 as Range<UInt64> { _ = probe.loss(GradientCheck.numbers(shape.count, seed: seed)) }
        probe.pass.trains = false
        probe.check(GradientCheck.numbers(shape.count, seed: 9))
    }
}
