import ArgumentParser
import AttuneClient
import AttuneCore
import AttuneKubernetes
import Foundation

/// The command line: reads files and flags, and wires the modules together.
@main
struct AttuneCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attune",
        abstract: "Tunes hyperparameters: runs an Experiment YAML, keeps every trial, shows what was found.",
        discussion: """
            Exit codes: 0 goal or budget reached, or the command did what it says; 1 the experiment failed, or \
            something outside did; 2 bad input; 130 interrupted, trials go on and can be resumed.
            """,
        version: attuneVersion,
        subcommands: [
            RunCommand.self, ServeCommand.self, OperatorCommand.self, SubmitCommand.self, WorkerCommand.self,
            ValidateCommand.self,
            ListCommand.self, ShowCommand.self, TrialsCommand.self,
            BestCommand.self,
            CollectCommand.self, LogsCommand.self, ResumeCommand.self, StopCommand.self, DeleteCommand.self,
            ExportCommand.self,
            ReplayCommand.self, AuditCommand.self, OptimizeCommand.self, BenchCommand.self, AlgorithmsCommand.self,
            ReportCommand.self, NASCommand.self,
            DoctorCommand.self,
            TokenCommand.self, BackupCommand.self,
        ])

    static func main() async {
        do {
            var command = try parseAsRoot()
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
            if let loss = Terminal.loss { fail("error: standard output cannot be written: \(loss)", .failed) }
        } catch let code as ExitCode {
            Foundation.exit(code.rawValue)
        } catch let error as InvalidExperiment {
            fail(error.description, .badInput)
        } catch let error as AttuneError {
            fail("error: \(error)", .badInput)
        } catch let error as ClientError {
            fail("error: \(error)", error.isBadInput ? .badInput : .failed)
        } catch let error as HeldElsewhere {
            fail("error: \(error)", .badInput)
        } catch let error as InvalidKubeConfig {
            fail("error: \(error)", .badInput)
        } catch let error as APIError {
            fail("error: the API server refuses: \(error)", .failed)
        } catch let error as TransportError {
            fail("error: \(error)", .failed)
        } catch {
            let code = exitCode(for: error)
            if code == .success { exit(withError: error) }
            // The parser's own complaints are bad input; anything else is the world's fault.
            fail(fullMessage(for: error), code == .validationFailure ? .badInput : .failed)
        }
    }

    private static func fail(_ message: String, _ code: ExitCode) -> Never {
        Terminal.complain(message)
        Foundation.exit(code.rawValue)
    }
}

extension ExitCode {
    static let failed = ExitCode(1)
    static let badInput = ExitCode(2)
    static let interrupted = ExitCode(130)
}

extension ClientError {
    /// Whether the server refused what it was asked, and would again.
    fileprivate var isBadInput: Bool {
        switch code {
        case .invalidArgument, .notFound, .alreadyExists, .failedPrecondition, .permissionDenied, .unauthenticated,
            .outOfRange:
            true
        case .cancelled, .unknown, .deadlineExceeded, .resourceExhausted, .aborted, .unimplemented, .internal,
            .unavailable, .dataLoss, .unreachable:
            false
        }
    }
}
