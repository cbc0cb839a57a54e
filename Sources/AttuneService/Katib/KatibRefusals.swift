import AttuneAlgorithms
import AttuneCore
import AttuneProto
import SwiftProtobuf

/// What keeps an algorithm from an experiment, in Katib's words wherever Katib refuses the same.
struct KatibRefusals {
    let catalogue: AlgorithmCatalogue

    init(_ catalogue: AlgorithmCatalogue) { self.catalogue = catalogue }

    /// Katib's services for these two pass over settings that they do not know, so there are experiments with them.
    static func ignoresUnknownSettings(_ algorithm: String) -> Bool { ["cmaes", "sobol"].contains(algorithm) }

    /// The algorithm that is named, with settings that it takes.
    ///
    /// - Throws: `invalidArgument` with the first thing that is wrong.
    func algorithm(of spec: Api_V1_Beta1_ExperimentSpec) throws(ServiceError) -> Algorithm {
        let asked = AlgorithmSpec(spec.algorithm)
        try KatibArchitecture(asked, spec).check()
        guard let algorithm = catalogue[algorithm: asked.name] else {
            throw .refused("unknown algorithm name \(asked.name)")
        }
        try checkNames(spec.parameterSpecs.parameters)
        try checkSettings(asked, algorithm)
        try checkResource(asked, algorithm, spec.parameterSpecs.parameters)
        return algorithm
    }

    private func checkNames(_ parameters: [Api_V1_Beta1_ParameterSpec]) throws(ServiceError) {
        var seen: Set<String> = []
        for parameter in parameters where !seen.insert(parameter.name).inserted {
            throw .refused("Detect duplicated parameter name: \(parameter.name)")
        }
    }

    private func checkSettings(_ asked: AlgorithmSpec, _ algorithm: Algorithm) throws(ServiceError) {
        for setting in asked.settings {
            guard let known = algorithm.settings.first(where: { $0.name == setting.name }) else {
                if KatibRefusals.ignoresUnknownSettings(algorithm.name) || algorithm.passesSettingsOn { continue }
                throw .refused("unknown setting \(setting.name) for algorithm \(asked.name)")
            }
            guard let complaint = known.complaint(about: setting.value) else { continue }
            // Katib says the same of a text and of a number that is not positive.
            let isResource = setting.name == ResourceLadder.SettingName.maximum
            throw .refused(isResource ? known.complaint ?? complaint : complaint)
        }
    }

    /// A trial of Katib's learns its resource from a parameter, or not at all.
    private func checkResource(
        _ asked: AlgorithmSpec, _ algorithm: Algorithm, _ parameters: [Api_V1_Beta1_ParameterSpec]
    ) throws(ServiceError) {
        let (maximum, parameter) = (ResourceLadder.SettingName.maximum, ResourceLadder.SettingName.parameter)
        guard algorithm.settings.contains(where: { $0.name == maximum }) else { return }
        let needsNone = algorithm.name == "auto" && asked[maximum] == nil && asked[parameter] == nil
        guard !needsNone else { return }
        guard asked[maximum] != nil, let name = asked[parameter] else {
            throw .refused("r_l and resource_name must be set.")
        }
        guard parameters.contains(where: { $0.name == name }) else {
            throw .refused("value of resource_name setting must be in parameters.")
        }
        guard asked["variant"] != "stopping" else {
            throw .refused("variant stopping of asha needs every report of a trial; use promotion")
        }
        guard asked[ResourceLadder.SettingName.continuation] != "same-trial" else {
            throw .refused("a trial of Katib's does not go on once it has ended; resume must be new-trial")
        }
    }

    /// What `read` gives, its complaints in Katib's words.
    func translated<Value>(_ read: () throws -> Value) throws(ServiceError) -> Value {
        do {
            return try read()
        } catch let invalid as InvalidExperiment {
            throw ServiceError(
                .invalidArgument, invalid.problems.map(KatibRefusals.sentence).joined(separator: "; "),
                problems: invalid.problems)
        } catch {
            throw ServiceError(error)
        }
    }

    /// Where Katib has a sentence it stands alone; ours say first which field they are about.
    private static func sentence(_ problem: Problem) -> String {
        let isKatibs = [
            "CMA-ES only supports", "Max Trial Count:", "Required params missing:", "Param ", "r_l ",
            "value of resource_name",
        ].contains { problem.remedy.hasPrefix($0) }
        return isKatibs ? problem.remedy : problem.description
    }

    /// Fails where the algorithm would refuse the experiment. One without parameters is judged by its settings.
    func check(_ experiment: Api_V1_Beta1_Experiment) throws {
        let spec = experiment.spec
        guard spec.parameterSpecs.parameters.isEmpty, !spec.hasNasConfig, !KatibArchitecture.isSearched(spec) else {
            _ = try KatibQuestion(experiment, catalogue)
            return
        }
        let algorithm = try algorithm(of: spec)
        // An experiment of no parameters cannot be; one whose parameter does not matter has the same settings.
        var settled = spec
        settled.parameterSpecs.parameters = [
            .with {
                $0.name = "x"
                $0.parameterType = .int
                $0.feasibleSpace = .with { ($0.min, $0.max) = ("1", "2") }
            }
        ]
        settled.maxTrialCount = 0
        let stand = Api_V1_Beta1_Experiment.with { $0.spec = settled }
        try translated { _ = try Experiment(json: stand.manifest, catalogue: catalogue).name + algorithm.name }
    }
}

extension ServiceError {
    /// `INVALID_ARGUMENT`, which a controller fails an experiment with.
    static func refused(_ message: String) -> ServiceError { ServiceError(.invalidArgument, message) }
}

extension AlgorithmSpec {
    init(_ message: Api_V1_Beta1_AlgorithmSpec) {
        self.init(message.algorithmName, message.algorithmSettings.map { .init($0.name, $0.value) })
    }

    init(_ message: Api_V1_Beta1_EarlyStoppingSpec) {
        self.init(message.algorithmName, message.algorithmSettings.map { .init($0.name, $0.value) })
    }
}
