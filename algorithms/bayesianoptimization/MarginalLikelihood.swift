import AttuneMath
import COpenBLAS
import Foundation

/// The probability of hyperparameters given observations, up to a constant: the marginal likelihood (Rasmussen & Williams
/// 2006, eqs. 5.8 and 5.9) times their priors.
///
/// Not shared between threads: its scratch space serves one evaluation after another.
struct MarginalLikelihood {
    private let space: ModelSpace
    private let kernel: Kernel
    private let prior: HyperparameterPrior
    private let features: [Double]
    private let targets: [Double]
    private let count: Int
    private let width: Int
    private var rows: [Double]
    /// K, then its Cholesky factor, then its inverse.
    private var matrix: [Double]
    /// dK/d(r²).
    private var slopes: [Double]
    private var products: [Double]

    /// - Parameters:
    ///   - features: `[count · featureCount]`.
    ///   - targets: standardised, `[count]`.
    init(
        _ space: ModelSpace, _ kernel: Kernel, prior: HyperparameterPrior, features: [Double], targets: [Double]
    ) {
        self.space = space
        self.kernel = kernel
        self.prior = prior
        self.features = features
        self.targets = targets
        BLAS.useOneThread()
        count = targets.count
        width = space.featureCount
        rows = features
        matrix = [Double](repeating: 0, count: count * count)
        slopes = matrix
        products = features
    }

    /// The negative logarithm of the posterior density and its gradient, by log ℓ of each parameter, log signal variance
    /// and log noise variance.
    ///
    /// - Complexity: O(n³).
    /// - Returns: infinity where the covariance cannot be factored.
    mutating func negativeLogPosterior(of hyperparameters: Hyperparameters, gradient: inout [Double]) -> Double {
        let (variance, noise) = (hyperparameters.variance, hyperparameters.noise)
        fillCovariance(hyperparameters)
        let n = Int32(count)
        // Row-major lower triangles are column-major upper ones, which saves LAPACKE a transposition.
        guard LAPACKE_dpotrf(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), n, &matrix, n) == 0 else { return .infinity }
        var logDeterminant = 0.0
        for index in 0..<count { logDeterminant += 2 * log(matrix[index * count + index]) }
        LAPACKE_dpotri(LAPACK_COL_MAJOR, CChar(UInt8(ascii: "U")), n, &matrix, n)

        let residuals = centred()
        var weights = [Double](repeating: 0, count: count)
        cblas_dsymv(CblasRowMajor, CblasLower, n, 1, matrix, n, residuals, 1, 0, &weights, 1)
        let fit = cblas_ddot(n, residuals, 1, weights, 1)
        let squaredWeights = cblas_ddot(n, weights, 1, weights, 1)
        var trace = 0.0
        for index in 0..<count { trace += matrix[index * count + index] }

        let noiseTerm = 0.5 * noise * (trace - squaredWeights)
        gradient[width(of: .noise)] = noiseTerm
        gradient[width(of: .variance)] = 0.5 * (Double(count) - fit) - noiseTerm
        writeLengthGradient(weights, to: &gradient)
        // The constant mean's prior is standard normal, and its derivative vanishes at its likeliest value.
        let mean = targets[0] - residuals[0]
        let likelihood = 0.5 * (fit + mean * mean + logDeterminant + Double(count) * log2π)
        return likelihood + prior.negativeLogDensity(of: hyperparameters, addingTo: &gradient)
            + (variance.isFinite ? 0 : .infinity)
    }

    private enum Part { case variance, noise }
    private func width(of part: Part) -> Int { space.lengthCount + (part == .variance ? 0 : 1) }

    private mutating func fillCovariance(_ hyperparameters: Hyperparameters) {
        let scales = hyperparameters.scales(of: space)
        let width = self.width
        for index in rows.indices { rows[index] = features[index] * scales[index % width] }
        let variance = hyperparameters.variance
        var covariance = GaussianProcess.squares(rows, rows, width: width)
        slopes = kernel.applyWithSlopes(to: &covariance, variance: variance).elements
        matrix = covariance.elements
        let diagonal = variance + hyperparameters.noise + 1e-10 * variance
        for index in 0..<count { matrix[index * count + index] = diagonal }
    }

    /// The targets less the likeliest constant mean; `matrix` holds the inverse covariance.
    private func centred() -> [Double] {
        let n = Int32(count)
        let ones = [Double](repeating: 1, count: count)
        var sums = ones
        cblas_dsymv(CblasRowMajor, CblasLower, n, 1, matrix, n, ones, 1, 0, &sums, 1)
        let mean = cblas_ddot(n, sums, 1, targets, 1) / (sums.reduce(0, +) + 1)
        return targets.map { $0 - mean }
    }

    /// With G = ½ (K⁻¹ − ααᵀ) ∘ dK/d(r²): dL/d(log ℓ) = −2 Σ Gᵢⱼ (zᵢ − zⱼ)² over the scaled features z that ℓ measures,
    /// which is −4 (Σ (G1)ᵢ zᵢ² − zᵀ G z).
    private mutating func writeLengthGradient(_ weights: [Double], to gradient: inout [Double]) {
        let (count, width, n) = (self.count, self.width, Int32(self.count))
        matrix.withUnsafeMutableBufferPointer { matrix in
            slopes.withUnsafeBufferPointer { slopes in
                for i in 0..<count {
                    let (row, weight) = (i * count, weights[i])
                    for j in 0...i { matrix[row + j] = 0.5 * (matrix[row + j] - weight * weights[j]) * slopes[row + j] }
                }
            }
        }
        let ones = [Double](repeating: 1, count: count)
        var sums = ones
        cblas_dsymv(CblasRowMajor, CblasLower, n, 1, matrix, n, ones, 1, 0, &sums, 1)
        cblas_dsymm(
            CblasRowMajor, CblasLeft, CblasLower, n, Int32(width), 1, matrix, n, rows, Int32(width), 0, &products,
            Int32(width))
        for length in 0..<space.lengthCount { gradient[length] = 0 }
        for i in 0..<count {
            for feature in 0..<width {
                let value = rows[i * width + feature]
                gradient[space.lengths[feature]] -= 4 * value * (sums[i] * value - products[i * width + feature])
            }
        }
    }
}

/// What is believed of hyperparameters before there are observations.
///
/// Length scales follow a log-normal law whose median grows with the square root of the number of parameters, so that the
/// distance between random points stays comparable to them (Hvarfner, Hellsten & Nardi 2024, section 5). The noise's law
/// is gamma-like: nearly flat in its logarithm up to a third of the objective's variance, so that ripples too fine to be
/// learned may count as noise.
struct HyperparameterPrior: Sendable {
    let logLengthMedian: Double
    private let lengthDeviation: Double

    init(dimensions: Int) {
        self.init(median: 2.0.squareRoot() + 0.5 * log(Double(max(dimensions, 1))), deviation: 3.0.squareRoot())
    }

    /// Where values have lengths of their own there are many of them: each is believed to be nearer the others, and likeliest
    /// where random points are about one length apart.
    init(of space: ModelSpace) {
        if space.lengthCount > space.dimensions {
            let deviation = 0.75
            self.init(median: 0.5 * log(Double(space.dimensions)) + deviation * deviation, deviation: deviation)
        } else {
            self.init(dimensions: space.dimensions)
        }
    }

    private init(median: Double, deviation: Double) {
        (logLengthMedian, lengthDeviation) = (median, deviation)
    }

    /// The length scale at which the density of ℓ is highest.
    var logLengthMode: Double { logLengthMedian - lengthDeviation * lengthDeviation }

    func negativeLogDensity(of hyperparameters: Hyperparameters, addingTo gradient: inout [Double]) -> Double {
        var sum = 0.0
        let precision = 1 / (lengthDeviation * lengthDeviation)
        for (index, length) in hyperparameters.logLengths.enumerated() {
            let offset = length - logLengthMedian
            sum += 0.5 * offset * offset * precision + length
            gradient[index] += offset * precision + 1
        }
        let dimensions = hyperparameters.logLengths.count
        sum += 0.5 * hyperparameters.logVariance * hyperparameters.logVariance
        gradient[dimensions] += hyperparameters.logVariance
        sum += noisePenalty * hyperparameters.noise - noiseSlope * hyperparameters.logNoise
        gradient[dimensions + 1] += noisePenalty * hyperparameters.noise - noiseSlope
        return sum
    }
}

/// The noise's density falls by e for each 1/noisePenalty of its variance,
private let noisePenalty = 3.0
/// and rises with this power of it.
private let noiseSlope = 0.1
private let log2π = 1.837_877_066_409_345_5
