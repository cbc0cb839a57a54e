import AttuneCore
import Foundation
import Subprocess
import SystemPackage

extension ExecPlugin {
    /// How long a plugin may take that asks nobody.
    private static let patience = Duration.seconds(60)

    /// How many bytes a plugin may print.
    private static let outputLimit = 1 << 20

    /// Runs the command, and returns what it prints. Its errors go where this process's go.
    ///
    /// - Throws: `TransportError`.
    func output() async throws -> String {
        let isInteractive = interaction != .never && isatty(STDIN_FILENO) == 1
        if interaction == .always, !isInteractive {
            throw TransportError(.hopeless, "\(command) wants to ask a person, and there is no terminal")
        }
        let environment = environment(isInteractive: isInteractive)
        guard let program = program(searching: environment["PATH"] ?? "") else {
            let hint = installHint.map { "\n\($0)" } ?? ""
            throw TransportError(.hopeless, "there is no command \(command), which makes the credentials\(hint)")
        }
        let configuration = Configuration(
            executable: .path(FilePath(program)), arguments: Arguments(arguments),
            environment: .custom(
                Dictionary(uniqueKeysWithValues: environment.map { (.init(stringLiteral: $0), $1) })))
        if isInteractive { return try await printed(configuration, input: .currentStandardInput) }
        return try await withThrowingTaskGroup { group in
            group.addTask { try await printed(configuration, input: .none) }
            group.addTask {
                try await Task.sleep(for: ExecPlugin.patience)
                throw TransportError(.lost, "\(command), which makes the credentials, took too long")
            }
            defer { group.cancelAll() }
            return try await group.next() ?? ""
        }
    }

    /// The environment it runs in; the variable is the protocol's.
    private func environment(isInteractive: Bool) -> [String: String] {
        var spec: JSON = ["interactive": .bool(isInteractive)]
        spec["cluster"] = cluster
        let info: JSON = ["apiVersion": .string(version.rawValue), "kind": "ExecCredential", "spec": spec]
        return ProcessInfo.processInfo.environment
            .merging(environment) { $1 }
            .merging(["KUBERNETES_EXEC_INFO": info.description]) { $1 }
    }

    /// Where the command is; one without a slash is looked for in `path`.
    private func program(searching path: String) -> String? {
        let candidates = command.contains("/") ? [command] : path.split(separator: ":").map { "\($0)/\(command)" }
        return candidates.first { FileManager.default.isExecutableFile(atPath: $0) }
    }

    private func printed(_ configuration: Configuration, input: some InputProtocol) async throws -> String {
        let outcome: ExecutionResult<Void, StringOutput<UTF8>, FileDescriptorOutput>
        do {
            outcome = try await run(
                configuration, input: input, output: .string(limit: ExecPlugin.outputLimit),
                error: .currentStandardError)
        } catch let error as SubprocessError {
            throw TransportError(.hopeless, "\(command) cannot be run: \(error)")
        }
        switch outcome.terminationStatus {
        case .exited(0): return outcome.standardOutput
        case .exited(let code):
            throw TransportError(.lost, "\(command), which makes the credentials, failed with status \(code)")
        case .signaled(let signal):
            throw TransportError(.lost, "\(command), which makes the credentials, was ended by signal \(signal)")
        }
    }
}
