import AttuneCore
import AttuneProto
import AttuneYAML

/// What a client calls its experiment: text, or an object.
struct ManifestSource {
    private let text: String

    init(_ manifest: Attune_V1_CreateExperimentRequest.OneOf_Manifest?) {
        switch manifest {
        case .text(let text): self.text = text
        case .object(let object): text = JSON(object).description
        case nil: text = ""
        }
    }

    init(_ manifest: Attune_V1_ValidateExperimentRequest.OneOf_Manifest?) {
        switch manifest {
        case .text(let text): self.text = text
        case .object(let object): text = JSON(object).description
        case nil: text = ""
        }
    }

    func reading(_ catalogue: AlgorithmCatalogue, seed: () -> UInt64) -> ExperimentFile {
        ExperimentFile(name: "manifest", text: text, catalogue: catalogue, purpose: .serving, seed: seed)
    }
}

extension ServiceError {
    init(invalid reading: ExperimentFile) {
        guard reading.hasErrors else {
            self.init(
                .invalidArgument, "manifest: holds \(reading.experiments.count) experiments; give one at a time")
            return
        }
        let errors = reading.findings.filter { $0.problem.severity == .error }
        self.init(
            .invalidArgument, errors.map(\.description).joined(separator: "\n"), problems: errors.map(\.problem))
    }
}

extension Attune_V1_Problem {
    init(_ finding: ExperimentFile.Diagnostic) {
        self.init()
        field = finding.problem.field.description
        message = finding.problem.detail
        line = Int32(finding.position?.line ?? 0)
        column = Int32(finding.position?.column ?? 0)
        warning = finding.problem.severity == .warning
    }
}
