import AttuneMath

/// A covariance as C = B D² Bᵀ, B orthogonal and D diagonal: what it takes to draw, and to undo a draw.
struct CovarianceFactors: Sendable {
    /// Bᵀ, row by row: each row is a principal axis. Empty where the covariance is diagonal, and B the identity.
    let axes: [Double]
    /// D: the deviations along the principal axes, all positive.
    let deviations: [Double]

    /// Whether rounding had made some variances too small or negative, so that the product is another matrix.
    let isRepaired: Bool

    static func identity(_ dimensions: Int, isSeparable: Bool) -> CovarianceFactors {
        let axes = isSeparable ? [] : Matrix.identity(dimensions).elements
        return CovarianceFactors(axes: axes, variances: [Double](repeating: 1, count: dimensions))
    }

    /// Variances below 10⁻²⁰ of the greatest are raised to that.
    private init(axes: [Double], variances: [Double]) {
        let least = max((variances.max() ?? 1) * 1e-20, .leastNormalMagnitude)
        self.axes = axes
        deviations = variances.map { max($0, least).squareRoot() }
        isRepaired = variances.contains { $0 < least }
    }

    /// Decomposes C, whose numbers are finite.
    ///
    /// - Complexity: O(n³), or O(n) for a diagonal.
    init(of covariance: [Double], dimensions n: Int, isSeparable: Bool) {
        guard !isSeparable else {
            self.init(axes: [], variances: covariance)
            return
        }
        guard let eigen = SymmetricEigen(Matrix(rows: n, columns: n, covariance)) else {
            preconditionFailure("a covariance has finite numbers only")
        }
        self.init(axes: eigen.vectors.elements, variances: eigen.values)
    }

    private var isDiagonal: Bool { axes.isEmpty }

    /// B D z.
    func scaled(_ z: [Double]) -> [Double] {
        let stretched = zip(deviations, z).map { $0 * $1 }
        return isDiagonal ? stretched : times(stretched)
    }

    /// D⁻¹ Bᵀ y: of the same length as C^(−1/2) y.
    func whitened(_ y: [Double]) -> [Double] {
        zip(isDiagonal ? y : transposeTimes(y), deviations).map { $0 / $1 }
    }

    /// C^(−1/2) y = B D⁻¹ Bᵀ y.
    func whitenedBack(_ y: [Double]) -> [Double] {
        isDiagonal ? whitened(y) : times(whitened(y))
    }

    /// D⁻¹ Bᵀ M B D⁻¹ for a symmetric M, kept as the covariance is.
    func whitenedBothSides(_ matrix: [Double]) -> [Double] {
        guard !isDiagonal else { return zip(matrix, deviations).map { $0 / ($1 * $1) } }
        let n = deviations.count
        let half = (0..<n).map { whitened(Array(matrix[$0 * n..<($0 + 1) * n])) }  // M B D⁻¹, row by row
        return (0..<n).flatMap { column in whitened(half.map { $0[column] }) }
    }

    /// B D² Bᵀ, kept as the covariance is.
    var product: [Double] {
        guard !isDiagonal else { return deviations.map { $0 * $0 } }
        let n = deviations.count
        return (0..<n).flatMap { row in
            times((0..<n).map { axes[$0 * n + row] * deviations[$0] * deviations[$0] })
        }
    }

    /// B v.
    private func times(_ vector: [Double]) -> [Double] {
        let n = vector.count
        var product = [Double](repeating: 0, count: n)
        axes.withUnsafeBufferPointer { axes in
            for row in 0..<n {
                let factor = vector[row]
                for column in 0..<n { product[column] += axes[row * n + column] * factor }
            }
        }
        return product
    }

    /// Bᵀ v.
    private func transposeTimes(_ vector: [Double]) -> [Double] {
        let n = vector.count
        return axes.withUnsafeBufferPointer { axes in
            (0..<n).map { row in
                var sum = 0.0
                for column in 0..<n { sum += axes[row * n + column] * vector[column] }
                return sum
            }
        }
    }
}
