import AttuneCore
import Foundation
import Testing

/// What the log of an experiment says that each attempt had to train, in units of epochs.
struct RecordedLevels {
    /// Those whose trials go on from checkpoints.
    static let experiments = ["asha-checkpoints", "hyperband", "pbt"]

    struct Trial {
        var number: Int
        /// The epochs of each attempt.
        var attempts: [ClosedRange<Int>]
    }

    var trials: [Trial] = []
    /// Where the trials' directories are.
    let directory: URL

    init(_ export: JSON) throws {
        let path = try #require(
            export["experiment"]?["metadata"]?["annotations"]?["attune.dev/trials"]?.string)
        directory = URL(filePath: path)
        for event in try #require(export["events"]?.array) {
            if let number = event["started"]?.int {
                let parent = event["parent"]?.int.flatMap { trials[$0 - 1].attempts.last?.upperBound } ?? 0
                let level = try #require(event["resource"]?.int)
                trials.append(Trial(number: number, attempts: [parent + 1...level]))
            } else if let number = event["resumed"]?.int, let level = event["to"]?.int {
                let before = trials[number - 1].attempts.last?.upperBound ?? 0
                trials[number - 1].attempts.append(before + 1...level)
            }
        }
    }

    /// That each attempt printed the epochs from where the trial stood to the level it was given, and the checkpoint is
    /// of the last.
    func check() throws {
        #expect(!trials.isEmpty)
        for trial in trials { try check(trial) }
    }

    private func check(_ trial: Trial) throws {
        let own = directory.appending(path: "\(trial.number)")
        for (attempt, epochs) in zip(1..., trial.attempts) {
            let output = try String(
                contentsOf: own.appending(path: "attempt-\(attempt)/output.log"), encoding: .utf8)
            let printed = output.split(separator: "\n").compactMap { $0.split(separator: " ").first }
                .filter { $0.hasPrefix("epoch=") }.map(String.init)
            #expect(printed == epochs.map { "epoch=\($0)" }, "trial \(trial.number), attempt \(attempt)")
        }
        let checkpoint = try Data(contentsOf: own.appending(path: "checkpoints/digits.checkpoint"))
        let header = String(decoding: checkpoint.split(separator: UInt8(ascii: "\n"))[1], as: UTF8.self)
        #expect(try JSON(parsing: header)["epoch"]?.int == trial.attempts.last?.last, "trial \(trial.number)")
    }
}
