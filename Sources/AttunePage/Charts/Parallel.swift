import AttuneCore

extension ExperimentView {
    /// Every parameter of many trials, with what they came to; the best twenty are always among them.
    ///
    /// - Parameter limit: how many trials; fewer where there are many parameters.
    public func parallelJSON(limit: Int = 1_500) -> JSON {
        let usable = states.indices.filter { !values[$0].isNaN }
        let size = max(100, min(limit, 22_000 / (parameters.count + 3)))
        let shown = thinned(usable, to: size)
        return [
            "total": .number(usable.count), "shown": .number(shown.count),
            "axes": .array(experiment.space.parameters.map { ParameterAxis($0).json }),
            "objective": ["name": .string(objective.metric), "maximize": .bool(objective.direction == .maximize)],
            "number": numbers(shown), "state": letters(shown), "value": .plotted(shown.map { values[$0] }),
            "columns": .array(parameters.map { column in .plotted(shown.map { column.values[$0] }) }),
        ]
    }

    /// One parameter against the value.
    public func sliceJSON(of name: String, points: Int = 2_000) throws(AttuneError) -> JSON {
        let (axis, column) = try axis(name)
        let usable = states.indices.filter { !values[$0].isNaN && !column.values[$0].isNaN }
        let shown = thinned(usable, to: points)
        return [
            "parameter": axis.json, "metric": .string(objective.metric),
            "maximize": .bool(objective.direction == .maximize), "total": .number(usable.count),
            "number": numbers(shown), "x": .plotted(shown.map { column.values[$0] }),
            "value": .plotted(shown.map { values[$0] }), "state": letters(shown),
        ]
    }

    /// Trials by two parameters, coloured by how good they are among all: 0 is the best.
    public func rankJSON(_ x: String, _ y: String, points: Int = 2_000) throws(AttuneError) -> JSON {
        let ((xAxis, xs), (yAxis, ys)) = (try axis(x), try axis(y))
        let usable = states.indices.filter { !values[$0].isNaN && !xs.values[$0].isNaN && !ys.values[$0].isNaN }
        let ranks = ranks(of: usable)
        let places = thinnedPlaces(usable, to: points)
        let shown = places.map { usable[$0] }
        return [
            "x": xAxis.json, "y": yAxis.json, "total": .number(usable.count), "number": numbers(shown),
            "state": letters(shown), "xs": .plotted(shown.map { xs.values[$0] }),
            "ys": .plotted(shown.map { ys.values[$0] }), "value": .plotted(shown.map { values[$0] }),
            "rank": .plotted(places.map { ranks[$0] }),
        ]
    }

    /// The share of the other trials that are better, ties counting half.
    func ranks(of trials: [Int]) -> [Double] {
        guard trials.count > 1 else { return trials.map { _ in 0 } }
        let losses = trials.map { objective.direction.loss(values[$0]) }
        let order = losses.indices.sorted { losses[$0] < losses[$1] }
        var ranks = [Double](repeating: 0, count: losses.count)
        var start = 0
        while start < order.count {
            var end = start
            while end + 1 < order.count, losses[order[end + 1]] == losses[order[start]] { end += 1 }
            for place in start...end { ranks[order[place]] = Double(start + end) / 2 / Double(order.count - 1) }
            start = end + 1
        }
        return ranks
    }

    func axis(_ name: String) throws(AttuneError) -> (ParameterAxis, ParameterColumn) {
        guard let column = parameter(name), let spec = experiment.space.parameters.first(where: { $0.name == name })
        else {
            let hint = nearest(to: name, among: experiment.space.names).map { "; did you mean \($0)?" } ?? ""
            throw AttuneError("there is no parameter \(name)\(hint)")
        }
        return (ParameterAxis(spec), column)
    }

    /// Some of `trials`, the best twenty among them.
    func thinned(_ trials: [Int], to limit: Int) -> [Int] { thinnedPlaces(trials, to: limit).map { trials[$0] } }

    private func thinnedPlaces(_ trials: [Int], to limit: Int) -> [Int] {
        guard trials.count > limit else { return Array(trials.indices) }
        let kept = bestTrials(20).compactMap { trials.binaryIndex(of: $0) }
        return Thinning(limit: limit).chosen(of: trials.count, keeping: kept)
    }
}
