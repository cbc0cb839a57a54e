import AttuneCore

/// Who did how well over all problems and seeds, best mean rank first.
///
/// It compares what each run found in the end. Only algorithms that ran everywhere are ranked and tested, as one that skips
/// the hard problems could not be compared fairly; the others follow by their regret. A run that found nothing ranks last.
public struct Leaderboard: Sendable {
    public struct Line: Sendable, Hashable {
        public var algorithm: String
        public var runs: Int
        public var skipped: Int
        /// Over problems × seeds, from 1 for the best; nil where it did not run everywhere.
        public var meanRank: Double?
        /// The median over its runs, and the ends of its 95 % bootstrap interval; nil where random search did not run.
        public var regret: Regret?
        /// Holm's adjusted probability that it does as well as the leader; nil for the leader and those not ranked.
        public var pValue: Double?
        /// Letters of the groups, by Nemenyi's test, whose members do not differ; empty without a group.
        public var groups = ""

        public struct Regret: Sendable, Hashable {
            public var median, low, high: Double
        }
    }

    public private(set) var lines: [Line] = []
    /// Whether any of the ranked differs from the others; nil for fewer than two of them or two blocks.
    public private(set) var friedman: FriedmanTest?
    /// How far apart mean ranks must be to differ; nil for fewer than two ranked or two blocks.
    public private(set) var criticalDifference: Double?
    /// Problems × seeds with a result.
    public private(set) var blockCount = 0

    private static let baseline = "random"

    public init(_ outcome: Bench.Outcome) {
        let field = Field(outcome)
        guard !field.blocks.isEmpty else { return }
        blockCount = field.blocks.count
        let ranked = rank(field)
        let others = field.algorithms.filter { name in !ranked.contains { $0.algorithm == name } }
            .map { Line(algorithm: $0, runs: 0, skipped: 0) }
        lines = ranked + others
        for index in lines.indices {
            let name = lines[index].algorithm
            lines[index].runs = outcome.runs.count { $0.key.algorithm == name }
            lines[index].skipped = outcome.skipped.count { $0.run.algorithm == name }
            lines[index].regret = Leaderboard.summary(field.regrets(of: name, against: Leaderboard.baseline))
        }
        lines[ranked.count...].sort { precedes($0.regret?.median ?? .nan, $1.regret?.median ?? .nan) }
    }

    /// The lines of the algorithms that ran everywhere, from the best, with what the tests say of them.
    private mutating func rank(_ field: Field) -> [Line] {
        let blocks = field.completeBlocks
        let ranks = meanRanks(blocks)
        var critical: CriticalDifference?
        if ranks.count > 1, blocks.count > 1 {
            critical = CriticalDifference(ranks, blocks: blocks.count)
            friedman = FriedmanTest(blocks)
        }
        criticalDifference = critical?.difference
        let order = ranks.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
        let pValues = order.first.map { Leaderboard.pValues(blocks, against: $0) } ?? []
        return order.map { index in
            Line(
                algorithm: field.complete[index], runs: 0, skipped: 0, meanRank: ranks[index], pValue: pValues[index],
                groups: Leaderboard.letters(of: index, in: critical?.groups ?? []))
        }
    }

    /// Wilcoxon's signed-rank tests of everyone against one, on ranks within blocks, since problems differ in scale.
    private static func pValues(_ blocks: [[Double]], against leader: Int) -> [Double?] {
        let ranked = blocks.map(ranks)
        let everyone = blocks[0].indices
        let others = everyone.filter { $0 != leader }
        let adjusted = holmAdjusted(others.map { other in
            SignedRankTest(ranked.map { $0[leader] }, ranked.map { $0[other] }).pValue
        })
        let byIndex = Dictionary(uniqueKeysWithValues: zip(others, adjusted))
        return everyone.map { byIndex[$0] }
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
    /// Those of `algorithms` that have a run of every block.
    let complete: [String]
    /// Problem and seed of everything that anyone ran.
    let blocks: [Block]
    private let runs: [RunResult.Key: RunResult]
    private let facts: [String: ProblemFacts]
    private let ideals: [String: Double]

    struct Block: Hashable {
        let problem: String
        let seed: Int
    }

    init(_ outcome: Bench.Outcome) {
        let keys = outcome.runs.map(\.key) + outcome.skipped.map(\.run)
        let runs = Dictionary(uniqueKeysWithValues: outcome.runs.map { ($0.key, $0) })
        let blocks = Set(outcome.runs.map { Block(problem: $0.key.problem, seed: $0.key.seed) })
            .sorted { ($0.problem, $0.seed) < ($1.problem, $1.seed) }
        algorithms = Set(keys.map(\.algorithm)).sorted()
        complete = algorithms.filter { name in
            blocks.allSatisfy { runs[RunResult.Key(problem: $0.problem, algorithm: name, seed: $0.seed)] != nil }
        }
        facts = Dictionary(uniqueKeysWithValues: outcome.problems.map { ($0.name, $0) })
        ideals = facts.mapValues { $0.ideal ?? Field.bestKnown(of: $0, outcome.runs) }
        (self.runs, self.blocks) = (runs, blocks)
    }

    /// What the complete algorithms found, `[blocks][complete]`: small is better, infinite where they found nothing.
    var completeBlocks: [[Double]] {
        blocks.map { block in
            complete.map { name in
                let key = RunResult.Key(problem: block.problem, algorithm: name, seed: block.seed)
                let best = runs[key]?.best.last ?? .nan
                return best.isNaN ? .infinity : facts[block.problem]?.prefersLarge == true ? -best : best
            }
        }
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
            line.algorithm, line.meanRank?.rounded(toPlaces: 2) ?? "–", line.groups, line.regret?.median.short ?? "–", interval,
            line.pValue?.short ?? "", String(line.runs), String(line.skipped),
        ]
    }

    private var footnote: String {
        var text = "over \(blockCount) problems × seeds; ranked is who ran them all; regret: 0 is the optimum, 1 the median of random search"
        if let friedman, let criticalDifference {
            text += "; all alike with p = \(friedman.pValue.short) (Friedman); a letter shared, or mean ranks within \(criticalDifference.rounded(toPlaces: 2)): no difference shown (Nemenyi, 5 %)"
        }
        return text
    }
}

extension String {
    fileprivate var trimmingTrailingSpace: String {
        String(reversed().drop { $0 == " " }.reversed())
    }
}
