import AttuneCore
import AttuneMath
import COpenBLAS
import Foundation

/// Gaussian process regression with given hyperparameters (Rasmussen & Williams 2006, algorithm 2.1).
///
/// Observations are added one at a time, O(n²) each, in an order that decides the last digits.
struct GaussianProcess: Sendable {
    let space: ModelSpace
    let kernel: Kernel
    let hyperparameters: Hyperparameters
    /// 1/ℓ by feature.
    private let scales: [Double]
    private let variance: Double
    /// Features over length scales, observation by observation: `[count][features]`.
    private var rows: [Double] = []
    private var factor: Cholesky
    private(set) var targets: [Double] = []
    /// The constant mean, given the observations.
    private(set) var mean = 0.0
    /// (K + σ²)⁻¹ (y − mean).
    private var weights: [Double] = []

    /// - Parameters:
    ///   - features: `[count · featureCount]`, observation by observation; at least one.
    ///   - targets: `[count]`.
    init(
        _ space: ModelSpace, _ kernel: Kernel, _ hyperparameters: Hyperparameters, features: [Double],
        targets: [Double]
    ) {
        self.space = space
        self.kernel = kernel
        self.hyperparameters = hyperparameters
        scales = hyperparameters.scales(of: space)
        variance = hyperparameters.variance
        rows = GaussianProcess.scaled(features, by: scales)
        self.targets = targets
        let count = targets.count
        var matrix = GaussianProcess.squares(rows, rows, width: space.featureCount)
        kernel.apply(to: &matrix, variance: variance)
        for index in 0..<count { matrix[index, index] = hyperparameters.variance + hyperparameters.noise }
        guard let factor = Cholesky(matrix, jitter: 1e-10 * variance, upTo: variance) else {
            preconditionFailure("a covariance with its own variance on the diagonal can be factored")
        }
        self.factor = factor
        solve()
    }

    var count: Int { targets.count }

    /// The features of all observations: `[count · featureCount]`.
    var features: [Double] { rows.indices.map { rows[$0] / scales[$0 % scales.count] } }

    /// Adds an observation. One that is too close to another for the noise there is, is left out.
    mutating func append(features: [Double], target: Double) {
        let row = zip(features, scales).map { $0 * $1 }
        guard factor.append(covariance(row, rows).elements, diagonal: variance + hyperparameters.noise + factor.jitter)
        else { return }
        rows += row
        targets.append(target)
        solve()
    }

    /// Takes other targets for the same observations.
    mutating func retarget(_ targets: [Double]) {
        precondition(targets.count == count, "a target for each observation")
        self.targets = targets
        solve()
    }

    /// The mean that is likeliest with a standard normal prior, and the weights it leaves.
    private mutating func solve() {
        let ones = factor.solve([Double](repeating: 1, count: count))
        let mass = ones.reduce(0, +)
        mean = zip(ones, targets).reduce(0) { $0 + $1.0 * $1.1 } / (mass + 1)
        let mean = self.mean
        weights = factor.solve(targets.map { $0 - mean })
    }

    /// The beliefs at the observations themselves: what was seen less what is taken for noise.
    var fittedMeans: [Double] {
        let noise = hyperparameters.noise + factor.jitter
        return zip(targets, weights).map { $0 - noise * $1 }
    }

    /// What each target is beyond the prediction of it from the others: `[count]` (Rasmussen & Williams 2006, eq. 5.12).
    ///
    /// - Complexity: O(n³).
    var leaveOneOutResiduals: [Double] {
        let inverse = factor.inverse()
        return weights.indices.map { weights[$0] / inverse[$0, $0] }
    }

    // MARK: Posterior

    /// The beliefs at many points: means and standard deviations.
    ///
    /// - Parameter features: `[points · featureCount]`.
    /// - Complexity: O(points · n²).
    func posterior(features: [Double]) -> (means: [Double], deviations: [Double]) {
        var covariance = covariance(rows, GaussianProcess.scaled(features, by: scales))
        let means = means(covariance)
        let points = covariance.columns
        factor.halfSolve(&covariance)
        var explained = [Double](repeating: 0, count: points)
        for row in 0..<count {
            covariance.elements.withUnsafeBufferPointer { elements in
                for point in 0..<points {
                    let element = elements[row * points + point]
                    explained[point] += element * element
                }
            }
        }
        return (means, explained.map { max(variance - $0, leastVariance).squareRoot() })
    }

    /// The means alone at many points, without the cost of deviations: O(points · n).
    func means(features: [Double]) -> [Double] {
        means(covariance(rows, GaussianProcess.scaled(features, by: scales)))
    }

    /// - Parameter covariance: between observations and points, `[count][points]`.
    private func means(_ covariance: Matrix) -> [Double] {
        let points = covariance.columns
        var means = [Double](repeating: mean, count: points)
        cblas_dgemv(
            CblasRowMajor, CblasTrans, Int32(count), Int32(points), 1, covariance.elements, Int32(points), weights, 1,
            1, &means, 1)
        return means
    }

    /// The values of a function drawn from the posterior at many points.
    ///
    /// - Complexity: O(points³).
    func draw(features: [Double], using random: inout RandomSource) -> [Double] {
        let queries = GaussianProcess.scaled(features, by: scales)
        var explained = covariance(rows, queries)
        let points = explained.columns
        let means = means(explained)
        factor.halfSolve(&explained)
        var posterior = covariance(queries, queries)
        cblas_dgemm(
            CblasRowMajor, CblasTrans, CblasNoTrans, Int32(points), Int32(points), Int32(count), -1,
            explained.elements, Int32(points), explained.elements, Int32(points), 1, &posterior.elements,
            Int32(points))
        let normals = (0..<points).map { _ in random.normal() }
        guard let root = Cholesky(posterior, jitter: 1e-10 * variance, upTo: variance) else { return means }
        let lower = root.lower
        return (0..<points).map { row in
            means[row] + (0...row).reduce(0) { $0 + lower[row, $1] * normals[$1] }
        }
    }

    /// The belief at one point with its derivatives by feature.
    ///
    /// - Complexity: O(n² + n · features).
    func posterior(
        at features: [Double], meanGradient: inout [Double], deviationGradient: inout [Double]
    ) -> Posterior? {
        let row = zip(features, scales).map { $0 * $1 }
        var covariance = GaussianProcess.squares(row, rows, width: space.featureCount)
        let slopes = kernel.applyWithSlopes(to: &covariance, variance: variance).elements
        let values = covariance.elements
        let half = factor.halfSolve(values)
        let explaining = factor.halfSolveTransposed(half)
        let mean = cblas_ddot(Int32(count), values, 1, weights, 1) + self.mean
        let square = max(variance - cblas_ddot(Int32(count), half, 1, half, 1), leastVariance)
        let deviation = square.squareRoot()
        gradient(at: row, slopes, weights, factor: 1, to: &meanGradient)
        // d(σ)/dx = −(kᵀ K⁻¹ dk/dx) / σ
        gradient(at: row, slopes, explaining, factor: -1 / deviation, to: &deviationGradient)
        return Posterior(mean: mean, deviation: deviation)
    }

    /// factor · Σ wᵢ dkᵢ/dx, by feature.
    private func gradient(
        at row: [Double], _ slopes: [Double], _ weights: [Double], factor: Double, to gradient: inout [Double]
    ) {
        let width = space.featureCount
        var products = slopes
        var sum = 0.0
        for index in products.indices {
            products[index] *= weights[index]
            sum += products[index]
        }
        // Σ wᵢ sᵢ · 2 (x − xᵢ) / ℓ, in scaled coordinates.
        cblas_dgemv(
            CblasRowMajor, CblasTrans, Int32(count), Int32(width), -2 * factor, rows, Int32(width), products, 1, 0,
            &gradient, 1)
        for feature in 0..<width {
            gradient[feature] = (gradient[feature] + 2 * factor * sum * row[feature]) * scales[feature]
        }
    }

    // MARK: Distances

    private static func scaled(_ features: [Double], by scales: [Double]) -> [Double] {
        var scaled = features
        let width = scales.count
        scaled.withUnsafeMutableBufferPointer { scaled in
            for index in scaled.indices { scaled[index] *= scales[index % width] }
        }
        return scaled
    }

    /// |x − y|² for all rows x and y: `[rows of left][rows of right]`.
    static func squares(_ left: [Double], _ right: [Double], width: Int) -> Matrix {
        Matrix(rows: left.count / width, columns: width, left).squaredDistances(
            to: Matrix(rows: right.count / width, columns: width, right),
            weights: [Double](repeating: 1, count: width))
    }

    /// Between all scaled rows x and y: `[rows of left][rows of right]`.
    private func covariance(_ left: [Double], _ right: [Double]) -> Matrix {
        var covariance = GaussianProcess.squares(left, right, width: space.featureCount)
        kernel.apply(to: &covariance, variance: variance)
        return covariance
    }
}

/// Below this a variance is rounding.
private let leastVariance = 1e-14
