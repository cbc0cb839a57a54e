import Foundation

/// How alike a network treats the images of a batch: for each two, at how many rectifiers both are active or neither is
/// (Mellor et al., *Neural Architecture Search without Training*, ICML 2021, eq. 2).
final class ActivationKernel {
    private let images: Int
    /// [images][images]
    private var alike: [Double]

    init(images: Int) {
        self.images = images
        alike = Array(repeating: 0, count: images * images)
    }

    func add<Scalar>(_ output: FeatureMaps<Scalar>) {
        for unit in 0..<output.count / images {
            let values = output.start + unit * images
            for first in 0..<images {
                let isActive = values[first] > 0
                for second in 0...first where (values[second] > 0) == isActive { alike[first * images + second] += 1 }
            }
        }
    }

    /// The logarithm of the kernel's determinant, by Cholesky's decomposition; minus infinity where two images are treated
    /// alike everywhere.
    var logDeterminant: Double {
        var factor = alike
        var total = 0.0
        for column in 0..<images {
            let start = column * images
            let pivot = (0..<column).reduce(factor[start + column]) { $0 - factor[start + $1] * factor[start + $1] }
            guard pivot > 1e-9 * alike[start + column] else { return -.infinity }
            factor[start + column] = pivot.squareRoot()
            total += log(pivot)
            for row in column + 1..<max(images, column + 1) {
                let product = (0..<column).reduce(0) { $0 + factor[row * images + $1] * factor[start + $1] }
                factor[row * images + column] = (factor[row * images + column] - product) / factor[start + column]
            }
        }
        return total
    }
}
