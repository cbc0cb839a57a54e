import AttuneCore
import AttuneMath
import Foundation

/// The normal law that CMA-ES searches with, N(m, σ² C), and how a generation changes it.
///
/// Hansen 2016, "The CMA Evolution Strategy: A Tutorial", arXiv 1604.00772; without covariances between coordinates it
/// is the separable variant of Ros & Hansen 2008.
struct Gaussian: Sendable {
    private(set) var parameters: StrategyParameters
    /// m, on the unit cube.
    var mean: [Double]
    /// σ, in widths of the cube.
    var stepSize: Double
    /// C: n² numbers row by row, or the n of its diagonal where `isSeparable`.
    var covariance: [Double]
    private(set) var isSeparable: Bool
    /// The factors of the covariance as of the last decomposition: C = B D² Bᵀ.
    var factors: CovarianceFactors
    /// Generations since the start.
    private(set) var age = 0
    /// p_σ.
    private var stepPath: [Double]
    /// p_c.
    private var covariancePath: [Double]
    private var ageOfFactors = 0

    init(mean: [Double], stepSize: Double, parameters: StrategyParameters, isSeparable: Bool) {
        let n = mean.count
        self.parameters = parameters
        self.mean = mean
        self.stepSize = stepSize
        self.isSeparable = isSeparable
        factors = .identity(n, isSeparable: isSeparable)
        covariance = isSeparable ? [Double](repeating: 1, count: n) : factors.axes
        stepPath = [Double](repeating: 0, count: n)
        covariancePath = stepPath
    }

    var dimensions: Int { mean.count }

    /// C_jj.
    func variance(_ axis: Int) -> Double { covariance[isSeparable ? axis : axis * (dimensions + 1)] }

    /// y = B D z for a normal z: a step in units of σ (eqs. 38–39).
    func step(using random: inout RandomSource) -> [Double] {
        factors.scaled((0..<dimensions).map { _ in random.normal() })
    }

    /// Takes a generation in (eqs. 41–47).
    ///
    /// - Parameters:
    ///   - generation: points, the best first.
    ///   - weights: one for each, the positive ones summing to 1.
    ///   - isOwn: for each point, whether this law drew it. The steps to others are shortened to what a draw could
    ///     have been (Hansen 2011, "Injecting external solutions into CMA-ES", eq. 4).
    mutating func update(with generation: [[Double]], weights: [Double], isOwn: [Bool]) {
        var steps = generation.map { point in zip(point, mean).map { ($0 - $1) / stepSize } }
        var norms = steps.map { norm(factors.whitened($0)) }
        let furthest = longestStep
        for index in steps.indices where !isOwn[index] && norms[index] > furthest {
            scale(&steps[index], by: furthest / norms[index])
            norms[index] = furthest
        }
        let move = weightedSum(steps, weights.map { max($0, 0) })
        for axis in mean.indices { mean[axis] += stepSize * move[axis] }  // eq. 42 with c_m = 1
        age += 1
        let isSteady = followStepPath(move)
        followCovariancePath(move, isSteady: isSteady)
        adaptCovariance(steps, norms: norms, weights: weights, isSteady: isSteady)
        adaptStepSize()
        decomposeWhenDue()
    }

    /// p_σ (eq. 43); whether the path is short enough for p_c to follow the move: h_σ.
    private mutating func followStepPath(_ move: [Double]) -> Bool {
        let c = parameters.stepPathRate
        let pull = (c * (2 - c) * parameters.effectiveParents).squareRoot()
        let whitened = factors.whitenedBack(move)
        for axis in stepPath.indices { stepPath[axis] = (1 - c) * stepPath[axis] + pull * whitened[axis] }
        let settled = (1 - pow(1 - c, 2 * Double(age + 1))).squareRoot()
        return norm(stepPath) / settled < (1.4 + 2 / (Double(dimensions) + 1)) * parameters.expectedNorm
    }

    /// p_c (eq. 45).
    private mutating func followCovariancePath(_ move: [Double], isSteady: Bool) {
        let c = parameters.covariancePathRate
        let pull = isSteady ? (c * (2 - c) * parameters.effectiveParents).squareRoot() : 0
        for axis in move.indices { covariancePath[axis] = (1 - c) * covariancePath[axis] + pull * move[axis] }
    }

    /// C (eqs. 46–47): shrinks, and grows along the path and along good steps; bad steps take away, each counted as if
    /// it had the expected length.
    private mutating func adaptCovariance(_ steps: [[Double]], norms: [Double], weights: [Double], isSteady: Bool) {
        let (c1, cμ, cc) = (parameters.rankOneRate, parameters.rankManyRate, parameters.covariancePathRate)
        let n = Double(dimensions)
        let keep = 1 + (isSteady ? 0 : c1 * cc * (2 - cc)) - c1 - cμ * weights.reduce(0, +)
        scale(&covariance, by: keep)
        addProduct(of: covariancePath, times: c1)
        for (index, weight) in weights.enumerated() where weight != 0 {
            let length = weight > 0 ? 1 : n / max(norms[index] * norms[index], .leastNormalMagnitude)
            addProduct(of: steps[index], times: cμ * weight * length)
        }
    }

    /// C ← C + `weight` v vᵀ, as much of it as is kept.
    private mutating func addProduct(of vector: [Double], times weight: Double) {
        let n = vector.count
        if isSeparable {
            for axis in 0..<n { covariance[axis] += weight * vector[axis] * vector[axis] }
            return
        }
        covariance.withUnsafeMutableBufferPointer { covariance in
            for row in 0..<n {
                let factor = weight * vector[row]
                for column in 0..<n { covariance[row * n + column] += factor * vector[column] }
            }
        }
    }

    /// σ (eq. 44). It grows no further than the box: all steps beyond are the same there.
    private mutating func adaptStepSize() {
        let c = parameters.stepPathRate
        stepSize *= exp(min(1, c / parameters.stepDamping * (norm(stepPath) / parameters.expectedNorm - 1)))
        let widest = max((mean.indices.map { variance($0) }.max() ?? 1).squareRoot(), 1e-100)
        stepSize = min(max(stepSize * widest, Gaussian.deviations.lowerBound), Gaussian.deviations.upperBound) / widest
    }

    /// The widest axis' deviation, in widths of the box: below, steps are lost in rounding.
    private static let deviations = 1e-18...1.0

    /// Decomposes C as often as it has changed noticeably: each max(1, ⌊1 / (10 n (c_1 + c_μ))⌋) generations (section
    /// B.2).
    private mutating func decomposeWhenDue() {
        let rate = 10 * Double(max(dimensions, 1)) * (parameters.rankOneRate + parameters.rankManyRate)
        guard isSeparable || Double(age - ageOfFactors) * rate >= 1 || age == 1 else { return }
        decompose()
    }

    /// Learns all covariances from now on, beginning with the variances that it has.
    mutating func takeUpCovariances(_ parameters: StrategyParameters) {
        guard isSeparable else { return }
        let variances = covariance
        covariance = Matrix.identity(dimensions).elements
        for axis in variances.indices { covariance[axis * (dimensions + 1)] = variances[axis] }
        self.parameters = parameters
        isSeparable = false
        decompose()
    }

    mutating func decompose() {
        ageOfFactors = age
        factors = CovarianceFactors(of: covariance, dimensions: dimensions, isSeparable: isSeparable)
        if factors.isRepaired { covariance = factors.product }
    }

    /// The longest plausible whitened step, √n + 2n / (n + 2) (Hansen 2011).
    private var longestStep: Double {
        let n = Double(dimensions)
        return n.squareRoot() + 2 * n / (n + 2)
    }
}

func norm(_ vector: [Double]) -> Double {
    var sum = 0.0
    for element in vector { sum += element * element }
    return sum.squareRoot()
}

private func scale(_ vector: inout [Double], by factor: Double) {
    for index in vector.indices { vector[index] *= factor }
}

/// Σ wᵢ vᵢ; at least one vector.
private func weightedSum(_ vectors: [[Double]], _ weights: [Double]) -> [Double] {
    var sum = [Double](repeating: 0, count: vectors[0].count)
    for (vector, weight) in zip(vectors, weights) where weight != 0 {
        for index in sum.indices { sum[index] += weight * vector[index] }
    }
    return sum
}
