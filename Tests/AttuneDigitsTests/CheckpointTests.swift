import Foundation
import Testing

@testable import AttuneDigits

struct CheckpointTests {
    @Test(arguments: OptimizerKind.allCases, Schedule.allCases)
    func `training in three goes comes to the same numbers as in one, bit for bit`(
        optimizer: OptimizerKind, schedule: Schedule
    ) throws {
        let digits = try fewDigits(200)
        var settings = Settings(hidden: [16, 12], optimizer: optimizer, schedule: schedule, dropout: 0.3, epochs: 9)
        settings.scheduleEpochs = 9
        let whole = try train(settings, on: digits)

        var checkpoint: Checkpoint?
        var reports: [EpochReport] = []
        for epochs in [3, 4, 9] {
            settings.epochs = epochs
            let part = try train(settings, on: digits, from: checkpoint)
            reports += part.reports
            checkpoint = try Checkpoint(decoding: part.training.checkpoint.encoded())
        }
        #expect(reports == whole.reports)
        #expect(checkpoint == whole.training.checkpoint)
    }

    @Test func `a training that is asked to end does so after its epoch, and goes on from there`() throws {
        let digits = try fewDigits(200)
        let settings = Settings(hidden: [16], epochs: 5)
        var training = Training(settings, on: digits)
        var reports: [EpochReport] = []
        try training.run(until: { reports.count == 2 }, report: { reports.append($0) })
        #expect(training.epoch == 2)
        reports += try train(settings, on: digits, from: training.checkpoint).reports
        #expect(try reports == train(settings, on: digits).reports)
    }

    @Test func `where no epoch is left the last one is reported again`() throws {
        let digits = try fewDigits(200)
        let settings = Settings(hidden: [16], epochs: 3)
        let first = try train(settings, on: digits)
        let again = try train(settings, on: digits, from: first.training.checkpoint)
        #expect(again.reports == [try #require(first.reports.last)])
        #expect(again.training.checkpoint == first.training.checkpoint)
    }

    @Test(arguments: OptimizerKind.allCases)
    func `weights go on under other hyperparameters`(optimizer: OptimizerKind) throws {
        let digits = try fewDigits(200)
        var settings = Settings(hidden: [16], optimizer: optimizer, epochs: 2)
        let parent = try train(settings, on: digits).training
        settings.epochs = 3
        let plain = try train(settings, on: digits, from: parent.checkpoint).reports
        (settings.rate, settings.momentum, settings.dropout) = (1e-3, 0.5, 0.1)
        (settings.weightDecay, settings.batchSize, settings.seed) = (0, 16, 8)
        let changed = try train(settings, on: digits, from: parent.checkpoint).reports
        #expect(changed.map(\.epoch) == [3] && plain.map(\.epoch) == [3])
        #expect(changed != plain)
    }

    @Test func `a checkpoint of another network or optimizer is refused, naming both`() throws {
        let digits = try fewDigits(100)
        let parent = try train(Settings(hidden: [16], epochs: 1), on: digits).training.checkpoint
        for other in [
            Settings(hidden: [17]), Settings(hidden: [16, 16]), Settings(hidden: [16], activation: .tanh),
            Settings(hidden: [16], optimizer: .sgd),
        ] {
            var training = Training(other, on: digits)
            #expect(throws: CheckpointError.otherShape(parent.shape)) { try training.resume(from: parent) }
        }
        let refusal = RefusedCheckpoint(
            path: "there/digits.checkpoint", error: .otherShape(parent.shape), shape: Settings(hidden: [17]).shape)
        #expect(
            Ending(refusal)
                == Ending(
                    message:
                        "attune-digits: there/digits.checkpoint is of another network "
                        + "(64-16-10 units, relu, adam) than was asked for (64-17-10 units, relu, adam); "
                        + "ask for that one, or name another directory",
                    status: 2))
    }

    @Test func `any byte changed, left out or added is noticed`() throws {
        let checkpoint = try train(Settings(hidden: [2], epochs: 1), on: fewDigits(50)).training.checkpoint
        let whole = try checkpoint.encoded()
        for index in stride(from: 0, to: whole.count, by: 7) {
            var changed = whole
            changed[index] ^= 0x10
            #expect(throws: CheckpointError.self, "byte \(index)") { try Checkpoint(decoding: changed) }
            #expect(throws: CheckpointError.self, "\(index) bytes") { try Checkpoint(decoding: whole.prefix(index)) }
        }
        #expect(throws: CheckpointError.damaged) { try Checkpoint(decoding: whole + [0]) }
        #expect(try Checkpoint(decoding: whole) == checkpoint)
    }

    private func train(
        _ settings: Settings, on digits: DigitsSplit, from checkpoint: Checkpoint? = nil
    ) throws -> (reports: [EpochReport], training: Training) {
        var training = Training(settings, on: digits)
        if let checkpoint { try training.resume(from: checkpoint) }
        var reports: [EpochReport] = []
        try training.run { reports.append($0) }
        return (reports, training)
    }
}
