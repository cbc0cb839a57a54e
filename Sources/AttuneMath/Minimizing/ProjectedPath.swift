/// The path of steepest descent, bent to stay within bounds, as far as the model falls along it (algorithm CP).
struct ProjectedPath {
    /// The generalized Cauchy point, where the model first rises.
    private(set) var end: [Double]
    /// Wᵀ (end − start).
    private(set) var projectedMove: [Double]
    /// Whether a coordinate has not met its bound on the way.
    private(set) var isFree: [Bool]
    /// How far along the path each coordinate meets its bound.
    private var meetings: [Double]
    private var order: [Int]
    private var direction: [Double]
    /// Wᵀ `direction`, and room for M times it and for rows of W.
    private var projected, product, row: [Double]

    init(dimensions: Int, memory: Int) {
        end = [Double](repeating: 0, count: dimensions)
        (meetings, direction) = (end, end)
        order = []
        order.reserveCapacity(dimensions)
        isFree = [Bool](repeating: true, count: dimensions)
        projectedMove = [Double](repeating: 0, count: 2 * memory)
        (projected, product, row) = (projectedMove, projectedMove, projectedMove)
    }

    mutating func follow(
        from start: [Double], gradient: [Double], bounds: [ClosedRange<Double>], model: QuadraticModel
    ) {
        setOut(from: start, gradient: gradient, bounds: bounds)
        for j in 0..<(2 * model.count) { projectedMove[j] = 0 }
        model.project(direction, into: &projected)
        var slope = -dot(direction, direction)
        let initialCurvature = -model.θ * slope
        var curvature = initialCurvature - middleProduct(projected, model)
        var travelled = 0.0
        for coordinate in order {
            guard slope < 0 else { break }
            let segment = meetings[coordinate] - travelled
            if -slope / curvature < segment { break }
            travelled = meetings[coordinate]
            isFree[coordinate] = false
            let bound = direction[coordinate] > 0 ? bounds[coordinate].upperBound : bounds[coordinate].lowerBound
            end[coordinate] = bound
            add(projected, times: segment, count: 2 * model.count, to: &projectedMove)
            bend(coordinate, by: segment, moved: bound - start[coordinate], &slope, &curvature, model)
            curvature = max(curvature, .ulpOfOne * initialCurvature)
        }
        let segment = slope < 0 ? -slope / curvature : 0
        travelled += segment
        add(projected, times: segment, count: 2 * model.count, to: &projectedMove)
        for i in start.indices where isFree[i] { end[i] = bounds[i].clamp(start[i] + travelled * direction[i]) }
    }

    /// The direction of steepest descent and where it meets bounds, nearest first.
    private mutating func setOut(from start: [Double], gradient: [Double], bounds: [ClosedRange<Double>]) {
        order.removeAll(keepingCapacity: true)
        for i in start.indices {
            let slope = gradient[i]
            let room = slope > 0 ? start[i] - bounds[i].lowerBound : bounds[i].upperBound - start[i]
            isFree[i] = room > 0
            end[i] = start[i]
            direction[i] = room > 0 ? -slope : 0
            meetings[i] = slope == 0 ? .infinity : room / slope.magnitude
            if room > 0, meetings[i] < .infinity { order.append(i) }
        }
        order.sort { meetings[$0] < meetings[$1] }
    }

    /// Stops a coordinate that has met its bound, which changes the model's slope and curvature along the path.
    private mutating func bend(
        _ coordinate: Int, by segment: Double, moved: Double, _ slope: inout Double, _ curvature: inout Double,
        _ model: QuadraticModel
    ) {
        let count = 2 * model.count
        let g = -direction[coordinate]
        model.row(coordinate, into: &row)
        for j in 0..<count { product[j] = row[j] }
        model.multiplyByMiddle(&product)
        let withMove = dot(product, projectedMove, count: count)
        let withPath = dot(product, projected, count: count)
        let withItself = dot(product, row, count: count)
        slope += segment * curvature + g * g + model.θ * g * moved - g * withMove
        curvature -= model.θ * g * g + 2 * g * withPath + g * g * withItself
        add(row, times: g, count: count, to: &projected)
        direction[coordinate] = 0
    }

    /// wᵀ M w.
    private mutating func middleProduct(_ w: [Double], _ model: QuadraticModel) -> Double {
        let count = 2 * model.count
        for j in 0..<count { product[j] = w[j] }
        model.multiplyByMiddle(&product)
        return dot(product, w, count: count)
    }
}

private func add(_ a: [Double], times factor: Double, count: Int, to sum: inout [Double]) {
    for j in 0..<count { sum[j] += factor * a[j] }
}

private func dot(_ a: [Double], _ b: [Double], count: Int) -> Double {
    var sum = 0.0
    for j in 0..<count { sum += a[j] * b[j] }
    return sum
}
