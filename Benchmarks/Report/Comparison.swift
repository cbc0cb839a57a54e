import AttuneBench
import AttuneCore

/// Algorithms against one another over problems.
///
/// A problem counts once, however many seeds it was run with: by the median over its seeds. Only problems count that every
/// ranked algorithm ran on; an algorithm that ran on fewer than half of the problems is not ranked.
struct Comparison: Sendable {
    let results: Results
    /// Numbers of evaluations at which to compare, ascending; the last is the largest there is.
    let budgets: [Int]
    /// Indices of the algorithms that are compared, best mean rank first.
    private(set) var ranked: [Int]
    /// Indices of the problems over which they are.
    let shared: [Int]
    /// By problem.
    let scales: [RegretScale]

    init(_ results: Results) {
        self.results = results
        let budget = results.budget
        budgets = Set([10, 4, 2, 1].map { max(1, budget / $0) }.filter { $0 <= budget }).sorted()
        let candidates = results.algorithms.indices.filter { algorithm in
            2 * results.problems.count { !$0.runs[algorithm].isEmpty } >= results.problems.count
        }
        shared = results.problems.indices.filter { problem in
            candidates.allSatisfy { !results.problems[problem].runs[$0].isEmpty }
        }
        scales = results.problems.map(RegretScale.init)
        ranked = candidates
        let ranks = Dictionary(uniqueKeysWithValues: zip(ranked, meanRanks(after: budget)))
        ranked.sort { (ranks[$0] ?? 0, $0) < (ranks[$1] ?? 0, $1) }
    }

    /// There is something to compare: two algorithms with a problem in common.
    var isPossible: Bool { ranked.count > 1 && !shared.isEmpty }

    /// Indices of algorithms that ran on too few problems to be ranked.
    var unranked: [Int] { results.algorithms.indices.filter { !ranked.contains($0) } }

    /// By place in `ranked`: the rank among them by median loss, averaged over shared problems.
    func meanRanks(after evaluations: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: ranked.count)
        for problem in shared {
            let losses = ranked.map { results.problems[problem].medianLoss(of: $0, after: evaluations) }
            for (place, rank) in AttuneBench.ranks(losses).enumerated() { sums[place] += rank }
        }
        return sums.map { $0 / Double(shared.count) }
    }

    /// By shared problem: the median over runs of normalised regret.
    func medianRegrets(of algorithm: Int, after evaluations: Int) -> [Double] {
        shared.map { median(results.problems[$0].regrets(of: algorithm, after: evaluations, on: scales[$0])) }
    }

    /// The median over shared problems of normalised regret, and its 95 % interval: by resampling problems, or runs where
    /// there is one problem.
    func regret(of algorithm: Int, after evaluations: Int) -> (median: Double, interval: ClosedRange<Double>?) {
        var regrets = medianRegrets(of: algorithm, after: evaluations)
        if let only = shared.first, shared.count == 1 {
            regrets = results.problems[only].regrets(of: algorithm, after: evaluations, on: scales[only])
        }
        return (median(regrets), medianInterval(regrets))
    }

    /// How soon runs on shared problems come within `target` of the ideal, in normalised regret: the share of runs that
    /// ever do, and the median of the evaluations that takes, nil where fewer than half of the runs do.
    func timeToTarget(_ target: Double, of algorithm: Int) -> (share: Double, evaluations: Double?) {
        let times = shared.flatMap { index in
            let problem = results.problems[index]
            return problem.runs[algorithm].map { run in
                evaluationsToTarget(run.best.map { scales[index].regret(ofLoss: problem.loss($0)) }, target, .minimize)
            }
        }
        guard !times.isEmpty else { return (0, nil) }
        let middle = median(times.map { $0.map(Double.init) ?? .infinity })
        return (Double(times.count { $0 != nil }) / Double(times.count), middle.isFinite ? middle : nil)
    }

    /// The median over shared problems of normalised regret, by evaluation; without a band, as how much problems differ says
    /// nothing of how sure the median is.
    func curve(of algorithm: Int) -> Curve {
        let most = 100
        let budget = results.budget
        let grid = Set((1...most).map { max(1, budget * $0 / most) }).sorted()
        let points = grid.map { evaluations in
            let middle = median(medianRegrets(of: algorithm, after: evaluations))
            return Curve.Point(x: Double(evaluations), low: middle, middle: middle, high: middle)
        }
        return Curve(algorithm: algorithm, name: results.algorithms[algorithm], points: points, runs: 1)
    }
}

/// One algorithm against another, over shared problems at the end.
struct Duel: Sendable, Hashable {
    var wins: Int
    var ties: Int
    var losses: Int
    /// That they do equally well, by a signed-rank test over problems; adjusted for the number of pairs.
    var probability: Double
    /// Where that test points.
    var favoursFirst: Bool
}

extension Duel {
    /// The same from the other's side.
    var reversed: Duel {
        Duel(wins: losses, ties: ties, losses: wins, probability: probability, favoursFirst: !favoursFirst)
    }
}

extension Comparison {
    /// By places in `ranked`: the row's algorithm against the column's; nil against itself.
    func duels() -> [[Duel?]] {
        let regrets = ranked.map { medianRegrets(of: $0, after: results.budget) }
        let pairs = ranked.indices.flatMap { a in ranked.indices.filter { $0 > a }.map { (a, $0) } }
        let tests = pairs.map { signedRank(regrets[$0], regrets[$1]) }
        let adjusted = holmAdjusted(tests.map(\.probability))
        var duels = [[Duel?]](repeating: Array(repeating: nil, count: ranked.count), count: ranked.count)
        for (index, (a, b)) in pairs.enumerated() {
            let wins = zip(regrets[a], regrets[b]).count { $0 < $1 }
            let losses = zip(regrets[a], regrets[b]).count { $0 > $1 }
            let ties = shared.count - wins - losses
            let duel = Duel(
                wins: wins, ties: ties, losses: losses, probability: adjusted[index],
                favoursFirst: tests[index].firstIsSmaller)
            duels[a][b] = duel
            duels[b][a] = duel.reversed
        }
        return duels
    }
}
