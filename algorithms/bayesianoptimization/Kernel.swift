import AttuneMath
import COpenBLAS
import Foundation

/// How alike the objective is at two points, by their squared distance r² in units of the length scales.
enum Kernel: String, Sendable, Hashable {
    /// (1 + √5 r + 5/3 r²) e^(−√5 r): twice differentiable, the usual choice (Rasmussen & Williams 2006, eq. 4.17).
    case matern52
    /// e^(−r²/2): infinitely smooth (eq. 4.9).
    case rbf

    /// Replaces r² by variance · k(r²).
    func apply(to squares: inout Matrix, variance: Double) {
        correlation.form(from: &squares)
        squares.scale(by: variance)
    }

    /// The same, and gives variance · dk/d(r²).
    func applyWithSlopes(to squares: inout Matrix, variance: Double) -> Matrix {
        var slopes = correlation.formWithSlopes(from: &squares)
        squares.scale(by: variance)
        slopes.scale(by: variance)
        return slopes
    }

    private var correlation: StationaryCorrelation { self == .matern52 ? .matern52 : .squaredExponential }
}

extension Matrix {
    fileprivate mutating func scale(by factor: Double) { cblas_dscal(Int32(elements.count), factor, &elements, 1) }
}

/// What a Gaussian process believes of the objective before it has seen any: how far each parameter reaches, how much
/// the objective varies, and how noisy it is. The objective is standardised.
struct Hyperparameters: Sendable, Hashable {
    /// log ℓ by length scale of the space, mostly one a parameter, in units of the parameter's range.
    var logLengths: [Double]
    /// log of the signal's variance.
    var logVariance: Double
    /// log of the noise's variance.
    var logNoise: Double

    /// One over each feature's length scale.
    func scales(of space: ModelSpace) -> [Double] { space.lengths.map { exp(-logLengths[$0]) } }
    var variance: Double { exp(logVariance) }
    var noise: Double { exp(logNoise) }
}
