import AttuneCore
import AttuneProblems
import Foundation

/// How good the best value seen on learning curves is after so many full trainings' worth of resource, by family of
/// problems: 0 is the best value anywhere in the table, 1 the median configuration's final value, and nothing yet.
public struct TrainingRegret: Sendable, Hashable {
    public struct Row: Sendable, Hashable {
        public var family: String
        public var algorithm: String
        /// By position in `trainings`: the mean over problems of the mean over seeds, and its standard error over runs.
        public var means: [Double]
        public var errors: [Double]
        /// How many runs it is made of.
        public var runs: Int
    }

    public let trainings: [Int]
    public let rows: [Row]

    /// - Parameter trainings: the budgets to look at; those of 5, 10, 20, 50, 100 and so on up to `most`.
    public init(_ runs: [RunResult], _ problems: [ProblemFacts], upTo most: Int) {
        trainings = ([5, 10, 20, 50, 100, 200, 500].filter { $0 < most } + [most])
        let budgets = trainings
        let facts = Dictionary(uniqueKeysWithValues: problems.map { ($0.name, $0) })
        let measured = runs.filter { facts[$0.key.problem]?.curveScale != nil }
        let groups = Dictionary(grouping: measured) { run in
            Group(family: String(run.key.problem.prefix { $0 != "/" }), algorithm: run.key.algorithm)
        }
        rows = groups.map { group, runs in
            let regrets = budgets.map { budget in
                runs.compactMap { run in facts[run.key.problem]?.regret(of: run, after: budget) }
            }
            return Row(
                family: group.family, algorithm: group.algorithm, means: regrets.map(\.mean),
                errors: regrets.map(\.standardError), runs: runs.count)
        }.sorted { ($0.family, $0.means.last ?? 0, $0.algorithm) < ($1.family, $1.means.last ?? 0, $1.algorithm) }
    }

    /// A line for each family and algorithm.
    public var text: String {
        let header = ["family", "algorithm"] + trainings.map { "\($0)R" } + ["runs"]
        let lines = rows.map { row in
            [row.family, row.algorithm]
                + zip(row.means, row.errors).map { "\($0.threeDigits) ±\($1.threeDigits)" } + [String(row.runs)]
        }
        let table = [header] + lines
        let widths = header.indices.map { column in table.map { $0[column].count }.max() ?? 0 }
        return table.map { line in
            zip(line, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "  ")
        }.joined(separator: "\n")
    }

    private struct Group: Hashable {
        var family: String
        var algorithm: String
    }
}

extension ProblemFacts {
    fileprivate func regret(of run: RunResult, after trainings: Int) -> Double? {
        guard let curveScale, curveScale.best != curveScale.median else { return nil }
        let best = run.best(afterResource: Double(trainings * maxResource))
        guard best.isFinite else { return 1 }
        return min((best - curveScale.best) / (curveScale.median - curveScale.best), 1)
    }
}

extension Double {
    fileprivate var threeDigits: String { isFinite ? String(format: "%.3f", self) : "-" }
}

extension [Double] {
    fileprivate var mean: Double { reduce(0, +) / Double(count) }
    fileprivate var standardError: Double {
        guard count > 1 else { return .nan }
        let mean = self.mean
        let variance = reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(count - 1)
        return (variance / Double(count)).squareRoot()
    }
}
