/// The model's minimum over the coordinates that the projected path left off their bounds (section 5.1).
struct Subspace {
    /// The minimum, or the path's end if the model has none.
    private(set) var target: [Double]
    /// The model's gradient at the path's end, zero in fixed coordinates; then the step from there.
    private var reduced: [Double]
    private var weights: [Double]
    private var system: SaddleSystem
    private let memory: Int

    init(dimensions: Int, memory: Int) {
        target = [Double](repeating: 0, count: dimensions)
        reduced = target
        weights = [Double](repeating: 0, count: 2 * memory)
        system = SaddleSystem(capacity: memory)
        self.memory = memory
    }

    mutating func minimize(
        from path: ProjectedPath, origin: [Double], gradient: [Double], bounds: [ClosedRange<Double>],
        model: QuadraticModel
    ) {
        for i in target.indices { target[i] = path.end[i] }
        guard model.count > 0, path.isFree.contains(true) else { return }
        reduce(path, origin, gradient, model)
        fill(path.isFree, model)
        guard system.factor(count: model.count) else { return }
        // The step −(θ I − Zᵀ W M Wᵀ Z)⁻¹ r, by the formula of Sherman, Morrison & Woodbury (eq. 5.11).
        model.project(reduced, into: &weights)
        system.solve(&weights)
        for i in reduced.indices { reduced[i] /= -model.θ }
        model.add(weights, times: -1 / (model.θ * model.θ), to: &reduced)
        approach(path, origin, gradient, bounds)
    }

    /// r = Zᵀ (g + θ (end − origin) − W M c) (eq. 5.4).
    private mutating func reduce(
        _ path: ProjectedPath, _ origin: [Double], _ gradient: [Double], _ model: QuadraticModel
    ) {
        for j in 0..<(2 * model.count) { weights[j] = path.projectedMove[j] }
        model.multiplyByMiddle(&weights)
        for i in reduced.indices { reduced[i] = gradient[i] + model.θ * (path.end[i] - origin[i]) }
        model.add(weights, times: -1, to: &reduced)
        for i in reduced.indices where !path.isFree[i] { reduced[i] = 0 }
    }

    /// M⁻¹ − WᵀZ ZᵀW / θ: its blocks are D + YᵀZZᵀY / θ, L − SᵀZZᵀY and θ Sᵀ(I − ZZᵀ)S.
    private mutating func fill(_ isFree: [Bool], _ model: QuadraticModel) {
        let dimensions = model.dimensions
        for row in 0..<model.count {
            for column in 0..<model.count {
                let index = row * memory + column
                var (yy, sy, ss) = (0.0, 0.0, 0.0)
                for i in 0..<dimensions {
                    let (step, change) = (model.steps[row * dimensions + i], model.changes[column * dimensions + i])
                    if isFree[i] {
                        yy += model.changes[row * dimensions + i] * change
                        sy += step * change
                    } else {
                        ss += step * model.steps[column * dimensions + i]
                    }
                }
                system.p[index] = yy / model.θ + (row == column ? model.stepChange[index] : 0)
                system.q[index] = (row > column ? model.stepChange[index] : 0) - sy
                system.r[index] = model.θ * ss
            }
        }
    }

    /// Goes to the minimum as far as bounds allow: projected onto them, or, where that would lead uphill, straight until
    /// the first bound.
    private mutating func approach(
        _ path: ProjectedPath, _ origin: [Double], _ gradient: [Double], _ bounds: [ClosedRange<Double>]
    ) {
        var slope = 0.0
        for i in target.indices where path.isFree[i] { target[i] = bounds[i].clamp(path.end[i] + reduced[i]) }
        for i in target.indices { slope += (target[i] - origin[i]) * gradient[i] }
        if slope < 0 { return }
        var fraction = 1.0
        for i in target.indices where path.isFree[i] && reduced[i] != 0 {
            let bound = reduced[i] > 0 ? bounds[i].upperBound : bounds[i].lowerBound
            fraction = min(fraction, (bound - path.end[i]) / reduced[i])
        }
        for i in target.indices where path.isFree[i] {
            target[i] = bounds[i].clamp(path.end[i] + fraction * reduced[i])
        }
    }
}
