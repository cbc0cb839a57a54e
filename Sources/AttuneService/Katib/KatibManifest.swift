import AttuneCore
import AttuneProto

extension Api_V1_Beta1_Experiment {
    /// The experiment's document, which is read as every other is, so that one set of rules judges them all.
    ///
    /// What the protocol leaves out, or sends only because proto3 has no nothing, is left out here: the goal, counts of 0,
    /// and limits between counts, which are the controller's to keep.
    var manifest: JSON {
        [
            "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment",
            // A controller's names may be longer than ours; nothing depends on the name here.
            "metadata": ["name": "experiment"], "spec": spec.manifest,
        ]
    }
}

extension Api_V1_Beta1_ExperimentSpec {
    fileprivate var manifest: JSON {
        var fields: JSON.Fields = ["objective": objective.manifest]
        if searchesArchitectures {
            fields["nasConfig"] = nasConfig.manifest
        } else {
            fields["parameters"] = .array(parameterSpecs.parameters.map(\.manifest))
        }
        fields["algorithm"] = [
            "algorithmName": .string(algorithm.algorithmName),
            "algorithmSettings": .array(
                algorithm.algorithmSettings.map { ["name": .string($0.name), "value": .string($0.value)] }),
        ]
        if maxTrialCount > 0 { fields["maxTrialCount"] = .number(Int(maxTrialCount)) }
        if parallelTrialCount > 0 {
            let most = maxTrialCount > 0 ? maxTrialCount : .max
            fields["parallelTrialCount"] = .number(Int(min(parallelTrialCount, most)))
        }
        return .object(fields)
    }
}

extension Api_V1_Beta1_ExperimentSpec {
    /// Whether it has a network's outline in place of parameters.
    var searchesArchitectures: Bool { hasNasConfig && parameterSpecs.parameters.isEmpty }
}

extension Api_V1_Beta1_NasConfig {
    fileprivate var manifest: JSON {
        func numbers(_ list: [Int32]) -> JSON { .array(list.map { .number(Int($0)) }) }
        return [
            "graphConfig": [
                "numLayers": .number(Int(graphConfig.numLayers)), "inputSizes": numbers(graphConfig.inputSizes),
                "outputSizes": numbers(graphConfig.outputSizes),
            ],
            "operations": .array(
                operations.operation.map { operation in
                    let parameters = operation.parameterSpecs.parameters.map(\.manifest)
                    return ["operationType": .string(operation.operationType), "parameters": .array(parameters)]
                }),
        ]
    }
}

extension Api_V1_Beta1_ObjectiveSpec {
    /// Some callers say nothing of the objective when they have settings validated.
    fileprivate var manifest: JSON {
        let metric = objectiveMetricName.isEmpty ? "objective" : objectiveMetricName
        var seen: Set = [metric, ""]
        let others = additionalMetricNames.filter { seen.insert($0).inserted }
        return [
            "type": type == .maximize ? "maximize" : "minimize", "objectiveMetricName": .string(metric),
            "additionalMetricNames": .array(others.map { .string($0) }),
        ]
    }
}

extension Api_V1_Beta1_ParameterSpec {
    fileprivate var manifest: JSON {
        var fields: JSON.Fields = ["name": .string(name)]
        fields["parameterType"] = parameterType.word.map { .string($0) }
        fields["feasibleSpace"] = feasibleSpace.manifest(parameterType)
        return .object(fields)
    }
}

extension Api_V1_Beta1_FeasibleSpace {
    fileprivate func manifest(_ type: Api_V1_Beta1_ParameterType) -> JSON {
        var fields = JSON.Fields()
        for (key, text) in [("max", max), ("min", min), ("step", step)] where !text.isEmpty {
            fields[key] = .string(text)
        }
        if !list.isEmpty || type == .discrete || type == .categorical {
            fields["list"] = .array(list.map { .string($0) })
        }
        fields["distribution"] = distribution.word.map { .string($0) }
        return .object(fields)
    }
}

extension Api_V1_Beta1_ParameterType {
    fileprivate var word: String? {
        switch self {
        case .double: "double"
        case .int: "int"
        case .discrete: "discrete"
        case .categorical: "categorical"
        case .unknownType, .UNRECOGNIZED: nil
        }
    }
}

extension Api_V1_Beta1_Distribution {
    fileprivate var word: String? {
        switch self {
        case .uniform: "uniform"
        case .logUniform: "logUniform"
        case .normal: "normal"
        case .logNormal: "logNormal"
        case .unspecified, .UNRECOGNIZED: nil
        }
    }
}
