import ArgumentParser
import Testing

@testable import AttuneDigits

struct DigitsCommandTests {
    @Test func `options become settings`() throws {
        let settings = try command(
            "--layers 2 --units 32 --optimizer sgd --rate 1e-2 --momentum 0.5 --weight-decay 1e-3 --dropout 0.25",
            "--batch-size 64 --epochs 3 --seed 9 --activation tanh --schedule cosine"
        ).settings
        #expect(settings.hidden == [32, 32])
        #expect(settings.optimizer == .sgd && settings.activation == .tanh && settings.schedule == .cosine)
        #expect(settings.rate == 1e-2 && settings.momentum == 0.5 && settings.weightDecay == 1e-3)
        #expect(settings.dropout == 0.25)
        #expect(settings.batchSize == 64 && settings.epochs == 3 && settings.seed == 9)
    }

    @Test(arguments: [
        ("--layers 0", "--layers 0: use a number from 1 to 4"),
        ("--units 5000", "--units 5000: use a number from 1 to 1024"),
        ("--rate 0", "--rate 0.0: use a number above 0"),
        ("--rate nan", "--rate nan: use a number above 0"),
        ("--momentum 1", "--momentum 1.0: use a number from 0 to below 1"),
        ("--weight-decay=-1", "--weight-decay -1.0: use 0 or a number above"),
        ("--dropout 1", "--dropout 1.0: use a number from 0 to below 1"),
        ("--batch-size 0", "--batch-size 0: use a number from 1 to 1347"),
        ("--epochs 0", "--epochs 0: use a number from 1 to 1000"),
        ("--epochs 9 --schedule-epochs 3", "--schedule-epochs 3: use a number from --epochs, 9, to 1000"),
        ("--continue --checkpoint there", "--continue: leave it out where --checkpoint names a directory"),
    ])
    func `a value out of range ends with one line that says what to use, and status 2`(
        arguments: String, message: String
    ) throws {
        let ending = try #require(outcome(of: arguments))
        #expect(ending.message == "attune-digits: " + message)
        #expect(ending.status == 2)
    }

    @Test(arguments: ["--layers two", "--optimizer adagrad", "--activation", "--unknown 1", "stray"])
    func `an option that cannot be read ends with one line that names it, and status 2`(arguments: String) throws {
        let ending = try #require(outcome(of: arguments))
        let culprit = try #require(arguments.split(separator: " ").first)
        #expect(ending.message.hasPrefix("attune-digits: ") && ending.message.contains(culprit))
        #expect(!ending.message.contains("\n"))
        #expect(ending.status == 2)
    }

    @Test func `a missing file of digits ends with its name and status 2`() throws {
        let error = #expect(throws: DataFileError.self) {
            try DataFile(option: "no/such.csv", environment: [:]).read()
        }
        #expect(
            Ending(try #require(error))
                == Ending(message: "attune-digits: no/such.csv: no such file, or not readable", status: 2))
    }

    @Test func `the option names the file before the environment does`() throws {
        let environment = ["ATTUNE_DIGITS": "there.csv"]
        #expect(try DataFile(option: "here.csv", environment: environment).path == "here.csv")
        #expect(try DataFile(option: nil, environment: environment).path == "there.csv")
    }

    @Test func `no checkpoint is kept unless asked for, and --continue asks for the trial's own`() throws {
        let environment = ["ATTUNE_CHECKPOINT_DIR": "/trials/7/checkpoints"]
        #expect(try command("--epochs 3").checkpoint.file(environment: environment) == nil)
        let own = try command("--continue").checkpoint
        #expect(try own.file(environment: environment)?.path == "/trials/7/checkpoints/digits.checkpoint")
        let named = try command("--checkpoint there").checkpoint
        #expect(try named.file(environment: environment)?.path == "there/digits.checkpoint")
    }

    @Test func `--continue without a directory ends with what to set, and status 2`() throws {
        let error = #expect(throws: ValidationError.self) {
            try command("--continue").checkpoint.file(environment: [:])
        }
        #expect(
            Ending(try #require(error))
                == Ending(
                    message: "attune-digits: --continue: set ATTUNE_CHECKPOINT_DIR to a directory, "
                        + "or name one with --checkpoint", status: 2))
    }

    @Test func `divergence ends with status 3`() {
        #expect(Ending(Divergence(epoch: 2)).status == 3)
    }

    @Test func `help names every option and ends with status 0`() throws {
        let ending = try #require(outcome(of: "--help"))
        #expect(ending.status == 0)
        #expect(ending.message.contains("--continue"))
        let options = [
            "layers", "units", "activation", "dropout", "optimizer", "rate", "momentum", "weight-decay", "schedule",
            "batch-size", "epochs", "schedule-epochs", "seed", "data", "checkpoint",
        ]
        for option in options {
            #expect(ending.message.contains("--\(option) "))
        }
    }

    @Test func `a report is a line of names and values`() {
        let report = EpochReport(epoch: 3, loss: 0.12344, accuracy: 0.9678)
        #expect(report.description == "epoch=3 loss=0.1234 accuracy=0.9678")
        let diverged = EpochReport(epoch: 1, loss: -.nan, accuracy: 0)
        #expect(diverged.description == "epoch=1 loss=nan accuracy=0.0000")
    }

    private func command(_ arguments: String...) throws -> DigitsCommand {
        try DigitsCommand.parse(arguments.flatMap { $0.split(separator: " ").map(String.init) })
    }

    private func outcome(of arguments: String) -> Ending? {
        do {
            _ = try command(arguments)
            return nil
        } catch {
            return Ending(error)
        }
    }
}
