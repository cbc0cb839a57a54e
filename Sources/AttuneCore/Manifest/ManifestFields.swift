/// The fields that a value of a manifest may have.
///
/// What is read, what an unknown field is compared with, and `docs/experiment.schema.json` agree; tests compare them.
indirect enum ManifestFields: Sendable {
    /// A single value.
    case value
    case list(ManifestFields)
    case map(KeyValuePairs<String, ManifestFields>)
    /// Whatever the user likes: a resource, labels, names of parameters.
    case free
}

extension ManifestFields {
    static let experiment: ManifestFields = .map([
        "apiVersion": .value, "kind": .value, "metadata": .free, "spec": spec, "status": .free,
    ])

    private static let spec: ManifestFields = .map([
        "objective": objective,
        "objectives": .list(.map(["metric": .value, "type": .value, "goal": .value, "reference": .value])),
        "outcomeConstraints": .list(.map(["metric": .value, "min": .value, "max": .value])),
        "parameters": .list(parameter), "algorithm": algorithm, "earlyStopping": algorithm,
        "trialTemplate": trialTemplate, "parallelTrialCount": .value, "maxTrialCount": .value,
        "maxFailedTrialCount": .value, "metricsCollectorSpec": metricsCollector, "nasConfig": nasConfig,
        "resumePolicy": .value, "seed": .value, "initialTrials": .list(.free),
        "warmStart": .map(["experiments": .list(.value)]), "trialTimeout": .value, "maxRunTime": .value,
        "maxResource": .value,
        "stopWhen": .map([
            "plateau": .map(["trials": .value, "minImprovement": .value]),
            "expectedImprovement": .map(["below": .value, "trials": .value]),
        ]), "retries": .value, "constraints": .list(.value),
    ])

    private static let objective: ManifestFields = .map([
        "type": .value, "goal": .value, "objectiveMetricName": .value, "additionalMetricNames": .list(.value),
        "metricStrategies": .list(.map(["name": .value, "value": .value])),
    ])

    private static let parameter: ManifestFields = .map([
        "name": .value, "parameterType": .value, "feasibleSpace": feasibleSpace,
        "when": .map(["parameter": .value, "in": .list(.value), "min": .value, "max": .value]), "default": .value,
    ])

    private static let feasibleSpace: ManifestFields = .map([
        "min": .value, "max": .value, "step": .value, "list": .list(.value), "distribution": .value,
    ])

    private static let algorithm: ManifestFields = .map([
        "algorithmName": .value, "algorithmSettings": .list(.map(["name": .value, "value": .value])),
    ])

    private static let trialTemplate: ManifestFields = .map([
        "retain": .value, "trialSpec": .free,
        "configMap": .map([
            "configMapName": .value, "configMapNamespace": .value, "templatePath": .value, "templateText": .value,
        ]),
        "trialParameters": .list(.map(["name": .value, "description": .value, "reference": .value])),
        "primaryPodLabels": .free, "primaryContainerName": .value, "successCondition": .value,
        "failureCondition": .value,
    ])

    private static let metricsCollector: ManifestFields = .map([
        "source": .map([
            "httpGet": .map(["host": .value, "port": .value, "path": .value, "scheme": .value, "httpHeaders": .free]),
            "fileSystemPath": .map(["path": .value, "kind": .value, "format": .value]),
            "filter": .map(["metricsFormat": .list(.value)]),
        ]),
        "collector": .map(["kind": .value, "customCollector": .free]),
    ])

    private static let nasConfig: ManifestFields = .map([
        "graphConfig": .map(["numLayers": .value, "inputSizes": .list(.value), "outputSizes": .list(.value)]),
        "operations": .list(.map(["operationType": .value, "parameters": .list(parameter)])),
        "cells": .map([
            "kinds": .list(.value), "nodes": .value, "inputs": .value, "edges": .value, "operations": .list(.value),
            "network": .map(["channels": .value, "layers": .value, "classes": .value, "image": .value]),
            "limits": .map(["parameters": .value, "multiplyAdds": .value]),
            "prefilter": .map(["measure": .value, "keep": .value]),
        ]),
    ])
}

extension ProblemLog {
    /// Warns of every field that nobody reads, with the name that was probably meant.
    func warnOfUnknownFields(in node: SourceNode, at field: FieldPath, known: ManifestFields) {
        switch (known, node.content) {
        case (.list(let item), .list(let items)):
            for (index, node) in items.enumerated() { warnOfUnknownFields(in: node, at: field[index], known: item) }
        case (.map(let fields), .map(let members)):
            for member in members {
                if let shape = fields.first(where: { $0.key == member.key })?.value {
                    warnOfUnknownFields(in: member.value, at: field[member.key], known: shape)
                } else {
                    let meant = nearest(to: member.key, among: fields.map(\.key)).map { "; did you mean \($0)?" } ?? ""
                    warn(field[member.key], "is not a field here and is ignored\(meant)")
                }
            }
        default: break
        }
    }
}
