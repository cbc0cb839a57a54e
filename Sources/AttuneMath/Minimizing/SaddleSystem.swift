/// The linear system −P u + Qᵀ v = a, Q u + R v = b of positive definite P and positive semidefinite R.
///
/// Both systems of L-BFGS-B's compact model have this form. The first equation gives u = P⁻¹ (Qᵀ v − a), which makes
/// the second (R + Q P⁻¹ Qᵀ) v = b + Q P⁻¹ a: two Cholesky factors of half the size solve it.
///
/// Blocks are stored row by row, `capacity` places a row, of which the first `count` are used.
struct SaddleSystem {
    private(set) var count = 0
    private let capacity: Int
    /// The blocks; of P and R only what lies on and below the diagonal is read.
    var p, q, r: [Double]
    /// K = P's factor L⁻¹ Qᵀ, transposed.
    private var k: [Double]

    init(capacity: Int) {
        self.capacity = capacity
        let zeros = [Double](repeating: 0, count: capacity * capacity)
        (p, q, r, k) = (zeros, zeros, zeros, zeros)
    }

    /// Factors the blocks, which the factors replace.
    ///
    /// - Returns: false if rounding has made the system singular.
    mutating func factor(count: Int) -> Bool {
        self.count = count
        guard Self.factor(&p, count, capacity) else { return false }
        for row in 0..<count {
            for column in 0..<count {
                var sum = q[row * capacity + column]
                for j in 0..<column { sum -= p[column * capacity + j] * k[row * capacity + j] }
                k[row * capacity + column] = sum / p[column * capacity + column]
            }
        }
        for row in 0..<count {
            for column in 0...row {
                var sum = r[row * capacity + column]
                for j in 0..<count { sum += k[row * capacity + j] * k[column * capacity + j] }
                r[row * capacity + column] = sum
            }
        }
        return Self.factor(&r, count, capacity)
    }

    /// Replaces (a, b), `2 count` numbers, by (u, v).
    func solve(_ sides: inout [Double]) {
        forward(p, &sides, 0)  // L⁻¹ a
        for row in 0..<count {
            for j in 0..<count { sides[count + row] += k[row * capacity + j] * sides[j] }
        }
        forward(r, &sides, count)
        backward(r, &sides, count)  // v
        for j in 0..<count {
            var sum = -sides[j]
            for row in 0..<count { sum += k[row * capacity + j] * sides[count + row] }
            sides[j] = sum
        }
        backward(p, &sides, 0)  // u = L⁻ᵀ (L⁻¹ Qᵀ v − L⁻¹ a)
    }

    private static func factor(_ a: inout [Double], _ count: Int, _ capacity: Int) -> Bool {
        for row in 0..<count {
            for column in 0...row {
                var sum = a[row * capacity + column]
                for j in 0..<column { sum -= a[row * capacity + j] * a[column * capacity + j] }
                if column < row {
                    a[row * capacity + column] = sum / a[column * capacity + column]
                } else {
                    guard sum > 0, sum.isFinite else { return false }
                    a[row * capacity + row] = sum.squareRoot()
                }
            }
        }
        return true
    }

    private func forward(_ l: [Double], _ x: inout [Double], _ start: Int) {
        for row in 0..<count {
            var sum = x[start + row]
            for j in 0..<row { sum -= l[row * capacity + j] * x[start + j] }
            x[start + row] = sum / l[row * capacity + row]
        }
    }

    private func backward(_ l: [Double], _ x: inout [Double], _ start: Int) {
        for row in (0..<count).reversed() {
            var sum = x[start + row]
            for j in (row + 1)..<max(count, row + 1) { sum -= l[j * capacity + row] * x[start + j] }
            x[start + row] = sum / l[row * capacity + row]
        }
    }
}
