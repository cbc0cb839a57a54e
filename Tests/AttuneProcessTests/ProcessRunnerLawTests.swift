import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneProcess

/// Processes keep what every runner keeps, and outlive whoever follows them.
@Suite(.timeLimit(.minutes(10))) struct ProcessRunnerLawTests {
    @Test func `a process runner keeps the laws`() async throws {
        try await TrialRunnerLaws(survives: true) { program in
            let scratch = try Scratch()
            let starts = scratch.path("starts")
            let script =
                switch program {
                case .succeeding: "echo loss=3; echo loss=2; echo loss=1"
                case .failing: "exit 1"
                case .endless: "echo loss=5; sleep 1000"
                }
            let (experiment, resource) = try CollectorTests.experiment(
                "echo >> \(starts); \(script)", MetricsCollector())
            let runner = try ProcessRunner(
                experiment, resource: resource, directories: TrialDirectories(root: scratch.url),
                supervisor: scratch.supervisor, environment: ["PATH": "/usr/bin:/bin"], baseDirectory: scratch.url,
                now: { Date() })
            return TrialRunnerLaws.Fixture(runner, experiment) {
                // The scratch directory lives as long as this closure does.
                (try? String(contentsOfFile: scratch.path("starts"), encoding: .utf8))?.split(
                    separator: "\n", omittingEmptySubsequences: false
                ).dropLast().count ?? 0
            }
        }.check()
    }
}
