import AttuneCore

/// A trial's reported values of one metric.
public struct Curve: Sendable, Hashable {
    public let steps: [Int]
    public let values: [Double]

    /// - Parameter points: how many to keep at most: the first, the last, and others at even distances.
    public init(_ observations: [Observation], of metric: String, points: Int = 200) {
        let own = observations.filter { $0.metric == metric }
        let kept = Curve.places(own.count, atMost: max(2, points)).map { own[$0] }
        steps = kept.map(\.step)
        values = kept.map(\.value)
    }

    /// So many of `0..<count` at even distances, both ends among them; of one place the first.
    static func places(_ count: Int, atMost limit: Int) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        guard limit > 1 else { return Array(0..<max(0, limit)) }
        return (0..<limit).map { $0 * (count - 1) / (limit - 1) }
    }
}

extension ExperimentView {
    /// The trials whose curves are shown: all that run and those that are best, then an even choice of the others.
    public func curveTrials(limit: Int = 200) -> [Int] {
        guard count > limit else { return Array(0..<count) }
        let best = bestTrials(1) + front().members.prefix(limit / 4)
        let running = states.indices.filter { states[$0] == .running }.suffix(limit)
        let sure = Set(best + running)
        let others = states.indices.filter { !sure.contains($0) }
        let room = limit - sure.count
        let chosen = room > 0 ? Thinning(limit: room).chosen(of: others.count).map { others[$0] } : []
        return (sure + chosen).sorted()
    }

    /// - Parameter series: what each of `trials` reported.
    public func curvesJSON(_ trials: [Int], _ series: [[Observation]], of metric: String?) -> JSON {
        let metric = metric ?? objective.metric
        // A page of many curves has no room for every point of each.
        let points = max(20, min(200, 12_000 / max(1, trials.count)))
        let curves = zip(trials, series).map { ($0, Curve($1, of: metric, points: points)) }
            .filter { !$0.1.steps.isEmpty }
        return [
            "metric": .string(metric), "maximize": .bool(maximizes(metric)), "total": .number(count),
            "shown": .number(curves.count),
            "trials": .array(
                curves.map { trial, curve in
                    [
                        "number": .number(trial + 1), "state": .string(states[trial].letter),
                        "step": .page(curve.steps), "value": .array(curve.values.map { .plotted($0) }),
                    ]
                }),
        ]
    }

    /// The best trials by what they had come to, the best first; of several objectives by the first.
    public func bestTrials(_ limit: Int) -> [Int] {
        let maximizes = objective.direction == .maximize
        return Array(
            counting.sorted { a, b in
                let (x, y) = (standings[a], standings[b])
                return x == y ? (time(of: a), a) < (time(of: b), b) : maximizes ? x > y : x < y
            }.prefix(limit))
    }
}
