import AttuneBench
import AttuneCore
import Foundation

extension Results {
    /// Reads `results.csv` and `problems.json`, and `skipped.csv` and `settings.json` where they exist.
    init(folder: URL) throws {
        let table = try ResultsReader.read(try bytes("results.csv", in: folder))
        let facts = try problemFacts(in: folder)
        algorithms = table.algorithms
        problems = try table.problems.map { name, runs in
            guard let facts = facts[name] else {
                throw AttuneError(
                    "problems.json: \(name) is missing, which results.csv has; without it there is no telling which values are good"
                )
            }
            return ProblemResults(facts: facts, runs: runs)
        }
        skipped = try skippedCombinations(in: folder)
        settings = exists("settings.json", in: folder) ? try json("settings.json", in: folder) : nil
    }
}

private func exists(_ name: String, in folder: URL) -> Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(name).path)
}

private func bytes(_ name: String, in folder: URL) throws -> [UInt8] {
    guard exists(name, in: folder) else {
        throw AttuneError("\(folder.path) has no \(name); name a folder that attune bench run wrote")
    }
    return [UInt8](try Data(contentsOf: folder.appendingPathComponent(name)))
}

private func json(_ name: String, in folder: URL) throws -> JSON {
    do {
        return try JSON(parsing: String(decoding: try bytes(name, in: folder), as: UTF8.self))
    } catch let error as AttuneError {
        throw AttuneError("\(name): \(error.message)")
    }
}

/// By name, from a list of what `ProblemFacts` writes.
private func problemFacts(in folder: URL) throws -> [String: ProblemFacts] {
    guard let items = try json("problems.json", in: folder).array else {
        throw AttuneError("problems.json: found no list; use a list of problems")
    }
    var facts: [String: ProblemFacts] = [:]
    for (index, item) in items.enumerated() {
        guard let problem = ProblemFacts(json: item) else {
            throw AttuneError("problems.json: [\(index)] needs name, summary, direction and isMultiObjective")
        }
        facts[problem.name] = problem
    }
    return facts
}

private func skippedCombinations(in folder: URL) throws -> [SkippedCombination] {
    guard exists("skipped.csv", in: folder) else { return [] }
    var csv = CSVReader(try bytes("skipped.csv", in: folder), file: "skipped.csv")
    let columns = try csv.columns(["problem", "algorithm", "reason"])
    let seeds = csv.fields.indices.first { csv.text($0) == "seeds" }
    let width = csv.fields.count
    var skipped: [SkippedCombination] = []
    while try csv.next() {
        guard csv.fields.count == width else {
            throw csv.error("found \(csv.fields.count) fields; every line has \(width)")
        }
        skipped.append(
            SkippedCombination(
                problem: csv.text(columns[0]), algorithm: csv.text(columns[1]), seeds: seeds.map(csv.text),
                reason: csv.text(columns[2])))
    }
    return skipped
}
