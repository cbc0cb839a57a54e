import AttuneBench
import AttuneCore

/// Gathers the rows of `results.csv` into runs.
///
/// Rows of different runs may stand between one another; within a run evaluations come in order from 1. One pass; names
/// are made into text only when they change from one row to the next.
struct ResultsReader {
    private var csv: CSVReader
    private let columns: [Int]
    private var problems: NameList
    private var algorithms = NameList()
    private var runs: [Run] = []
    private var runIndex: [RunKey: Int] = [:]
    private var keys: [RunKey] = []

    private struct RunKey: Hashable {
        var problem, algorithm, seed: Int
    }

    private init(bytes: [UInt8]) throws(AttuneError) {
        csv = CSVReader(bytes, file: "results.csv")
        columns = try csv.columns(ResultRow.header.split(separator: ",").map(String.init))
        problems = NameList()
    }

    /// The algorithms in order of appearance, and the runs by problem name, in order of appearance, and by algorithm.
    static func read(_ bytes: [UInt8]) throws(AttuneError) -> (algorithms: [String], problems: [(String, [[Run]])]) {
        var reader = try ResultsReader(bytes: bytes)
        let width = reader.csv.fields.count
        while try reader.csv.next() {
            guard reader.csv.fields.count == width else {
                throw reader.csv.error("found \(reader.csv.fields.count) fields; every line has \(width)")
            }
            try reader.takeRow()
        }
        return reader.gathered()
    }

    private mutating func takeRow() throws(AttuneError) {
        let key = RunKey(
            problem: problems.index(of: columns[0], in: csv), algorithm: algorithms.index(of: columns[1], in: csv),
            seed: try csv.integer(columns[2], "seed"))
        let index = runIndex(of: key)
        let evaluation = try csv.integer(columns[3], "evaluation")
        guard evaluation == runs[index].count + 1 else {
            throw csv.error(
                "evaluation: found \(evaluation); the next of this problem, algorithm and seed is \(runs[index].count + 1)"
            )
        }
        try takeMeasurements(into: index)
    }

    private mutating func takeMeasurements(into index: Int) throws(AttuneError) {
        let value = try csv.number(columns[4], "value")
        let best = try csv.number(columns[5], "best")
        let resource = try csv.number(columns[6], "resource")
        let seconds = try csv.number(columns[7], "simulated_seconds")
        if value.isNaN { runs[index].failures += 1 }
        runs[index].best.append(best)
        runs[index].resource.append(resource)
        runs[index].seconds.append(seconds)
        if !csv.fields[columns[8]].range.isEmpty {
            runs[index].askSeconds.append(try csv.number(columns[8], "ask_seconds"))
        }
    }

    private mutating func runIndex(of key: RunKey) -> Int {
        if keys.last == key { return keys.count - 1 }
        if let index = runIndex[key] { return index }
        runIndex[key] = runs.count
        keys.append(key)
        runs.append(Run(seed: key.seed))
        return runs.count - 1
    }

    private func gathered() -> (algorithms: [String], problems: [(String, [[Run]])]) {
        let none = [[Run]](repeating: [], count: algorithms.names.count)
        var byProblem = [[[Run]]](repeating: none, count: problems.names.count)
        for (key, run) in zip(keys, runs) { byProblem[key.problem][key.algorithm].append(run) }
        return (algorithms.names, Array(zip(problems.names, byProblem)))
    }
}

/// Names numbered in order of appearance.
private struct NameList {
    private(set) var names: [String] = []
    private var numbers: [String: Int] = [:]
    /// The last name as spelled in the file, with its number: the next row mostly has the same.
    private var last: (spelling: ArraySlice<UInt8>, number: Int)?

    mutating func index(of column: Int, in csv: CSVReader) -> Int {
        if let last, csv.field(column, equals: last.spelling) { return last.number }
        let name = csv.text(column)
        let number = numbers[name] ?? names.count
        if number == names.count {
            names.append(name)
            numbers[name] = number
        }
        last = (csv.spelling(column), number)
        return number
    }
}
