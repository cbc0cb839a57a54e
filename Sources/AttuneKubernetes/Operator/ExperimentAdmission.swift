import AttuneAlgorithms
import AttuneCore

/// Judges Experiments before the API server takes them: the answers of a validating admission webhook.
///
/// What it refuses the operator would say in a condition a moment later; here `kubectl apply` hears of it at once, with
/// every error of the file.
public struct ExperimentAdmission: Sendable {
    private let catalogue: AlgorithmCatalogue

    public init(catalogue: AlgorithmCatalogue = .standard) { self.catalogue = catalogue }

    /// - Parameter review: an `AdmissionReview` of `admission.k8s.io/v1` with a request.
    /// - Returns: the same with the response.
    public func answer(_ review: JSON) -> JSON {
        let request = review["request"] ?? [:]
        var response: JSON = ["uid": request["uid"] ?? "", "allowed": true]
        let problems = problems(request)
        let errors = problems.filter { $0.severity == .error }
        if !errors.isEmpty {
            response["allowed"] = false
            response["status"] = [
                "code": 400, "reason": "BadRequest",
                "message": .string(errors.map(\.description).joined(separator: "\n")),
            ]
        }
        let warnings = problems.filter { $0.severity == .warning }.map { JSON.string(String("\($0)".prefix(250))) }
        if !warnings.isEmpty { response["warnings"] = .array(warnings) }
        return ["apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "response": response]
    }

    private func problems(_ request: JSON) -> [Problem] {
        guard request["kind"]?["kind"]?.string == "Experiment", let object = request["object"], !object.isNull,
            !object.isBeingDeleted
        else { return [] }
        let old = request["oldObject"].flatMap { $0.isNull ? nil : $0 }
        // Statuses, labels and finalizers may change whatever the spec is.
        if let old, old["spec"] == object["spec"] { return [] }
        var named = object
        // The name that is generated later begins so.
        if object.name.isEmpty, let prefix = object.metadata?["generateName"]?.string {
            named["metadata"]?["name"] = .string(prefix + "x")
        }
        let reading = ExperimentAdmission.reading(named, catalogue)
        var problems = reading.problems
        if let experiment = reading.experiment {
            if let template = experiment.template { problems += TrialCondition.problems(in: template) }
            if let old, problems.allSatisfy({ $0.severity == .warning }) {
                problems += edits(experiment, of: old)
            }
        }
        return problems
    }

    private static func reading(_ object: JSON, _ catalogue: AlgorithmCatalogue) -> ManifestReading {
        let resource = ExperimentResource(object: object)
        return Experiment.reading(
            resource.document(templateText: nil), catalogue: catalogue, purpose: .orchestrating, seed: resource.seed)
    }

    // MARK: Edits

    private func edits(_ edited: Experiment, of old: JSON) -> [Problem] {
        // One that was not valid may be mended in any way.
        guard let before = ExperimentAdmission.reading(old, catalogue).experiment else { return [] }
        var problems: [Problem] = []
        if !edited.isSameQuestion(as: before) {
            problems.append(
                Problem(
                    "spec",
                    "only spec.parallelTrialCount, spec.maxTrialCount and spec.maxFailedTrialCount are editable"))
        }
        let trials = old["status"]?["trials"]?.int ?? 0
        if let maxTrials = edited.budget.maxTrials, maxTrials != before.budget.maxTrials, maxTrials <= trials {
            problems.append(
                Problem(
                    "spec.maxTrialCount", found: "\(maxTrials)",
                    "must be greater than status.trials count, which is \(trials)"))
        }
        if ExperimentResource(object: old).isOver, before.resumePolicy == .never, edited.budget != before.budget {
            problems.append(
                Problem(
                    "spec.resumePolicy", found: before.resumePolicy.rawValue,
                    "Experiment can be restarted if it is in succeeded state by reaching max trials and "
                        + "spec.resumePolicy = LongRunning or FromVolume"))
        }
        return problems
    }
}
