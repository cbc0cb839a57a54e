extension ExperimentReader {
    /// What `objective` says, or `objectives` where there are several, and `outcomeConstraints`.
    func objective(_ spec: MapReader) -> Objective? {
        let constraints = (spec.maps("outcomeConstraints") ?? []).compactMap(constraint)
        guard spec.has("objectives") else {
            return spec.requiredMap("objective").flatMap { objective($0, targets: nil, constraints) }
        }
        let targets = targets(spec)
        let map = spec.map("objective")
        if let map, let first = targets?.first { checkRepetition(map, of: first) }
        guard let map else { return targets.map { Objective($0, constraints: constraints) } }
        return objective(map, targets: targets, constraints)
    }

    /// - Parameter targets: what `objectives` says; nil where `objective` alone says it.
    private func objective(
        _ map: MapReader, targets: [Objective.Target]?, _ constraints: [OutcomeConstraint]
    ) -> Objective? {
        let targets = targets ?? target(map).map { [$0] }
        let additional = additionalMetrics(map, besides: targets?.map(\.metric) ?? [])
        let known = targets.map { $0.map(\.metric) + constraints.map(\.metric) + additional }
        let strategies = strategies(map, metrics: known)
        return targets.map {
            Objective($0, constraints: constraints, additionalMetrics: additional, strategies: strategies)
        }
    }

    private func target(_ map: MapReader) -> Objective.Target? {
        let direction = direction(map)
        let metric = map.requiredText("objectiveMetricName")
        let goal = map.number("goal")
        guard let direction, let metric else { return nil }
        return Objective.Target(direction, metric, goal: goal)
    }

    private func targets(_ spec: MapReader) -> [Objective.Target]? {
        guard let maps = spec.maps("objectives") else { return nil }
        if maps.isEmpty { log.error(spec.field["objectives"], found: "an empty list", "must have at least one metric") }
        let targets = maps.compactMap { map -> Objective.Target? in
            let direction = direction(map)
            let metric = map.requiredText("metric")
            let (goal, reference) = (map.number("goal"), map.number("reference"))
            guard let direction, let metric else { return nil }
            return Objective.Target(direction, metric, goal: goal, reference: reference)
        }
        for (index, target) in targets.enumerated()
        where targets.count == maps.count && targets[..<index].contains(where: { $0.metric == target.metric }) {
            log.error(
                maps[index].field["metric"], found: "\"\(target.metric)\"", "is an objective already; list it once")
        }
        return targets.isEmpty || log.hasErrors(under: spec.field["objectives"]) ? nil : targets
    }

    /// `objective` beside `objectives` says nothing else than their first, as Katib's tools read only that.
    private func checkRepetition(_ map: MapReader, of first: Objective.Target) {
        let repeated = [
            ("type", first.direction.rawValue), ("objectiveMetricName", first.metric), ("goal", first.goal?.text),
        ]
        for (key, value) in repeated where map.has(key) {
            let found = key == "goal" ? map.number(key)?.text : map.text(key)
            guard let found, found != value else { continue }
            log.rule(
                map.field[key], found: found,
                "must be as in spec.objectives[0], \(value ?? "without a goal"), or be left out")
        }
    }

    private func constraint(_ map: MapReader) -> OutcomeConstraint? {
        let (low, high) = (map.number("min"), map.number("max"))
        if !map.has("min"), !map.has("max") { log.error(map.field, "must have min or max, or both") }
        if let low, let high, low > high {
            log.error(map.field["min"], found: low.text, "must not be greater than max, which is \(high.text)")
        }
        return map.requiredText("metric").map { OutcomeConstraint($0, min: low, max: high) }
    }

    private func direction(_ map: MapReader) -> Objective.Direction? {
        if !map.has("type") { log.error(map.field["type"], "must be minimize or maximize") }
        return map.choice("type", remedy: "must be minimize or maximize")
    }

    private func additionalMetrics(_ map: MapReader, besides objectives: [String]) -> [String] {
        let names = map.texts("additionalMetricNames") ?? []
        let field = map.field["additionalMetricNames"]
        for (index, name) in names.enumerated() {
            if name.isEmpty {
                log.rule(field[index], found: "\"\"", "must be the name of a metric")
            } else if objectives.contains(name) {
                log.rule(field[index], found: "\"\(name)\"", "should not contain spec.objective.objectiveMetricName")
            } else if let first = names.firstIndex(of: name), first < index {
                log.rule(field[index], found: "\"\(name)\"", "is listed already; names must be unique")
            }
        }
        return names
    }

    /// - Parameter metrics: every metric of the objective; nil when that is unknown.
    private func strategies(_ map: MapReader, metrics: [String]?) -> [String: MetricStrategy] {
        var strategies: [String: MetricStrategy] = [:]
        for entry in map.maps("metricStrategies") ?? [] {
            let name = entry.requiredText("name")
            if !entry.has("value") { log.error(entry.field["value"], "must be specified: min, max or latest") }
            let strategy: MetricStrategy? = entry.choice("value", remedy: "must be min, max or latest")
            guard let name, let strategy else { continue }
            if strategies[name] != nil {
                log.rule(entry.field["name"], found: "\"\(name)\"", "has a strategy already; names must be unique")
            } else if let metrics, !metrics.contains(name) {
                let hint = nearest(to: name, among: metrics).map { "; did you mean \"\($0)\"?" } ?? ""
                log.rule(entry.field["name"], found: "\"\(name)\"", "must be a metric of the objective\(hint)")
            }
            strategies[name] = strategy
        }
        return strategies
    }
}
