import AttuneCore
import AttuneProblems
import Foundation

/// Contestants × problems × seeds, and the folder that keeps their results.
///
/// The files are the same, byte for byte, however many cores were used and however often it was interrupted, unless the
/// entrants are timed.
public struct Bench: Sendable {
    public struct Settings: Sendable, Hashable {
        /// How many evaluations each run finishes, unless the entrant has nothing more to try.
        public var evaluations: Int
        /// How much resource each run spends on problems with learning curves, in full trainings; results are then the
        /// best values seen anywhere on a curve. Nil to count evaluations only.
        public var trainings: Int?
        /// Each as often as it is wanted: in ascending order, none twice.
        public var seeds: [Int]
        public var cluster: SimulatedCluster.Settings

        public init(
            evaluations: Int, trainings: Int? = nil, seeds: [Int],
            cluster: SimulatedCluster.Settings = SimulatedCluster.Settings()
        ) {
            precondition(evaluations > 0 && trainings ?? 1 > 0, "a run has at least one evaluation")
            self.trainings = trainings
            self.evaluations = evaluations
            self.seeds = Set(seeds).sorted()
            self.cluster = cluster
        }
    }

    /// How far it has come, told after every run.
    public struct Progress: Sendable, Hashable {
        public var finished: Int
        public var total: Int
        /// The run that has just ended.
        public var run: RunResult.Key
        /// Whether it was there already.
        public var wasKept: Bool
    }

    /// What the folder now says.
    public struct Outcome: Sendable {
        /// By problem, algorithm and seed.
        public var runs: [RunResult]
        public var skipped: [SkippedRun]
        public var problems: [ProblemFacts]

        public init(runs: [RunResult], skipped: [SkippedRun], problems: [ProblemFacts]) {
            self.runs = runs
            self.skipped = skipped
            self.problems = problems
        }
    }

    public let problems: [BenchmarkProblem]
    public let contestants: [Contestant]
    public let settings: Settings
    /// What somebody else would type to get the same results; nil where it was no command.
    public let command: String?

    /// - Throws: `AttuneError` when two problems or two contestants have one name.
    public init(problems: [BenchmarkProblem], contestants: [Contestant], settings: Settings, command: String? = nil)
        throws
    {
        for names in [problems.map(\.name), contestants.map(\.name)] {
            if let twice = Dictionary(grouping: names, by: \.self).filter({ $0.value.count > 1 }).keys.min() {
                throw AttuneError("\(twice) is there twice; names must be unique")
            }
        }
        self.problems = problems.sorted { $0.name < $1.name }
        self.contestants = contestants.sorted { $0.name < $1.name }
        self.settings = settings
        self.command = command
    }

    /// Does every run that the folder lacks, and writes `results.csv`, `skipped.csv`, `problems.json` and `settings.json`.
    ///
    /// A run that cannot be done is skipped and its reason recorded; the others go on. Cancelling keeps the runs that are
    /// finished, and the next call goes on from there.
    ///
    /// - Parameters:
    ///   - folder: created where it is missing.
    ///   - cores: how many runs go on at once; at least 1.
    ///   - progress: called after each run, one call at a time.
    ///   - stopwatch: seconds on a clock that never goes back, to time the entrants with; nil not to time them.
    public func run(
        in folder: URL, onCores cores: Int, progress: @Sendable (Progress) -> Void = { _ in },
        stopwatch: (@Sendable () -> Double)? = nil
    ) async throws -> Outcome {
        precondition(cores > 0, "something must run")
        let runs = folder.appending(path: "runs", directoryHint: .isDirectory)
        try FileManager.default.createDirectory(at: runs, withIntermediateDirectories: true)
        try write(settingsJSON, to: folder.appending(path: "settings.json"))
        try write(.array(problems.map { ProblemFacts($0).json }), to: folder.appending(path: "problems.json"))
        let skipped = try await runAll(entries(in: runs, isTimed: stopwatch != nil), cores, stopwatch, progress)
        return try collect(entries(in: runs, isTimed: stopwatch != nil), skipped: skipped, in: folder)
    }

    // MARK: Running

    /// A run to be done and the file that will show it.
    private struct Entry: Sendable {
        let contestant: Contestant
        let problem: BenchmarkProblem
        let seed: Int
        let file: RunFile

        var key: RunResult.Key { RunResult.Key(problem: problem.name, algorithm: contestant.name, seed: seed) }
    }

    /// Every run, by problem, algorithm and seed: the order of `results.csv`.
    private func entries(in runs: URL, isTimed: Bool) -> [Entry] {
        problems.flatMap { problem in
            contestants.flatMap { contestant in
                let hash = stableHash(contestant.details, problem.identity, settings.identity, String(isTimed))
                return settings.seeds.map { seed in
                    let file = RunFile(
                        in: runs, problem: problem.name, algorithm: contestant.name, seed: seed, settings: hash)
                    return Entry(contestant: contestant, problem: problem, seed: seed, file: file)
                }
            }
        }
    }

    private func runAll(
        _ entries: [Entry], _ cores: Int, _ stopwatch: (@Sendable () -> Double)?,
        _ progress: @Sendable (Progress) -> Void
    ) async throws -> [SkippedRun] {
        var skipped: [SkippedRun] = []
        var finished = 0
        func take(_ ended: EndedRun) {
            finished += 1
            if let reason = ended.skipped { skipped.append(SkippedRun(run: ended.key, reason: reason)) }
            progress(Progress(finished: finished, total: entries.count, run: ended.key, wasKept: ended.wasKept))
        }
        try await withThrowingTaskGroup(of: EndedRun.self) { group in
            for (index, entry) in entries.enumerated() {
                if index >= cores, let ended = try await group.next() { take(ended) }
                group.addTask { try await finish(entry, stopwatch) }
            }
            while let ended = try await group.next() { take(ended) }
        }
        return skipped.sorted { $0.run < $1.run }
    }

    private struct EndedRun: Sendable {
        var key: RunResult.Key
        var wasKept = false
        var skipped: String?
    }

    private func finish(_ entry: Entry, _ stopwatch: (@Sendable () -> Double)?) async throws -> EndedRun {
        if try entry.file.lines() != nil { return EndedRun(key: entry.key, wasKept: true) }
        var run = Run(
            entry.contestant, on: entry.problem, seed: entry.seed, evaluations: settings.evaluations,
            trainings: settings.trainings, cluster: settings.cluster, stopwatch: stopwatch)
        let rows: [ResultRow]
        do {
            rows = try await run.rows()
        } catch let cancellation as CancellationError {
            throw cancellation
        } catch {
            // One entrant that refuses or breaks must not cost the others their results: the reason goes to skipped.csv.
            return EndedRun(key: entry.key, skipped: String(describing: error))
        }
        try entry.file.write(rows)
        return EndedRun(key: entry.key)
    }

    // MARK: Results

    private func collect(_ entries: [Entry], skipped: [SkippedRun], in folder: URL) throws -> Outcome {
        let missing = Set(skipped.map(\.run))
        var runs: [RunResult] = []
        try writeLines(to: folder.appending(path: "results.csv")) { write in
            for entry in entries where !missing.contains(entry.key) {
                guard let lines = try entry.file.lines() else {
                    throw AttuneError("\(entry.file.url.path) has disappeared")
                }
                try write(lines)
                runs.append(try RunResult(entry.key, lines: lines))
            }
        }
        try Data(SkippedRun.csv(skipped).utf8).write(to: folder.appending(path: "skipped.csv"), options: .atomic)
        return Outcome(runs: runs, skipped: skipped, problems: problems.map { ProblemFacts($0) })
    }

    /// Writes results piece by piece, since they may be larger than memory, to a file that appears when it is complete.
    private func writeLines(to url: URL, _ pieces: ((Substring) throws -> Void) throws -> Void) throws {
        let partial = url.appendingPathExtension("partial")
        try Data((ResultRow.header + "\n").utf8).write(to: partial)
        let file = try FileHandle(forWritingTo: partial)
        try file.seekToEnd()
        try pieces { try file.write(contentsOf: Data($0.utf8)) }
        try file.close()
        guard rename(partial.path, url.path) == 0 else {
            throw AttuneError("cannot write \(url.path): \(String(cString: strerror(errno)))")
        }
    }

    private func write(_ json: JSON, to url: URL) throws {
        try Data((json.pretty + "\n").utf8).write(to: url, options: .atomic)
    }

    private var settingsJSON: JSON {
        [
            "command": command.map { .string($0) } ?? .null, "evaluations": .number(settings.evaluations),
            "trainings": settings.trainings.map { .number($0) } ?? .null,
            "seeds": .array(settings.seeds.map { .number($0) }),
            "cluster": settings.cluster.json,
            "algorithms": .object(JSON.Fields(contestants.map { ($0.name, .string($0.details)) })),
            "problems": .array(problems.map { .string($0.name) }),
        ]
    }
}

extension Bench.Settings {
    /// All that decides one run, whatever other seeds there are.
    var identity: String {
        "rules 2, \(evaluations) evaluations, " + (trainings.map { "\($0) trainings, " } ?? "") + "\(cluster.json)"
    }
}

extension SimulatedCluster.Settings {
    var json: JSON {
        [
            "workers": .number(workers), "stragglerShare": .number(stragglerShare),
            "stragglerFactor": .number(stragglerFactor), "failureShare": .number(failureShare),
        ]
    }
}

extension BenchmarkProblem {
    /// What tells a problem from others of its name, as far as can be seen without evaluating it.
    var identity: String {
        let parameters = space.parameters.map { "\($0.name): \($0.domain)" }.joined(separator: "; ")
        let numbers = [optimum.map { [$0] } ?? [], referencePoint ?? [], noise].map {
            $0.map(\.text).joined(separator: " ")
        }
        return [summary, parameters, "\(maxResource)", numbers.joined(separator: "; ")].joined(separator: "\n")
    }
}

extension ProblemFacts {
    public init(_ problem: BenchmarkProblem) {
        self.init(
            name: problem.name, summary: problem.summary, direction: problem.metrics[0].direction,
            isMultiObjective: problem.metrics.count > 1,
            // The optimum is of what is optimised, which is not what is reported where there are tests.
            optimum: problem.reportedValue == nil ? problem.optimum : nil, frontHypervolume: problem.frontHypervolume,
            maxResource: problem.maxResource, curveScale: problem.curveScale)
    }
}
