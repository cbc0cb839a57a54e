extension Experiment {
    /// The whole experiment as Katib's document, with its defaults filled in and Attune's additions.
    ///
    /// `init(json:)` reads it back to an equal experiment, as long as constraints were read with the kinds of the
    /// parameters and assignments name all of them in order.
    public var json: JSON {
        ["apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": metadata.json, "spec": spec]
    }

    private var spec: JSON {
        var fields: JSON.Fields = ["objective": objective.json]
        fields["objectives"] = objective.targetsJSON
        if !objective.constraints.isEmpty {
            fields["outcomeConstraints"] = .array(objective.constraints.map(\.json))
        }
        if nas == nil { fields["parameters"] = space.parameters.json }
        fields["nasConfig"] = nas?.json
        if !space.constraints.isEmpty { fields["constraints"] = .array(space.constraints.map { .string($0.source) }) }
        fields["algorithm"] = algorithm.json
        fields["earlyStopping"] = earlyStopping?.json
        fields["seed"] = .number(String(seed))
        if !initialTrials.isEmpty { fields["initialTrials"] = .array(initialTrials.map(\.json)) }
        if !warmStart.isEmpty {
            fields["warmStart"] = ["experiments": .array(warmStart.map { .string($0) })]
        }
        fields["parallelTrialCount"] = .number(budget.parallelTrials)
        fields["maxTrialCount"] = budget.maxTrials.map { .number($0) }
        fields["maxFailedTrialCount"] = budget.maxFailedTrials.map { .number($0) }
        fields["maxRunTime"] = budget.maxRunTime.map { .string($0.text) }
        fields["maxResource"] = budget.maxResource.map { .number($0) }
        fields["stopWhen"] = budget.stopWhen.json
        fields["trialTimeout"] = trialTimeout.map { .string($0.text) }
        fields["retries"] = .number(retries)
        fields["trialTemplate"] = template?.json
        fields["metricsCollectorSpec"] = collector.json
        fields["resumePolicy"] = .string(resumePolicy.rawValue)
        return .object(fields)
    }
}

extension Metadata {
    fileprivate var json: JSON {
        var fields: JSON.Fields = ["name": .string(name)]
        fields["namespace"] = namespace.map { .string($0) }
        if !labels.isEmpty { fields["labels"] = .strings(labels) }
        if !annotations.isEmpty { fields["annotations"] = .strings(annotations) }
        return .object(fields)
    }
}

extension Objective {
    fileprivate var json: JSON {
        var fields: JSON.Fields = ["type": .string(direction.rawValue)]
        fields["goal"] = goal.map { .number($0) }
        fields["objectiveMetricName"] = .string(metric)
        if !additionalMetrics.isEmpty {
            fields["additionalMetricNames"] = .array(additionalMetrics.map { .string($0) })
        }
        let others = strategies.keys.filter { !metrics.contains($0) }.sorted()
        fields["metricStrategies"] = .array(
            (metrics + others).map { name in
                ["name": .string(name), "value": .string(strategy(for: name).rawValue)]
            })
        return .object(fields)
    }
}

extension Objective {
    /// Nil where `objective` says it all.
    fileprivate var targetsJSON: JSON? {
        guard hasSeveralTargets || first.reference != nil else { return nil }
        return .array(
            targets.map { target in
                var fields: JSON.Fields = [
                    "metric": .string(target.metric), "type": .string(target.direction.rawValue),
                ]
                fields["goal"] = target.goal.map { .number($0) }
                fields["reference"] = target.reference.map { .number($0) }
                return .object(fields)
            })
    }
}

extension OutcomeConstraint {
    fileprivate var json: JSON {
        var fields: JSON.Fields = ["metric": .string(metric)]
        fields["min"] = min.map { .number($0) }
        fields["max"] = max.map { .number($0) }
        return .object(fields)
    }
}

extension AlgorithmSpec {
    fileprivate var json: JSON {
        var fields: JSON.Fields = ["algorithmName": .string(name)]
        if !settings.isEmpty {
            fields["algorithmSettings"] = .array(
                settings.map { ["name": .string($0.name), "value": .string($0.value)] })
        }
        return .object(fields)
    }
}

extension [ParameterSpec] {
    fileprivate var json: JSON { .array(map(\.json)) }
}

extension ParameterSpec {
    fileprivate var json: JSON {
        var fields: JSON.Fields = [
            "name": .string(name), "parameterType": .string(domain.typeName), "feasibleSpace": domain.feasibleSpace,
        ]
        fields["when"] = condition?.json
        fields["default"] = defaultValue?.json
        return .object(fields)
    }
}

extension Condition {
    fileprivate var json: JSON {
        var fields: JSON.Fields = ["parameter": .string(parameter)]
        switch test {
        case .oneOf(let values): fields["in"] = .array(values.map(\.json))
        case .between(let low, let high):
            fields["min"] = low.map { .number($0) }
            fields["max"] = high.map { .number($0) }
        }
        return .object(fields)
    }
}

extension Domain {
    fileprivate var typeName: String {
        switch self {
        case .double: "double"
        case .int: "int"
        case .discrete: "discrete"
        case .categorical: "categorical"
        }
    }

    /// Bounds as texts, as Katib has them.
    fileprivate var feasibleSpace: JSON {
        switch self {
        case .double(let range, let step, let law):
            Domain.feasibleSpace(range.lowerBound.text, range.upperBound.text, step?.text, law)
        case .int(let range, let step, let law):
            Domain.feasibleSpace("\(range.lowerBound)", "\(range.upperBound)", step == 1 ? nil : "\(step)", law)
        case .discrete(let list), .categorical(let list):
            ["list": .array(list.map { .string($0) }), "distribution": .string(Distribution.uniform.rawValue)]
        }
    }

    private static func feasibleSpace(_ low: String, _ high: String, _ step: String?, _ law: Distribution) -> JSON {
        var fields: JSON.Fields = ["min": .string(low), "max": .string(high)]
        fields["step"] = step.map { .string($0) }
        fields["distribution"] = .string(law.rawValue)
        return .object(fields)
    }
}

extension NASConfig {
    fileprivate var json: JSON {
        if let cells { return ["cells": cells.json] }
        var graph = JSON.Fields()
        graph["numLayers"] = layers.map { .number($0) }
        graph["inputSizes"] = .array(inputSizes.map { .number($0) })
        graph["outputSizes"] = .array(outputSizes.map { .number($0) })
        return ["graphConfig": .object(graph), "operations": .array(operations.map(\.json))]
    }
}

extension NASConfig.Operation {
    fileprivate var json: JSON {
        var fields: JSON.Fields = ["operationType": .string(type)]
        if !parameters.isEmpty { fields["parameters"] = parameters.json }
        return .object(fields)
    }
}

extension CellLayout {
    fileprivate var json: JSON {
        var fields: JSON.Fields = ["nodes": .number(nodes), "inputs": .number(inputs)]
        fields["kinds"] = .array(kinds.map { .string($0) })
        fields["edges"] = if case .count(let count) = edges { .number(count) } else { "all" }
        fields["operations"] = .array(operations.map { .string($0) })
        fields["network"] = network?.json
        if !limits.isEmpty { fields["limits"] = limits.json }
        fields["prefilter"] = prefilter?.json
        return .object(fields)
    }
}

extension CellNetwork {
    fileprivate var json: JSON {
        [
            "channels": .number(channels), "layers": .number(layers), "classes": .number(classes),
            "image": .string(input.description),
        ]
    }
}

extension NetworkLimits {
    fileprivate var json: JSON {
        var fields = JSON.Fields()
        fields["parameters"] = parameters.map { .number($0) }
        fields["multiplyAdds"] = multiplyAdds.map { .number($0) }
        return .object(fields)
    }
}

extension CellPrefilter {
    fileprivate var json: JSON { ["measure": .string(measure), "keep": .number(keep)] }
}

extension TrialTemplate {
    fileprivate var json: JSON {
        var fields = JSON.Fields()
        if retain { fields["retain"] = true }
        switch source {
        case .spec(let resource): fields["trialSpec"] = resource
        case .configMap(let source, let text): fields["configMap"] = source.json(text: text)
        }
        fields["trialParameters"] = .array(references.map(\.json))
        fields["primaryContainerName"] = primaryContainerName.map { .string($0) }
        if !primaryPodLabels.isEmpty { fields["primaryPodLabels"] = .strings(primaryPodLabels) }
        fields["successCondition"] = successCondition.map { .string($0) }
        fields["failureCondition"] = failureCondition.map { .string($0) }
        return .object(fields)
    }
}

extension TrialTemplate.ConfigMapSource {
    fileprivate func json(text: String?) -> JSON {
        var fields: JSON.Fields = [
            "configMapName": .string(name), "configMapNamespace": .string(namespace), "templatePath": .string(path),
        ]
        fields["templateText"] = text.map { .string($0) }
        return .object(fields)
    }
}

extension TrialTemplate.Reference {
    fileprivate var json: JSON {
        var fields: JSON.Fields = ["name": .string(name)]
        fields["description"] = description.map { .string($0) }
        fields["reference"] = .string(reference)
        return .object(fields)
    }
}

extension MetricsCollector {
    fileprivate var json: JSON {
        var collector: JSON.Fields = ["kind": .string(kind.rawValue)]
        collector["customCollector"] = customCollector
        var fields: JSON.Fields = ["collector": .object(collector)]
        var source = JSON.Fields()
        if path != nil || pathKind != nil || format != .text { source["fileSystemPath"] = fileSystemPath }
        source["httpGet"] = httpGet?.json
        if !filters.isEmpty { source["filter"] = ["metricsFormat": .array(filters.map { .string($0) })] }
        if !source.isEmpty { fields["source"] = .object(source) }
        return .object(fields)
    }

    private var fileSystemPath: JSON {
        var fields = JSON.Fields()
        fields["path"] = path.map { .string($0) }
        fields["kind"] = pathKind.map { .string($0.rawValue) }
        if kind == .file || format != .text { fields["format"] = .string(format.rawValue) }
        return .object(fields)
    }
}

extension MetricsCollector.HTTPGet {
    fileprivate var json: JSON {
        var fields = JSON.Fields()
        fields["host"] = host.map { .string($0) }
        fields["port"] = .number(port)
        fields["path"] = .string(path)
        return .object(fields)
    }
}
