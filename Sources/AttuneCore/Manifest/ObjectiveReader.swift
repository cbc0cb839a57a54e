extension ExperimentReader {
    func objective(_ spec: MapReader) -> Objective? {
        guard let map = spec.requiredMap("objective") else { return nil }
        let direction = direction(map)
        let metric = map.requiredText("objectiveMetricName")
        let additional = additionalMetrics(map, objective: metric)
        let strategies = strategies(map, metrics: metric.map { [$0] + additional })
        let goal = goal(map)
        guard let direction, let metric else { return nil }
        return Objective(direction, metric, goal: goal, additionalMetrics: additional, strategies: strategies)
    }

    private func direction(_ map: MapReader) -> Objective.Direction? {
        if !map.has("type") { log.error(map.field["type"], "must be minimize or maximize") }
        return map.choice("type", remedy: "must be minimize or maximize")
    }

    private func goal(_ map: MapReader) -> Double? {
        guard let value = map["goal"] else { return nil }
        let goal = value.numberText.flatMap { log.checksRules ? $0.decimal : Double($0) }
        if goal == nil { log.error(map.field["goal"], found: value.summary, "must be a finite number") }
        return goal
    }

    private func additionalMetrics(_ map: MapReader, objective: String?) -> [String] {
        let names = map.texts("additionalMetricNames") ?? []
        let field = map.field["additionalMetricNames"]
        for (index, name) in names.enumerated() {
            if name.isEmpty {
                log.rule(field[index], found: "\"\"", "must be the name of a metric")
            } else if name == objective {
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
