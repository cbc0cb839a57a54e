/// The compact limited-memory BFGS matrix B = θ I − W M Wᵀ (Byrd, Nocedal & Schnabel 1994, eq. 3.5).
///
/// W = [Y, θ S] holds the last steps s and the changes y of the gradient over them, and M⁻¹ = [−D Lᵀ; L θ SᵀS], where D
/// is the diagonal of SᵀY and L what lies below it.
struct QuadraticModel {
    /// How many steps it remembers.
    private(set) var count = 0
    /// The curvature in directions it knows nothing of.
    private(set) var θ = 1.0
    let dimensions: Int
    private let memory: Int
    /// The steps and the changes of the gradient, oldest first, one a row of `dimensions`.
    private(set) var steps, changes: [Double]
    /// SᵀY and SᵀS, `memory` places a row.
    private(set) var stepChange, stepStep: [Double]
    private var middle: SaddleSystem

    init(dimensions: Int, memory: Int) {
        self.dimensions = dimensions
        self.memory = memory
        steps = [Double](repeating: 0, count: memory * dimensions)
        changes = steps
        stepChange = [Double](repeating: 0, count: memory * memory)
        stepStep = stepChange
        middle = SaddleSystem(capacity: memory)
    }

    mutating func forget() {
        count = 0
        θ = 1
    }

    /// Learns from a step, unless the function curves down along it.
    mutating func learn(length: Double, direction: [Double], from old: [Double], to new: [Double]) {
        var (curvature, squaredChange, slope) = (0.0, 0.0, 0.0)
        for i in 0..<dimensions {
            let change = new[i] - old[i]
            curvature += change * direction[i] * length
            squaredChange += change * change
            slope += old[i] * direction[i] * length
        }
        guard curvature > .ulpOfOne * -slope, squaredChange.isFinite else { return }
        if count == memory { dropOldest() }
        for i in 0..<dimensions {
            steps[count * dimensions + i] = length * direction[i]
            changes[count * dimensions + i] = new[i] - old[i]
        }
        count += 1
        measureNewest()
        θ = squaredChange / curvature
        factorMiddle()
    }

    private mutating func dropOldest() {
        for i in dimensions..<(count * dimensions) {
            steps[i - dimensions] = steps[i]
            changes[i - dimensions] = changes[i]
        }
        for row in 1..<max(count, 1) {
            for column in 1..<count {
                stepChange[(row - 1) * memory + column - 1] = stepChange[row * memory + column]
                stepStep[(row - 1) * memory + column - 1] = stepStep[row * memory + column]
            }
        }
        count -= 1
    }

    private mutating func measureNewest() {
        let newest = count - 1
        for other in 0..<count {
            var (sy, ys, ss) = (0.0, 0.0, 0.0)
            for i in 0..<dimensions {
                let step = steps[newest * dimensions + i]
                sy += step * changes[other * dimensions + i]
                ys += changes[newest * dimensions + i] * steps[other * dimensions + i]
                ss += step * steps[other * dimensions + i]
            }
            stepChange[newest * memory + other] = sy
            stepChange[other * memory + newest] = ys
            stepStep[newest * memory + other] = ss
            stepStep[other * memory + newest] = ss
        }
    }

    private mutating func factorMiddle() {
        for row in 0..<count {
            for column in 0..<count {
                let index = row * memory + column
                middle.p[index] = row == column ? stepChange[index] : 0
                middle.q[index] = row > column ? stepChange[index] : 0
                middle.r[index] = θ * stepStep[index]
            }
        }
        if !middle.factor(count: count) { forget() }
    }
}

extension QuadraticModel {
    /// Replaces w, `2 count` numbers, by M w.
    func multiplyByMiddle(_ w: inout [Double]) {
        if count > 0 { middle.solve(&w) }
    }

    /// Row `i` of W.
    func row(_ i: Int, into w: inout [Double]) {
        for j in 0..<count {
            w[j] = changes[j * dimensions + i]
            w[count + j] = θ * steps[j * dimensions + i]
        }
    }

    /// Adds `factor` · wᵀ Wᵢ for every coordinate `i` of `sum`.
    func add(_ w: [Double], times factor: Double, to sum: inout [Double]) {
        for j in 0..<count {
            let (a, b) = (factor * w[j], factor * θ * w[count + j])
            for i in 0..<dimensions { sum[i] += a * changes[j * dimensions + i] + b * steps[j * dimensions + i] }
        }
    }

    /// Wᵀ v.
    func project(_ v: [Double], into w: inout [Double]) {
        for j in 0..<count {
            var (a, b) = (0.0, 0.0)
            for i in 0..<dimensions {
                a += v[i] * changes[j * dimensions + i]
                b += v[i] * steps[j * dimensions + i]
            }
            (w[j], w[count + j]) = (a, θ * b)
        }
    }
}
