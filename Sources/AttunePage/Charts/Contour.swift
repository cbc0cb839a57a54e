import AttuneAlgorithms
import AttuneCore

/// What a model believes of the objective over two parameters, the others as in some of the trials.
public struct Contour: Sendable {
    public let xs: [Double]
    public let ys: [Double]
    /// `[ys][xs]`, in the objective's units.
    public let means: [[Double]]
    public let deviations: [[Double]]
    /// How many trials the model was fitted to.
    public let trials: Int
    /// How many trials' other values were averaged over.
    public let backgrounds: Int
}

extension ExperimentView {
    /// The most trials that a model is fitted to, and the most whose other values are averaged over.
    private static let (mostTrials, mostBackgrounds) = (300, 8)

    /// - Throws: `AttuneError` where a parameter is none, or there are too few trials.
    public func contour(_ x: String, _ y: String, grid: Int = 40) throws(AttuneError) -> Contour {
        let (xAxis, yAxis) = (try axis(x).0, try axis(y).0)
        guard x != y else { throw AttuneError("a contour needs two different parameters") }
        let usable = modelTrials
        let assignments = usable.map(assignment)
        let surface = try ResponseSurface(
            experiment.space, assignments, usable.map { values[$0] }, objective.direction)
        let (xs, ys) = (xAxis.grid(grid), yAxis.grid(grid))
        let others = experiment.space.parameters.count > 2
        let places = Curve.places(assignments.count, atMost: others ? ExperimentView.mostBackgrounds : 1)
        let backgrounds = others ? places.map { assignments[$0] } : [assignments[0]]
        let groups = ys.flatMap { yValue in
            xs.map { xValue in
                backgrounds.map { background in
                    experiment.space.assignment { spec, _ in
                        if spec.name == x { return xAxis.value(at: xValue) }
                        if spec.name == y { return yAxis.value(at: yValue) }
                        return background[spec.name] ?? spec.domain.value(at: 0.5)
                    }
                }
            }
        }
        let (means, deviations) = surface.beliefs(at: groups)
        let rows = ys.indices.map { $0 * xs.count..<($0 + 1) * xs.count }
        return Contour(
            xs: xs, ys: ys, means: rows.map { Array(means[$0]) }, deviations: rows.map { Array(deviations[$0]) },
            trials: usable.count, backgrounds: backgrounds.count)
    }

    /// Those a model is fitted to: of many a quarter the best, and an even choice of the others.
    private var modelTrials: [Int] {
        let usable = states.indices.filter { index in
            !values[index].isNaN && (states[index] == .earlyStopped || !standings[index].isNaN)
        }
        guard usable.count > ExperimentView.mostTrials else { return usable }
        let best = bestTrials(ExperimentView.mostTrials / 4)
        let sample = Thinning(limit: ExperimentView.mostTrials - best.count).chosen(of: usable.count)
            .map { usable[$0] }
        return Set(best + sample).sorted()
    }

    /// The assignment of a trial, from its columns.
    func assignment(of index: Int) -> Assignment {
        experiment.space.assignment { spec, place in
            let number = parameters[place].values[index]
            return number.isNaN ? spec.domain.value(at: 0.5) : ParameterAxis(spec).value(at: number)
        }
    }

    public func contourJSON(_ x: String, _ y: String, grid: Int = 40) throws(AttuneError) -> JSON {
        let ((xAxis, xs), (yAxis, ys)) = (try axis(x), try axis(y))
        let usable = states.indices.filter { !values[$0].isNaN && !xs.values[$0].isNaN && !ys.values[$0].isNaN }
        let shown = thinned(usable, to: 1_000)
        var fields: JSON.Fields = [
            "x": xAxis.json, "y": yAxis.json, "metric": .string(objective.metric),
            "maximize": .bool(objective.direction == .maximize),
            "points": [
                "number": numbers(shown), "x": .plotted(shown.map { xs.values[$0] }),
                "y": .plotted(shown.map { ys.values[$0] }), "value": .plotted(shown.map { values[$0] }),
                "state": letters(shown),
            ],
        ]
        guard usable.count >= ResponseSurface.leastTrials else {
            fields["model"] = .null
            fields["note"] = .string("A model needs \(ResponseSurface.leastTrials) trials with a value.")
            return .object(fields)
        }
        let contour = try contour(x, y, grid: grid)
        fields["model"] = contour.json
        fields["note"] = .string(contour.note)
        return .object(fields)
    }
}

extension Contour {
    fileprivate var json: JSON {
        [
            "name": "Gaussian process", "xs": .plotted(xs), "ys": .plotted(ys),
            "mean": .array(means.map { .plotted($0) }), "deviation": .array(deviations.map { .plotted($0) }),
            "trials": .number(trials),
        ]
    }

    fileprivate var note: String {
        let fitted = "A Gaussian process fitted to \(trials) trials"
        return backgrounds > 1
            ? "\(fitted); the other parameters are as in \(backgrounds) of them, over which it is averaged."
            : fitted + "."
    }
}

extension ParameterAxis {
    /// So many values at even distances of the parameter's own law, fewer where it has fewer.
    func grid(_ count: Int) -> [Double] {
        if let all = spec.domain.count, all <= count || !isNumeric {
            return isNumeric
                ? (0..<all).compactMap { spec.domain.value(number: $0).number }.sorted() : (0..<all).map(Double.init)
        }
        let values = (0..<count).compactMap { step in
            spec.domain.value(at: Double(step) / Double(max(1, count - 1))).number
        }
        return Set(values).sorted()
    }

    private var isNumeric: Bool { if case .categorical = spec.domain { false } else { true } }
}
