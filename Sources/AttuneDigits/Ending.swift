import ArgumentParser

/// How the program ends early: what it says, and its exit status.
struct Ending: Equatable {
    /// Help in full; anything else is one line.
    let message: String
    /// 0 for help, 2 for a bad option, data file or checkpoint, 3 for divergence, 143 after TERM.
    let status: Int32
}

extension Ending {
    init(_ error: any Error) {
        switch error {
        case let divergence as Divergence:
            let epoch = divergence.epoch
            self.init(line: "training diverged in epoch \(epoch): the loss is no longer finite", status: 3)
        case let dataFile as DataFileError:
            self.init(line: dataFile.reason, status: 2)
        case let refused as RefusedCheckpoint:
            self.init(line: refused.reason, status: 2)
        case let file as CheckpointFileError:
            self.init(line: file.reason, status: 2)
        case let code as ExitCode where code.rawValue == Termination.status:
            self.init(line: "ended by TERM; the checkpoint holds what was trained", status: code.rawValue)
        case _ where DigitsCommand.exitCode(for: error).isSuccess:
            self.init(message: DigitsCommand.fullMessage(for: error), status: 0)
        default:
            self.init(line: DigitsCommand.message(for: error), status: 2)
        }
    }

    private init(line reason: String, status: Int32) {
        let line = reason.split(whereSeparator: \.isNewline).joined(separator: " ")
        self.init(message: "attune-digits: " + line, status: status)
    }
}
