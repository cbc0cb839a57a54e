import AttuneCore
import AttuneProblems

/// NAS-Bench-201 (Dong & Yang, ICLR 2020): accuracies of all 15,625 cells of six edges with five operations each.
///
/// Columns `ops`, one digit per edge, and `[DATASET_]{val,test}_acc_eEPOCHS[_sSEED|_mean]`, percent. Each data set is a
/// problem: its name where the columns have one, else the file's. An optimizer sees the validation accuracy after the
/// longest training, of one of its seeds, drawn at each evaluation; reported is the mean accuracy on test data.
struct CellTable: TableFormat {
    private static let edges = ["edge_0_1", "edge_0_2", "edge_1_2", "edge_0_3", "edge_1_3", "edge_2_3"]
    private static let operations = ["none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3"]

    private let file: DataFile
    private let accuracies: [AccuracyColumn]

    init?(_ file: DataFile, columns: [String]) {
        accuracies = columns.compactMap(AccuracyColumn.init)
        guard columns.contains("ops"), accuracies.contains(where: { !$0.isTest }) else { return nil }
        self.file = file
    }

    var problems: [ListedProblem] {
        let dataSets = Set(accuracies.filter { !$0.isTest }.map(\.dataSet))
        return dataSets.map { dataSet in
            let name = "nasbench201/" + (dataSet ?? file.stem)
            let summary =
                "NAS-Bench-201 cells, all 15,625 trained (Dong & Yang, ICLR 2020); validation accuracy in percent"
            let columns = accuracies.filter { $0.dataSet == dataSet }
            return ListedProblem(name: name, summary: summary, file: file) { [file] () throws(AttuneError) in
                try CellTable.problem(name: name, summary: summary, file: file, accuracies: columns)
            }
        }
    }

    private static func problem(
        name: String, summary: String, file: DataFile, accuracies: [AccuracyColumn]
    ) throws(AttuneError) -> BenchmarkProblem {
        let table = try CSVTable(file, columns: ["ops"] + accuracies.map(\.name))
        let rows = try rowsByCell(table)
        let schedule = Schedule(table, accuracies.filter { !$0.isTest })
        let test = Schedule(table, accuracies.filter(\.isTest)).final
        guard
            let best = schedule.final.indices.filter({ schedule.final[$0].isFinite })
                .max(by: { schedule.final[$0] < schedule.final[$1] })
        else { throw file.problem("has no validation accuracy") }
        let space = try SearchSpace(checked: edges.map { ParameterSpec($0, .categorical(operations)) }, of: file)
        var problem = BenchmarkProblem(
            name: name, summary: summary, space: space, metrics: [.init("val_acc", .maximize)],
            optimum: schedule.final[best], optimizers: [assignment(in: space, ops: table["ops"][best])],
            maxResource: schedule.maxResource
        ) { assignment in
            guard let row = rows[cell(of: assignment)] else { return Evaluation([.nan], seconds: schedule.seconds) }
            return Evaluation([schedule.final[row]], curve: schedule.curve(ofRow: row), seconds: schedule.seconds)
        }
        problem.measured = { assignment, random in
            guard let row = rows[cell(of: assignment)] else { return .nan }
            return schedule.measurement(ofRow: row, using: &random)
        }
        guard !test.isEmpty else { return problem }
        problem.reportedValue = { assignment in rows[cell(of: assignment)].map { test[$0] } ?? .nan }
        return problem
    }

    /// For each cell, its operations read as a number to base 5, the row that tells of it; nil where none does.
    private static func rowsByCell(_ table: CSVTable) throws(AttuneError) -> [Int?] {
        var rows = [Int?](repeating: nil, count: 15_625)
        for (row, ops) in table["ops"].enumerated() {
            guard let digits = DigitIndex.digits(ops, count: edges.count), digits.allSatisfy({ $0 < operations.count })
            else {
                throw table.problem(row, "ops: found \(ops.text); give six digits from 0 to 4")
            }
            let cell = digits.reduce(0) { $0 * operations.count + $1 }
            guard rows[cell] == nil else { throw table.problem(row, "ops: this cell has a line already") }
            rows[cell] = row
        }
        return rows
    }

    private static func cell(of assignment: Assignment) -> Int {
        edges.reduce(0) { cell, edge in
            guard let index = operations.firstIndex(of: assignment[edge]?.description ?? "") else {
                preconditionFailure("\(edge) of \(assignment) is no operation of this problem's space")
            }
            return cell * operations.count + index
        }
    }

    private static func assignment(in space: SearchSpace, ops: Double) -> Assignment {
        let digits = DigitIndex.digits(ops, count: edges.count) ?? []
        return space.assignment(at: digits.map { (Double($0) + 0.5) / Double(operations.count) })
    }
}

/// The name of a column of accuracies, taken apart.
private struct AccuracyColumn: Sendable {
    let name: String
    /// Nil when the column does not say.
    let dataSet: String?
    let isTest: Bool
    let epochs: Int
    let isMean: Bool

    init?(_ name: String) {
        let words = name.split(separator: "_").map(String.init)
        guard let start = words.indices.first(where: { ["val", "valid", "test"].contains(words[$0]) }),
            words.count > start + 2, words[start + 1] == "acc", words[start + 2].first == "e",
            let epochs = Int(words[start + 2].dropFirst()), (1...10_000).contains(epochs)
        else { return nil }
        self.name = name
        self.epochs = epochs
        dataSet = start == 0 ? nil : words[..<start].joined(separator: "_")
        isTest = words[start] == "test"
        isMean = words.last == "mean"
    }
}

/// Accuracies after one or more numbers of epochs.
private struct Schedule: Sendable {
    /// Ascending numbers of epochs, with the accuracy of each row then: mean over seeds, in percent.
    private let measured: [(epochs: Int, accuracies: [Double])]
    /// After the longest training, by seed.
    private let finalBySeed: [[Double]]
    private let worst: Double

    init(_ table: CSVTable, _ columns: [AccuracyColumn]) {
        measured = Set(columns.map(\.epochs)).sorted().map { epochs in
            let same = columns.filter { $0.epochs == epochs }
            let mean = same.filter(\.isMean)
            return (epochs, rowMeans(of: (mean.isEmpty ? same : mean).map { table[$0.name] }))
        }
        finalBySeed = columns.filter { $0.epochs == columns.map(\.epochs).max() && !$0.isMean }.map { table[$0.name] }
        worst = Objective.Direction.maximize.worst(of: measured.flatMap(\.accuracies)) ?? 0
    }

    /// After the longest training; empty where there are no columns.
    var final: [Double] { measured.last?.accuracies ?? [] }

    /// The accuracy after the longest training that one of the seeds came to; the mean where seeds are not told apart.
    func measurement(ofRow row: Int, using random: inout RandomSource) -> Double {
        let seeds = finalBySeed.map { $0[row] }.filter(\.isFinite)
        return seeds.isEmpty ? final[row] : seeds[random.below(seeds.count)]
    }

    /// Epochs of the longest training, or 1 where no shorter one was measured.
    var maxResource: Int { measured.count > 1 ? measured.last?.epochs ?? 1 : 1 }

    /// One per epoch: the tables have no times.
    var seconds: Double { Double(measured.last?.epochs ?? 1) }

    /// After each epoch what was measured last, and before anything was, the table's worst.
    func curve(ofRow row: Int) -> [Double] {
        guard measured.count > 1 else { return [] }
        var curve: [Double] = []
        var value = worst
        for (epochs, accuracies) in measured {
            curve += repeatElement(value, count: epochs - 1 - curve.count)
            value = accuracies[row].isFinite ? accuracies[row] : worst
            curve.append(value)
        }
        return curve
    }
}
