import ArgumentParser
import AttuneAlgorithms
import AttuneBench
import AttuneBenchReport
import AttuneCore
import AttuneProblems
import AttuneTables
import Foundation

struct BenchCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "bench", abstract: "Compares algorithms offline on problems whose answers are known.",
        subcommands: [BenchListCommand.self, BenchRunCommand.self, BenchReportCommand.self])
}

/// Which problems there are: our own, and those of a data folder.
struct ProblemOptions: ParsableArguments {
    @Option(help: "Problems by name, with * and ?; several set apart by commas (default: all).")
    var problems = "*"

    @Option(help: "A folder of benchmark tables and surrogates (default: $ATTUNE_BENCH_DATA).", completion: .directory)
    var data: String?

    /// The problems wanted. Tables that are not wanted are not read.
    ///
    /// - Throws: `AttuneError` when nothing has such a name.
    func load() throws -> [BenchmarkProblem] {
        let glob = Glob(problems)
        let found =
            ProblemCatalogue.synthetic.filter { glob.matches($0.name) }
            + (try folder?.problems { glob.matches($0) } ?? [])
        guard !found.isEmpty else {
            throw AttuneError(
                "--problems: found \"\(problems)\"; no problem has such a name, attune bench list shows them\(dataHint)"
            )
        }
        return found
    }

    /// Names and summaries of the problems wanted, by name.
    func listing() throws -> [(name: String, summary: String)] {
        let glob = Glob(problems)
        let all =
            ProblemCatalogue.synthetic.map { ($0.name, $0.summary) }
            + (try folder?.listing().map { ($0.name, $0.summary) } ?? [])
        return all.filter { glob.matches($0.0) }.sorted { $0.0 < $1.0 }
    }

    private var folder: DataFolder? { DataFolder(option: data, environment: ProcessInfo.processInfo.environment) }
    private var dataHint: String { folder == nil ? "; tables need --data or ATTUNE_BENCH_DATA" : "" }
}

struct BenchListCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "list", abstract: "Lists problems and algorithms.")

    @OptionGroup var problemOptions: ProblemOptions
    @OptionGroup var format: FormatOptions

    func run() throws {
        let listing = try problemOptions.listing()
        if format.json {
            return Terminal.say(
                JSON.array(listing.map { ["name": .string($0.name), "summary": .string($0.summary)] }).pretty)
        }
        Terminal.say(TextTable(header: ["PROBLEM", "WHAT IT IS"], rows: listing.map { [$0.name, $0.summary] }).text)
        Terminal.say("\nalgorithms: \(AlgorithmCatalogue.complete.algorithms.map(\.name).joined(separator: ", "))")
    }
}

struct BenchRunCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Runs algorithms on problems; a run that was interrupted goes on where it was.",
        discussion: """
            Writes results.csv, problems.json, settings.json, skipped.csv and report.html to the folder. The same command \
            gives the same results.csv, byte for byte, on any number of cores, unless --measure-asks is given.
            """)

    @OptionGroup var problemOptions: ProblemOptions
    @Option(
        help: """
            Algorithms of Attune's, set apart by commas, each with settings where wanted, as asha:eta=4:sampler=tpe \
            (default: all; none where an entrant is given).
            """)
    var algorithms: String?
    @Option(help: "A program that answers the protocol of docs/optimize.md, as NAME=COMMAND; may be given often.")
    var entrant: [String] = []
    @Option(help: "Evaluations of each run.") var evaluations = 100
    @Option(
        help: """
            Resource of each run on problems with learning curves, in full trainings: trials may then rest and go on, and \
            the best value seen on any curve counts.
            """) var trainings: Int?
    @Option(help: "Runs at once (default: the number of cores).") var parallel: Int?
    @Option(help: "How many seeds, from 1.") var seeds = 5
    @Option(help: "The folder of the results.", completion: .directory) var out = "bench-results"
    @Option(help: "A simulated cluster: simulated-N is N workers on a virtual clock.") var workers = "simulated-1"
    @Flag(help: "Time every proposal; results.csv then differs from run to run.") var measureAsks = false
    @Flag(help: "Print nothing but errors.") var quiet = false

    func validate() throws {
        for (name, value) in [
            ("--evaluations", evaluations), ("--seeds", seeds), ("--trainings", trainings ?? 1),
            ("--parallel", parallel ?? 1),
        ]
        where value < 1 {
            throw ValidationError("\(name): found \(value); must be greater than 0")
        }
        guard let workerCount, workerCount > 0 else {
            throw ValidationError("--workers: found \"\(workers)\"; write simulated-N, such as simulated-8")
        }
    }

    func run() async throws {
        let folder = URL(filePath: out, directoryHint: .isDirectory)
        let bench = try Bench(
            problems: try problemOptions.load(), contestants: try contestants(),
            settings: Bench.Settings(
                evaluations: evaluations, trainings: trainings, seeds: Array(1...seeds),
                cluster: SimulatedCluster.Settings(workers: workerCount ?? 1)),
            command: BenchRunCommand.typed)
        let clock = ContinuousClock()
        let start = clock.now
        let elapsed: @Sendable () -> Double = { (clock.now - start).seconds }
        let showsProgress = !quiet
        let measuresAsks = measureAsks
        let cores = parallel ?? ProcessInfo.processInfo.activeProcessorCount
        let interrupts = Interrupts()
        let running = Task {
            try await bench.run(
                in: folder, onCores: cores,
                progress: { if showsProgress { BenchRunCommand.show($0) } }, stopwatch: measuresAsks ? elapsed : nil)
        }
        let interrupting = Task {
            await interrupts.first()
            running.cancel()
        }
        defer { interrupting.cancel() }
        do {
            let outcome = try await running.value
            try finish(outcome, in: folder)
        } catch is CancellationError {
            Terminal.complain("\ninterrupted; the same command goes on from here")
            throw ExitCode.interrupted
        }
    }

    /// What the user typed, quoted for a shell where it must be.
    private static var typed: String {
        let words = CommandLine.arguments.dropFirst().map { word in
            word.contains { !($0.isLetter || $0.isNumber || "-_./,=:".contains($0)) }
                ? "'" + word.replacing("'", with: "'\\''") + "'" : word
        }
        return (["attune"] + words).joined(separator: " ")
    }

    private var workerCount: Int? { workers.hasPrefix("simulated-") ? Int(workers.dropFirst("simulated-".count)) : nil }

    private func contestants() throws -> [Contestant] {
        let catalogue = AlgorithmCatalogue.complete
        let names =
            algorithms?.split(separator: ",").map(String.init)
            ?? (entrant.isEmpty ? catalogue.algorithms.map(\.name) : [])
        let specs = try names.map { try AlgorithmSpec(option: $0, in: catalogue) }
        return try zip(names, specs).map { .attune($1, named: $0, catalogue: catalogue) }
            + entrant.map { try .program($0) }
    }

    private static func show(_ progress: Bench.Progress) {
        let key = progress.run
        let line = "\(progress.finished)/\(progress.total)  \(key.problem)  \(key.algorithm)  seed \(key.seed)"
        if isatty(STDERR_FILENO) == 1 {
            Terminal.write("\r\u{1B}[2K" + line.prefix(Terminal.width - 1), to: STDERR_FILENO)
        } else if progress.finished == progress.total || progress.finished.isMultiple(of: max(1, progress.total / 20)) {
            Terminal.complain(line)
        }
    }

    private func finish(_ outcome: Bench.Outcome, in folder: URL) throws {
        let report = try BenchReport(folder: folder)
        let page = folder.appending(path: "report.html")
        try Data(report.html.utf8).write(to: page, options: .atomic)
        guard !quiet else { return }
        if isatty(STDERR_FILENO) == 1 { Terminal.write("\r\u{1B}[2K", to: STDERR_FILENO) }
        Terminal.say(report.text + "\n\(page.path(percentEncoded: false))")
        guard let trainings else { return }
        let regret = TrainingRegret(outcome.runs, outcome.problems, upTo: trainings)
        guard !regret.rows.isEmpty else { return }
        Terminal.say("mean normalised regret of the best value seen, after so many full trainings (R)\n" + regret.text)
    }
}

extension AlgorithmSpec {
    /// Reads `name` or `name:setting=value:setting=value`.
    fileprivate init(option: String, in catalogue: AlgorithmCatalogue) throws {
        let parts = option.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let settings = try parts.dropFirst().map { part -> Setting in
            guard let sign = part.firstIndex(of: "=") else {
                throw AttuneError("--algorithms: found \"\(option)\"; write settings as name:setting=value")
            }
            return Setting(String(part[..<sign]), String(part[part.index(after: sign)...]))
        }
        self.init(parts[0], settings)
        if let problem = catalogue.problems(ofAlgorithm: self).first {
            throw AttuneError("--algorithms: found \"\(option)\"; \(problem.remedy)")
        }
    }
}

struct BenchReportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "report", abstract: "Writes the report of a folder of results, and prints the leaderboard.")

    @Argument(help: "The folder of the results.", completion: .directory) var folder: String

    func run() throws {
        let folder = URL(filePath: folder, directoryHint: .isDirectory)
        let report = try BenchReport(folder: folder)
        let page = folder.appending(path: "report.html")
        try Data(report.html.utf8).write(to: page, options: .atomic)
        Terminal.say(report.text + "\n\(page.path(percentEncoded: false))")
    }
}
