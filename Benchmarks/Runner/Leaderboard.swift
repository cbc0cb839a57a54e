import AttuneCore

/// Who did how well over all problems and seeds, best mean rank first.
///
/// It compares what each run found in the end; a run that was skipped or found nothing ranks last.
public struct Leaderboard: Sendable {
    public struct Line: Sendable, Hashable {
        public var algorithm: String
        public var runs: Int
        public var skipped: Int
        /// Over problems × seeds, from 1 for the best; over the blocks that have a result of anyone.
        public var meanRank: Double
        /// The median over its runs, and the ends of its 95 % bootstrap interval; nil where random search did not run.
        public var regret: Regret?
        /// Holm's adjusted probability that it does as well as the leader; nil for the leader.
        public var pValue: Double?
        /// Letters of the groups, by Nemenyi's test, whose members do not differ; empty without a group.
        public var groups: String

        public struct Regret: Sendable, Hashable {
            public var median, low, high: Double
        }
    }

    public private(set) var lines: [Line] = []
    /// How far apart mean ranks must be to differ; nil for fewer than two algorithms or blocks.
    public private(set) var criticalDifference: Double?
    /// Problems × seeds.
    public private(set) var blockCount = 0

    private static let baseline = "random"

    public init(_ outcome: Bench.Outcome) {
        let field = Field(outcome)
        guard !field.blocks.isEmpty else { return }
        blockCount = field.blocks.count
        let ranks = meanRanks(field.blocks)
        let critical = ranks.count > 1 && blockCount > 1 ? CriticalDifference(ranks, blocks: blockCount) : nil
        criticalDifference = critical?.difference
        let order = ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
        let pValues = field.pValues(against: order[0])
        lines = order.map { index in
            let name = field.algorithms[index]
            return Line(
                algorithm: name, runs: outcome.runs.count { $0.key.algorithm == name },
                skipped: outcome.skipped.count { $0.run.algorithm == name }, meanRank: ranks[index],
                regret: Leaderboard.summary(field.regrets(of: name, against: Leaderboard.baseline)),
                pValue: pValues[index], groups: Leaderboard.letters(of: index, in: critical?.groups ?? []))
        }
    }

    private static func summary(_ regrets: [Double]) -> Line.Regret? {
        guard !regrets.isEmpty else { return nil }
        var random = RandomSource(seed: stableHash("leaderboard"))
        let interval = bootstrapInterval(of: regrets, using: &random)
        return Line.Regret(median: median(regrets), low: interval.low, high: interval.high)
    }

    private static func letters(of index: Int, in groups: [[Int]]) -> String {
        String(zip("abcdefghijklmnopqrstuvwxyz", groups).filter { $0.1.contains(index) }.map(\.0))
    }
}

/// The runs arranged for comparing.
private struct Field {
    let algorithms: [String]
    /// By problem and seed, then by algorithm: small is better, infinite where there is no result.
    let blocks: [[Double]]
    private let runs: [RunResult.Key: RunResult]
    private let facts: [String: ProblemFacts]
    private let ideals: [String: Double]

    init(_ outcome: Bench.Outcome) {
        let keys = outcome.runs.map(\.key) + outcome.skipped.map(\.run)
        let algorithms = Set(keys.map(\.algorithm)).sorted()
        let runs = Dictionary(uniqueKeysWithValues: outcome.runs.map { ($0.key, $0) })
        let facts = Dictionary(uniqueKeysWithValues: outcome.problems.map { ($0.name, $0) })
        let seeds = Dictionary(grouping: outcome.runs, by: \.key.problem).mapValues { Set($0.map(\.key.seed)).sorted() }
        blocks = seeds.keys.sorted().flatMap { problem in
            (seeds[problem] ?? []).map { seed in
                algorithms.map { algorithm in
                    let best = runs[RunResult.Key(problem: problem, algorithm: algorithm, seed: seed)]?.best.last ?? .nan
                    return best.isNaN ? .infinity : facts[problem]?.prefersLarge == true ? -best : best
                }
            }
        }
        (self.algorithms, self.runs, self.facts) = (algorithms, runs, facts)
        ideals = facts.mapValues { $0.ideal ?? Field.bestKnown(of: $0, outcome.runs) }
    }

    private static func bestKnown(of problem: ProblemFacts, _ runs: [RunResult]) -> Double {
        let all = runs.lazy.filter { $0.key.problem == problem.name }.compactMap(\.best.last).filter { !$0.isNaN }
        return (problem.prefersLarge ? all.max() : all.min()) ?? .nan
    }

    /// Of every run of the algorithm on problems that the baseline ran on.
    func regrets(of algorithm: String, against baseline: String) -> [Double] {
        facts.keys.sorted().flatMap { problem -> [Double] in
            let rivals = runs(of: baseline, on: problem)
            guard !rivals.isEmpty, let ideal = ideals[problem] else { return [] }
            return runs(of: algorithm, on: problem).map { run in
                let count = run.best.count
                return normalizedRegret(
                    run.best.last ?? .nan, ideal: ideal, random: median(rivals.map { $0.best(after: count) }))
            }
        }
    }

    private func runs(of algorithm: String, on problem: String) -> [RunResult] {
        runs.values.filter { $0.key.algorithm == algorithm && $0.key.problem == problem }.sorted { $0.key < $1.key }
    }

    /// Wilcoxon's signed-rank tests of every algorithm against one, on ranks within blocks, since problems differ in scale.
    func pValues(against leader: Int) -> [Double?] {
        let ranked = blocks.map(ranks)
        let others = algorithms.indices.filter { $0 != leader }
        let adjusted = holmAdjusted(others.map { other in
            SignedRankTest(ranked.map { $0[leader] }, ranked.map { $0[other] }).pValue
        })
        var pValues = [Double?](repeating: nil, count: algorithms.count)
        for (other, pValue) in zip(others, adjusted) { pValues[other] = pValue }
        return pValues
    }
}

extension ProblemFacts {
    /// Larger is better: of one maximised metric, and of a hypervolume.
    var prefersLarge: Bool { isMultiObjective || direction == .maximize }
    /// What nothing can be better than; nil where unknown.
    var ideal: Double? { isMultiObjective ? frontHypervolume : optimum }
}

extension Leaderboard: CustomStringConvertible {
    /// A table for a terminal, columns in line.
    public var description: String {
        let head = ["algorithm", "mean rank", "", "regret", "95 %", "p", "runs", "skipped"]
        let rows = [head] + lines.map(cells)
        let widths = head.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let table = rows.map { row in
            row.enumerated().map { column, cell in
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                return column == 0 || column == 2 ? cell + padding : padding + cell
            }.joined(separator: "  ").trimmingTrailingSpace
        }
        return (table + [footnote]).joined(separator: "\n")
    }

    private func cells(_ line: Line) -> [String] {
        let interval = line.regret.map { "\($0.low.short)…\($0.high.short)" } ?? "–"
        return [
            line.algorithm, line.meanRank.rounded(toPlaces: 2), line.groups, line.regret?.median.short ?? "–", interval,
            line.pValue?.short ?? "", String(line.runs), String(line.skipped),
        ]
    }

    private var footnote: String {
        var text = "over \(blockCount) problems × seeds; regret: 0 is the optimum, 1 the median of random search"
        if let criticalDifference {
            text += "; a letter shared, or mean ranks within \(criticalDifference.rounded(toPlaces: 2)): no difference shown"
        }
        return text
    }
}

extension String {
    fileprivate var trimmingTrailingSpace: String {
        String(reversed().drop { $0 == " " }.reversed())
    }
}
