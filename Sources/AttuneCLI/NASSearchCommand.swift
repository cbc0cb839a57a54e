import ArgumentParser
import AttuneCore
import AttuneNAS
import Foundation

struct NASSearchCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "search", abstract: "Searches for cells on this machine's processors, and trains what it found.",
        discussion: """
            Prints an epoch a line, name=value as trials do, and in the end Best-Genotype=Genotype(…). Methods: \
            \(SearchMethod.named.map { "\($0.name) (\($0.summary))" }.joined(separator: "; ")).
            """)

    @OptionGroup var data: ImageData
    @Option(help: "How it searches.") var method = "default"
    @Option(help: "Passes over the images by each search.") var epochs = SelectionSettings.standard.search.epochs
    @Option(help: "Nodes of a cell.") var nodes = 3
    @Option(help: "Cells of the network that is searched, and of those that are trained.") var layers = 4
    @Option(help: "Channels of the first cell.") var channels = 8
    @Option(help: "Images of a step.") var batch = 64
    @Option(help: "The operations, with commas between them, as DARTS or Katib name them (default: DARTS' eight).")
    var operations: String?
    @Option(help: "Step of the architecture.")
    var architectureRate = SelectionSettings.standard.search.architectureRate
    @Option(help: "First step of the weights.") var rate = 0.025
    @Option(help: "Skips that the normal cell may have (default: the method's).") var maximumSkips: Int?
    @Option(help: "Searches, each from a seed of its own, of which the best cell is chosen.")
    var candidates = SelectionSettings.standard.candidates
    @Option(help: "Cells of each search that are trained: the last epoch's, and earlier ones at equal distances.")
    var snapshots = SelectionSettings.standard.snapshots
    @Option(
        help:
            "Cells drawn at random that are trained beside the candidates, to compare, and to choose where one is best."
    )
    var randomCells = SelectionSettings.standard.randomCells
    @Option(help: "Each of these cells is trained so many times, on all parts of the images but one.")
    var folds = SelectionSettings.standard.folds
    @Option(help: "Epochs of the trainings.") var trainingEpochs = SelectionSettings.standard.retraining.epochs
    @Option(help: "What everything that is drawn depends on.") var seed: UInt64 = 0
    @Option(help: "Threads; they do not change the result.") var threads = 2
    @OptionGroup var kept: CheckpointFolder

    func run() throws {
        let settings = try settings()
        let images = try data.images(.training)
        try check(settings.problems(with: images)) { field in
            switch field {
            case "search.weightRate": "rate"
            case "retraining.epochs": "training-epochs"
            default: nil
            }
        }
        let selection = try CellSelection(images, test: try data.test(like: images), settings)
        let file = try kept.file("search")
        try selection.run(checkpoint: file.map { file in { "\(file)-\($0)" } }, say)
    }

    private func settings() throws -> SelectionSettings {
        var settings = SelectionSettings.standard
        guard let named = SearchMethod(named: method) else {
            let names = SearchMethod.named.map(\.name)
            throw AttuneError(
                "--method: there is no \(method); use one of \(names.joined(separator: ", "))")
        }
        settings.search.method = named
        if let maximumSkips { settings.search.method.maximumSkips = maximumSkips }
        if let operations { settings.search.space.operations = try self.operations(operations) }
        (settings.search.space.nodes, settings.search.space.layers) = (nodes, layers)
        settings.search.space.channels = channels
        (settings.search.epochs, settings.search.batch, settings.search.seed) = (epochs, batch, seed)
        (settings.search.architectureRate, settings.search.weightRate) = (architectureRate, rate)
        settings.search.threads = threads
        (settings.retraining.channels, settings.retraining.layers) = (channels, layers)
        (settings.retraining.epochs, settings.retraining.batch, settings.retraining.seed) =
            (trainingEpochs, batch, seed)
        (settings.candidates, settings.snapshots, settings.randomCells) = (candidates, snapshots, randomCells)
        settings.folds = folds
        return settings
    }

    private func operations(_ text: String) throws -> [CellOperation] {
        let names = text.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }
        let unknown = names.filter { CellOperation($0) == nil }
        guard unknown.isEmpty else {
            throw AttuneError(unknown.map { "--operations: \(CellOperation.unknown($0))" }.joined(separator: "\n"))
        }
        return names.compactMap { CellOperation($0) }
    }

    private func say(_ event: SelectionEvent) {
        switch event {
        case .searched(let candidate, let epoch):
            var line = [
                "candidate=\(candidate)", "epoch=\(epoch.epoch)", "Train-Loss=\(epoch.training.loss.metricText)",
                "Train-Accuracy=\(epoch.training.accuracy.metricText)",
            ]
            if epoch.validation.images > 0 {
                line += ["Validation-Loss=\(epoch.validation.loss.metricText)"]
                line += ["Validation-Accuracy=\(epoch.validation.accuracy.metricText)"]
            }
            if let curvature = epoch.curvature { line += ["Curvature=\(curvature.metricText)"] }
            line += ["Entropy=\(epoch.entropy.metricText)", "Skips=\(epoch.genotype.normal.skips)"]
            Terminal.say(line.joined(separator: " "))
        case .trained(let cell):
            let text = NASSearchCommand.text(of: cell, "Candidate")
            Terminal.say("\(text) Candidate-Genotype=\(cell.genotype.katibText)")
        case .trainedAtRandom(let cells):
            func mean(_ value: (TrainedCell) -> Double) -> String {
                (cells.reduce(0) { $0 + value($1) } / Double(cells.count)).metricText
            }
            let best = cells.map(\.outcome.accuracy).max() ?? 0
            Terminal.say(
                "Random-Accuracy=\(mean(\.outcome.accuracy)) Random-Loss=\(mean(\.calibratedLoss)) "
                    + "best-random=\(best.metricText) cells=\(cells.count)")
        case .chosen(let cell):
            Terminal.say(NASSearchCommand.text(of: cell, "Retrained"))
            Terminal.say("Best-Genotype=\(cell.genotype.katibText)")
        case .tested(let outcome):
            Terminal.say("Test-Accuracy=\(outcome.accuracy.metricText) Test-Loss=\(outcome.loss.metricText)")
        }
    }

    private static func text(of cell: TrainedCell, _ role: String) -> String {
        "\(role)-Accuracy=\(cell.outcome.accuracy.metricText) \(role)-Loss=\(cell.calibratedLoss.metricText) "
            + "parameters=\(cell.parameters) origin=\(cell.candidate.map { "search-\($0)" } ?? "random")"
    }
}

extension SelectionSettings {
    fileprivate static let standard = SelectionSettings()
}
