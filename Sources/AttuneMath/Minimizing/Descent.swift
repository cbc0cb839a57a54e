/// One run of L-BFGS-B.
///
/// All its arrays are made once, at the start: a run is often over in less time than many allocations would take.
struct Descent {
    private let settings: BoundedMinimizer
    private var point: [Double]
    private var gradient: [Double]
    private var value = Double.nan
    private var model: QuadraticModel
    private var path: ProjectedPath
    private var subspace: Subspace
    private var direction: [Double]
    private var trial: [Double]
    private var trialGradient: [Double]
    private var iterations = 0
    private var evaluations = 0

    init(_ settings: BoundedMinimizer, from start: [Double]) {
        let dimensions = start.count
        let zeros = [Double](repeating: 0, count: dimensions)
        self.settings = settings
        point = zip(start, settings.bounds).map { $1.clamp($0) }
        (gradient, direction, trial, trialGradient) = (zeros, zeros, zeros, zeros)
        model = QuadraticModel(dimensions: dimensions, memory: settings.memory)
        path = ProjectedPath(dimensions: dimensions, memory: settings.memory)
        subspace = Subspace(dimensions: dimensions, memory: settings.memory)
    }

    mutating func run(_ objective: (_ x: [Double], _ gradient: inout [Double]) -> Double) -> Minimum {
        value = objective(point, &gradient)
        evaluations = 1
        guard isFinite(value, gradient) else { return minimum(.notFinite) }
        while true {
            if projectedGradientNorm <= settings.gradientTolerance { return minimum(.flat) }
            if iterations == settings.maximumIterations { return minimum(.mostIterations) }
            iterations += 1
            let former = value
            guard step(objective) else {
                if model.count == 0 { return minimum(.noStep) }
                model.forget()  // What it remembers may have misled it: go on from steepest descent.
                continue
            }
            let scale = max(former.magnitude, value.magnitude, 1)
            guard former - value <= settings.relativeDecrease * scale else { continue }
            return minimum(projectedGradientNorm <= settings.gradientTolerance ? .flat : .noDecrease)
        }
    }

    /// One iteration; false if it found no lower point.
    private mutating func step(_ objective: (_ x: [Double], _ gradient: inout [Double]) -> Double) -> Bool {
        guard let length = search(objective) else { return false }
        model.learn(length: length, direction: direction, from: gradient, to: trialGradient)
        swap(&point, &trial)
        swap(&gradient, &trialGradient)
        return true
    }

    private func minimum(_ reason: Minimum.Reason) -> Minimum {
        Minimum(
            point: point, value: value, gradientNorm: projectedGradientNorm, iterations: iterations,
            evaluations: evaluations, reason: reason)
    }

    private var projectedGradientNorm: Double {
        var largest = 0.0
        for i in point.indices {
            let slope = gradient[i]
            let room = slope > 0 ? point[i] - settings.bounds[i].lowerBound : settings.bounds[i].upperBound - point[i]
            largest = max(largest, min(slope.magnitude, room))
        }
        return largest
    }
}

// MARK: - The line search

extension Descent {
    /// Aims at the model's minimum within bounds, and walks there or thereabouts.
    ///
    /// - Returns: the length of the step in units of `direction`, with the point it led to in `trial`, its gradient in
    ///   `trialGradient` and its value in `value`; nil if there is none.
    private mutating func search(_ objective: (_ x: [Double], _ gradient: inout [Double]) -> Double) -> Double? {
        let bounds = settings.bounds
        path.follow(from: point, gradient: gradient, bounds: bounds, model: model)
        subspace.minimize(from: path, origin: point, gradient: gradient, bounds: bounds, model: model)
        var slope = 0.0
        for i in point.indices {
            direction[i] = subspace.target[i] - point[i]
            slope += direction[i] * gradient[i]
        }
        guard slope < 0, slope.isFinite else { return nil }
        var line = LineSearch(value: value, slope: slope, first: firstLength, longest: longestLength)
        for _ in 0..<mostEvaluations {
            let length = line.length
            move(by: length)
            let found = objective(trial, &trialGradient)
            evaluations += 1
            guard isFinite(found, trialGradient) else {
                line.shorten()
                continue
            }
            if line.take(value: found, slope: dot(trialGradient, direction)) {
                guard found <= value else { return nil }
                value = found
                return length
            }
        }
        return nil
    }

    /// The model's scale is unknown at first, unless the bounds give it.
    private var firstLength: Double {
        let isBoxed = settings.bounds.allSatisfy { $0.lowerBound.isFinite && $0.upperBound.isFinite }
        guard model.count == 0, !isBoxed else { return 1 }
        return min(1 / dot(direction, direction).squareRoot(), longestLength)
    }

    /// How far the bounds let the step go.
    private var longestLength: Double {
        if model.count == 0, iterations == 1, settings.bounds.contains(where: { $0.isBounded }) { return 1 }
        var longest = 1e10
        for i in point.indices where direction[i] != 0 {
            let bound = direction[i] < 0 ? settings.bounds[i].lowerBound : settings.bounds[i].upperBound
            longest = min(longest, (bound - point[i]) / direction[i])
        }
        return max(longest, 1)  // The model's minimum lies within bounds; rounding may say otherwise.
    }

    private mutating func move(by length: Double) {
        for i in point.indices {
            let exact = length == 1 ? subspace.target[i] : point[i] + length * direction[i]
            trial[i] = settings.bounds[i].clamp(exact)
        }
    }
}

/// The most evaluations on one line.
private let mostEvaluations = 20

private func isFinite(_ value: Double, _ gradient: [Double]) -> Bool {
    value.isFinite && gradient.allSatisfy(\.isFinite)
}

extension ClosedRange<Double> {
    func clamp(_ x: Double) -> Double { Swift.min(Swift.max(x, lowerBound), upperBound) }

    fileprivate var isBounded: Bool { lowerBound.isFinite || upperBound.isFinite }
}
