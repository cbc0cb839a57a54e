import AttuneCore
import AttunePage
import AttuneStore
import Foundation

// How long the page's charts of one large experiment take from a cold start, and how large their JSON is:
// attune-page-benchmark STORE [TRIALS]. The store is made where there is none.

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
    print("usage: attune-page-benchmark STORE [TRIALS]")
    exit(2)
}
let path = arguments[1]
if !FileManager.default.fileExists(atPath: path) {
    try await LargeExperiment(trials: arguments.count > 2 ? Int(arguments[2]) ?? 100_000 : 100_000).make(at: path)
}
try await Measurement.all(of: LargeExperiment.name, in: SQLiteStore(at: path))

/// An experiment of six parameters whose trials have all ended.
struct LargeExperiment {
    static let name = "large"
    let trials: Int

    private var experiment: Experiment {
        let optimizer = Parameter("optimizer", of: ["sgd", "adam", "lamb"])
        return Experiment(
            LargeExperiment.name, .minimize("loss", also: "accuracy"),
            over: Parameter("rate", in: 1e-5...1, .logUniform),
            Parameter("layers", in: 1...12), Parameter("units", in: 16...1024, .logUniform),
            Parameter("dropout", in: 0.0...0.9), optimizer,
            Parameter("momentum", in: 0.0...0.99).when(optimizer, in: "sgd"), trials: trials, seed: 3)
    }

    func make(at path: String) async throws {
        let store = try SQLiteStore(at: path)
        let experiment = experiment
        let created = Date(timeIntervalSince1970: 1_700_000_000)
        try await store.create(experiment, at: created)
        let claim = try await store.claim(experiment.id, at: created)
        var random = RandomSource(seed: 1)
        for first in stride(from: 1, through: trials, by: 1_000) {
            let events = try (first...min(first + 999, trials)).flatMap { number in
                try self.events(number, in: experiment, created.addingTimeInterval(Double(number)), &random)
            }
            try await store.append(events, under: claim).wait()
        }
        try await store.release(claim)
    }

    private func events(
        _ number: Int, in experiment: Experiment, _ start: Date, _ random: inout RandomSource
    ) throws -> [Event] {
        let assignment = try experiment.space.sample(using: &random)
        let loss = abs(log10(assignment["rate"]?.number ?? 1) + 2) + random.uniform()
        let outcome: Outcome =
            number % 9 == 0 ? .earlyStopped : number % 50 == 0 ? .failed("exit code 1") : .succeeded
        return [
            .started(number, Suggestion(assignment), at: start),
            .observed(number, Observation.all(["loss": loss, "accuracy": 1 / (1 + loss)], step: 1, at: start)),
            .ended(number, outcome, at: start.addingTimeInterval(2 + random.uniform())),
        ]
    }
}

/// Makes each chart once, the first one from nothing.
struct Measurement {
    private let id: Experiment.ID
    private let store: SQLiteStore
    private let experiment: Experiment
    private var view: ExperimentView

    init(of id: Experiment.ID, in store: SQLiteStore) async throws {
        guard let experiment = try await store.experiment(id), let summary = try await store.summary(of: id) else {
            throw AttuneError("the store has no experiment \(id)")
        }
        self.id = id
        self.store = store
        self.experiment = experiment
        view = ExperimentView(experiment, createdAt: summary.createdAt)
    }

    static func all(of id: Experiment.ID, in store: SQLiteStore) async throws {
        var measurement = try await Measurement(of: id, in: store)
        try await measurement.run()
    }

    private mutating func run() async throws {
        try await timed("numbers read") { measuring in
            guard let changes = try await measuring.store.trialChanges(of: measuring.id, cells: 0) else {
                return nil
            }
            measuring.view.take(changes.cells, upTo: changes.events)
            return nil
        }
        try await timed("history") { $0.view.json(of: $0.view.history()) }
        try await timed("timeline") { $0.view.timelineJSON() }
        try await timed("edf") { $0.view.distributionJSON() }
        try await timed("curves") { measuring in
            let trials = measuring.view.curveTrials()
            let series = try await measuring.store.series(of: trials.map { $0 + 1 }, of: measuring.id)
            return measuring.view.curvesJSON(trials, series, of: nil)
        }
        try await timed("table") { measuring in
            let found = try measuring.view.trials(for: TrialQuery(sort: "-value", states: [], filters: []))
            let rows = try await measuring.store.trials(found.prefix(100).map { $0 + 1 }, of: measuring.id)
            return .array(rows.map { $0.pageJSON(of: measuring.experiment) })
        }
        try await timed("texts read") { measuring in
            let events = measuring.view.events
            guard let changes = try await measuring.store.trialChanges(of: measuring.id, cells: events, texts: 0)
            else {
                return nil
            }
            try measuring.view.take(changes.texts, upTo: changes.events)
            return nil
        }
        try await timed("parallel") { $0.view.parallelJSON() }
        try await timed("slice") { try $0.view.sliceJSON(of: "rate") }
        try await timed("rank") { try $0.view.rankJSON("rate", "units") }
        try await timed("contour") { try $0.view.contourJSON("rate", "units") }
        try await timed("importance") { ImportanceComparison($0.view).pageJSON }
    }

    private mutating func timed(_ what: String, _ body: (inout Measurement) async throws -> JSON?) async throws {
        let start = ContinuousClock.now
        let json = try await body(&self)
        let milliseconds = (ContinuousClock.now - start) / .milliseconds(1)
        let size = json.map { "\($0.description.utf8.count / 1_024) KB" } ?? ""
        print("\(what)\t\(Int(milliseconds)) ms\t\(size)\t\(Measurement.residentMegabytes) MB resident")
    }

    private static var residentMegabytes: Int {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("VmRSS") } ?? ""
        return (line.split { !$0.isNumber }.first.flatMap { Int($0) } ?? 0) / 1_024
    }
}
