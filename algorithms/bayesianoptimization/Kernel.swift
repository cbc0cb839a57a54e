import CAttuneMath
import COpenBLAS
import Foundation

/// How alike the objective is at two points, by their squared distance r² in units of the length scales.
enum Kernel: String, Sendable, Hashable {
    /// (1 + √5 r + 5/3 r²) e^(−√5 r): twice differentiable, the usual choice (Rasmussen & Williams 2006, eq. 4.17).
    case matern52
    /// e^(−r²/2): infinitely smooth (eq. 4.9).
    case rbf

    /// Replaces r² by variance · k(r²).
    ///
    /// - Parameter slopes: where variance · dk/d(r²) is written to, if anywhere; as many.
    func apply(
        to squares: UnsafeMutableBufferPointer<Double>, slopes: UnsafeMutableBufferPointer<Double>? = nil,
        variance: Double
    ) {
        switch self {
        case .matern52: attune_matern52(squares.baseAddress, squares.count, slopes?.baseAddress)
        case .rbf: attune_squared_exponential(squares.baseAddress, squares.count, slopes?.baseAddress)
        }
        cblas_dscal(Int32(squares.count), variance, squares.baseAddress, 1)
        if let slopes { cblas_dscal(Int32(slopes.count), variance, slopes.baseAddress, 1) }
    }
}

/// What a Gaussian process believes of the objective before it has seen any: how far each parameter reaches, how much
/// the objective varies, and how noisy it is. The objective is standardised.
struct Hyperparameters: Sendable, Hashable {
    /// log ℓ by parameter, in units of the parameter's range.
    var logLengths: [Double]
    /// log of the signal's variance.
    var logVariance: Double
    /// log of the noise's variance.
    var logNoise: Double

    /// One over the length scale of each feature's parameter.
    func scales(of space: ModelSpace) -> [Double] { space.owners.map { exp(-logLengths[$0]) } }
    var variance: Double { exp(logVariance) }
    var noise: Double { exp(logNoise) }
}
