import AttuneCore
import AttuneKubernetes
import AttuneProcess

/// Where the trials of a session run.
enum SessionRunner: TrialRunner {
    case machine(ProcessRunner)
    case cluster(KubernetesRunner)

    func run(
        _ trial: Trial, report: @escaping @Sendable ([Observation]) async throws -> Void
    ) async throws -> WorkEnd {
        switch self {
        case .machine(let runner): try await runner.run(trial, report: report)
        case .cluster(let runner): try await runner.run(trial, report: report)
        }
    }

    func stop(_ trial: Trial) async throws {
        switch self {
        case .machine(let runner): try await runner.stop(trial)
        case .cluster(let runner): try await runner.stop(trial)
        }
    }

    /// Nil where trials are processes of this machine.
    var clusterRunner: KubernetesRunner? { if case .cluster(let runner) = self { runner } else { nil } }
}
