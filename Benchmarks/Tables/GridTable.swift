import AttuneCore
import AttuneProblems

/// Every configuration of a grid with the results of several seeds, as FCNet (Klein & Hutter 2019) and HPOBench
/// (Eggensperger et al. 2021) have them.
///
/// Beside it lies `space.json`: `params`, the values of each parameter, and `objective`, which begins with `minimize` or
/// `maximize`. The table has columns `s0`, `s1`, … for the seeds and either `idx`, one digit per parameter, or a column
/// `PARAMETER_i` for each: positions in the lists of values. An optimizer sees the mean over the seeds.
struct GridTable: TableFormat {
    private let file: DataFile
    private let grid: ValueGrid
    private let objective: String
    private let direction: Objective.Direction
    private let indexColumns: [String]
    private let seedColumns: [String]

    init?(_ file: DataFile, columns: [String]) throws(AttuneError) {
        seedColumns = columns.filter { $0.first == "s" && Int($0.dropFirst()) != nil }
        let indices = columns.filter { $0 == "idx" || $0.hasSuffix("_i") }
        guard !seedColumns.isEmpty, !indices.isEmpty, seedColumns.count + indices.count == columns.count else {
            return nil
        }
        let description = file.sibling("space.json")
        guard description.exists else { throw file.problem("is a table of a grid; put its space.json beside it") }
        let json = try description.json()
        grid = try ValueGrid(json["params"], of: description)
        let objective = json["objective"]?.string ?? ""
        guard let direction = Objective.Direction.allCases.first(where: { objective.hasPrefix($0.rawValue) }) else {
            throw description.problem("objective: found \"\(objective)\"; begin with minimize or maximize")
        }
        self.objective = objective
        self.direction = direction
        self.file = file
        indexColumns = indices == ["idx"] ? indices : grid.names.map { $0 + "_i" }
    }

    var problems: [ListedProblem] {
        let summary =
            "All \(grid.count) configurations of a grid, trained with \(seedColumns.count) seeds: \(objective)"
        let name = "\(file.folder)/\(file.stem)"
        return [
            ListedProblem(name: name, summary: summary, file: file) { () throws(AttuneError) in
                try problem(name: name, summary: summary)
            }
        ]
    }

    private func problem(name: String, summary: String) throws(AttuneError) -> BenchmarkProblem {
        let table = try CSVTable(file, columns: indexColumns + seedColumns)
        let values = try valuesByConfiguration(table)
        let space = try SearchSpace(checked: grid.parameters, of: file)
        let finite = values.indices.filter { values[$0].isFinite }
        guard let best = finite.min(by: { direction == .minimize ? values[$0] < values[$1] : values[$0] > values[$1] })
        else { throw file.problem("has no result") }
        let grid = grid
        return BenchmarkProblem(
            name: name, summary: summary, space: space, metrics: [.init("value", direction)], optimum: values[best],
            optimizers: [try assignment(number: best, in: space)]
        ) { Evaluation([values[grid.index(of: $0)]]) }
    }

    /// The mean result of each configuration of the grid; the worst mean where a listed one has no number, and not a
    /// number where none is listed: trying it fails.
    private func valuesByConfiguration(_ table: CSVTable) throws(AttuneError) -> [Double] {
        let means = rowMeans(of: seedColumns.map { table[$0] })
        let worst = direction.worst(of: means) ?? .nan
        let indices = indexColumns.map { table[$0] }
        var values = [Double](repeating: .nan, count: grid.count)
        var isListed = [Bool](repeating: false, count: grid.count)
        for row in 0..<table.rowCount {
            let digits =
                indexColumns == ["idx"]
                ? DigitIndex.digits(indices[0][row], count: grid.names.count)
                : indices.map { Int(exactly: $0[row]) ?? -1 }
            guard let index = digits.flatMap(grid.index(of:)) else {
                throw table.problem(
                    row, "\(indexColumns.joined(separator: ", ")): is no position in the lists of space.json")
            }
            guard !isListed[index] else { throw table.problem(row, "this configuration has a line already") }
            isListed[index] = true
            values[index] = means[row].isFinite ? means[row] : worst
        }
        return values
    }

    private func assignment(number index: Int, in space: SearchSpace) throws(AttuneError) -> Assignment {
        do { return try space.assignment(reading: grid.texts(number: index)) } catch { throw file.problem("\(error)") }
    }
}
