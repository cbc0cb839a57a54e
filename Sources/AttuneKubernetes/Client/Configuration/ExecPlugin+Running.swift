import AttuneCore
import Foundation

extension ExecPlugin {
    /// How long a plugin may take that asks nobody.
    private static let patience = 60.0

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
        return try await withCheckedThrowingContinuation { continuation in
            let thread = Thread {
                continuation.resume(
                    with: Result { try self.run(program, environment, isInteractive: isInteractive) })
            }
            thread.name = "attune-exec"
            thread.start()
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

    private func run(_ program: String, _ environment: [String: String], isInteractive: Bool) throws -> String {
        let process = Process()
        let output = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.environment = environment
        process.standardOutput = output
        if !isInteractive { process.standardInput = FileHandle.nullDevice }
        do {
            try process.run()
        } catch {
            throw TransportError(.hopeless, "\(command) cannot be run: \(error.localizedDescription)")
        }
        let limit = DispatchWorkItem { process.terminate() }
        if !isInteractive { DispatchQueue.global().asyncAfter(deadline: .now() + ExecPlugin.patience, execute: limit) }
        let printed = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        limit.cancel()
        guard process.terminationReason == .exit, process.terminationStatus == 0 else {
            throw TransportError(
                .lost, "\(command), which makes the credentials, failed with status \(process.terminationStatus)")
        }
        return String(decoding: printed, as: UTF8.self)
    }
}
