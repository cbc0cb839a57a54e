import AttuneCore
import AttuneProblems

/// Random configurations with their learning curves, as TaskSet (Metz et al. 2020) and LCBench (Zimmer et al. 2021).
///
/// Columns `config`, a number; the parameters, or in their place another table in the same folder of `config` and
/// parameters; the curve, `METRIC_1`, `METRIC_2`, …, where one from 0 begins with what was measured before training, which
/// costs nothing and is left out; and after it, if any, a test metric `test_…_final`, which is reported, and `time_…_s`,
/// the seconds of a whole training. What diverged is as bad as the table's worst value.
struct CurveTable: TableFormat {
    private let file: DataFile
    private let curve: CurveColumns
    private let parameterFile: DataFile
    private let parameterColumns: [String]
    private let testColumn: String?
    private let timeColumn: String?

    init?(_ file: DataFile, columns: [String]) throws(AttuneError) {
        guard columns.first == "config", let curve = CurveColumns(columns) else { return nil }
        self.file = file
        self.curve = curve
        let others = columns[(curve.positions.upperBound)...]
        testColumn = others.first { $0.hasPrefix("test_") && $0.hasSuffix("_final") }
        timeColumn = others.first { $0.hasPrefix("time_") && $0.hasSuffix("_s") }
        let inline = Array(columns[1..<curve.positions.lowerBound])
        guard inline.isEmpty else {
            (parameterFile, parameterColumns) = (file, inline)
            return
        }
        guard let beside = try CurveTable.parameters(beside: file) else {
            throw file.problem("has curves without parameters; put a table of config and parameters beside it")
        }
        (parameterFile, parameterColumns) = beside
    }

    var problems: [ListedProblem] {
        let name = "\(file.folder)/\(file.stem)"
        let summary =
            "\(curve.names.count) steps of \(curve.metric), learning curves of the nearest of the configurations"
            + " tried (as TaskSet, Metz et al. 2020, and LCBench, Zimmer et al. 2021)"
        return [
            ListedProblem(name: name, summary: summary, file: file) { () throws(AttuneError) in
                try problem(name: name, summary: summary)
            }
        ]
    }

    /// The first table of the folder that has configurations and no curves.
    private static func parameters(beside file: DataFile) throws(AttuneError) -> (DataFile, [String])? {
        for sibling in file.siblings(ending: ".csv.gz") {
            let columns = CSVTable.names(in: try sibling.firstLine())
            if columns.first == "config", columns.count > 1, CurveColumns(columns) == nil {
                return (sibling, Array(columns.dropFirst()))
            }
        }
        return nil
    }

    private func problem(name: String, summary: String) throws(AttuneError) -> BenchmarkProblem {
        let extra = [testColumn, timeColumn].compactMap { $0 }
        let inline = parameterFile == file ? parameterColumns : []
        let table = try CSVTable(file, columns: ["config"] + inline + curve.names + extra)
        let parameters = inline.isEmpty ? try CSVTable(parameterFile, columns: ["config"] + parameterColumns) : table
        let tried = try TriedConfigurations(parameters, names: parameterColumns)
        let rows = try CurveTable.rows(of: table, for: parameters)
        let results = try CurveResults(table, curve, test: testColumn, time: timeColumn)
        let space = try SearchSpace(checked: tried.parameters, of: parameterFile)
        let best = tried.best(curve.direction, of: rows.map(results.final(ofRow:)), in: space)
        var problem = BenchmarkProblem(
            name: name, summary: summary, space: space, metrics: [.init(curve.metric, curve.direction)],
            optimum: best.map { results.final(ofRow: rows[$0.row]) }, optimizers: best.map { [$0.at] } ?? [],
            maxResource: curve.names.count
        ) { results.evaluation(ofRow: rows[tried.nearest(to: $0)]) }
        problem.pool = tried.pool(in: space)
        problem.curveScale = results.scale(ofRows: rows, curve.direction)
        guard testColumn != nil else { return problem }
        problem.reportedValue = { results.test(ofRow: rows[tried.nearest(to: $0)]) }
        return problem
    }

    /// For each row of parameters the row of results with the same `config`.
    private static func rows(of table: CSVTable, for parameters: CSVTable) throws(AttuneError) -> [Int] {
        var rows: [Double: Int] = [:]
        for (row, config) in table["config"].enumerated() where rows.updateValue(row, forKey: config) != nil {
            throw table.problem(row, "config: \(config.text) has a line already")
        }
        var found: [Int] = []
        for (row, config) in parameters["config"].enumerated() {
            guard let result = rows[config] else {
                throw parameters.problem(row, "config: \(config.text) has no curve in \(table.file.path)")
            }
            found.append(result)
        }
        return found
    }
}

/// The columns of a table that are a learning curve: three or more whose names end in ascending numbers.
private struct CurveColumns: Sendable {
    let metric: String
    /// Those after some training.
    let names: [String]
    /// All of them.
    let positions: Range<Int>

    var direction: Objective.Direction { Objective.Direction(ofMetric: metric) }

    /// The longest curve among the columns; nil when there is none.
    init?(_ columns: [String]) {
        let steps = columns.map(CurveColumns.step)
        var longest = 0..<0
        var start = 0
        for position in columns.indices {
            let follows =
                position > 0 && steps[position] != nil && steps[position]?.prefix == steps[position - 1]?.prefix
                && steps[position]?.number == steps[position - 1].map { $0.number + 1 }
            if !follows { start = position }
            if steps[position] != nil, position + 1 - start > longest.count { longest = start..<position + 1 }
        }
        guard longest.count >= 3, let metric = steps[longest.lowerBound]?.prefix else { return nil }
        self.metric = metric
        positions = longest
        let beginsUntrained = steps[longest.lowerBound]?.number == 0
        names = Array(columns[longest].dropFirst(beginsUntrained ? 1 : 0))
    }

    /// `valid_loss_12` is step 12 of `valid_loss`.
    private static func step(_ name: String) -> (prefix: String, number: Int)? {
        guard let underscore = name.lastIndex(of: "_"), let number = Int(name[name.index(after: underscore)...]) else {
            return nil
        }
        return (String(name[..<underscore]), number)
    }
}

/// What training each configuration of a table gave.
private struct CurveResults: Sendable {
    private let steps: Int
    /// `[rows, steps]`, without missing values.
    private let values: [Double]
    private let tests: [Double]
    private let seconds: [Double]

    init(_ table: CSVTable, _ curve: CurveColumns, test: String?, time: String?) throws(AttuneError) {
        let columns = curve.names.map { table[$0] }
        guard let worst = curve.direction.worst(of: columns.joined()) else { throw table.file.problem("has no result") }
        steps = columns.count
        values = (0..<table.rowCount).flatMap { row in columns.map { $0[row].isFinite ? $0[row] : worst } }
        tests = test.map { test in CurveResults.filled(table[test], Objective.Direction(ofMetric: test)) } ?? []
        seconds = time.map { CurveResults.filled(table[$0], .minimize) } ?? []
    }

    private static func filled(_ values: [Double], _ direction: Objective.Direction) -> [Double] {
        let worst = direction.worst(of: values) ?? .nan
        return values.map { $0.isFinite ? $0 : worst }
    }

    func final(ofRow row: Int) -> Double { values[(row + 1) * steps - 1] }
    func test(ofRow row: Int) -> Double { tests[row] }

    func scale(ofRows rows: [Int], _ direction: Objective.Direction) -> CurveScale? {
        let finals = rows.map(final(ofRow:)).sorted()
        let best = direction == .minimize ? values.min() : values.max()
        guard let best, !finals.isEmpty else { return nil }
        let middle = finals.count / 2
        let median = finals.count.isMultiple(of: 2) ? (finals[middle - 1] + finals[middle]) / 2 : finals[middle]
        return CurveScale(best: best, median: median)
    }

    /// A table without times takes a second for each step.
    func evaluation(ofRow row: Int) -> Evaluation {
        let curve = Array(values[row * steps..<(row + 1) * steps])
        return Evaluation([curve[steps - 1]], curve: curve, seconds: seconds.isEmpty ? Double(steps) : seconds[row])
    }
}
