import AttuneBench
import AttuneBenchReport
import AttuneCore
import Foundation

/// A folder of results made for a test, gone with `remove`.
struct SampleFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "bench-report-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    /// With the facts of the problems and rows of `results.csv` under its header.
    init(_ facts: [ProblemFacts], rows: [String]) throws {
        try self.init()
        try write(([ResultRow.header] + rows).joined(separator: "\n") + "\n", to: "results.csv")
        try write(JSON.array(facts.map(\.json)).description, to: "problems.json")
    }

    func write(_ text: String, to name: String) throws {
        try text.write(to: url.appending(path: name), atomically: true, encoding: .utf8)
    }

    func remove() { try? FileManager.default.removeItem(at: url) }
}

/// A minimised problem of one metric.
func minimised(_ name: String, optimum: Double? = 0) -> ProblemFacts {
    ProblemFacts(
        name: name, summary: "A sample.", direction: .minimize, isMultiObjective: false, optimum: optimum,
        frontHypervolume: nil)
}

/// Rows of a run that finds `values` in turn, each after so many seconds.
func run(
    _ problem: String, _ algorithm: String, seed: Int = 1, best values: [Double], seconds: Double = 1
) -> [String] {
    values.enumerated().map { index, best in
        ResultRow(
            problem: problem, algorithm: algorithm, seed: seed, evaluation: index + 1, value: best, best: best,
            resource: Double(index + 1), simulatedSeconds: Double(index + 1) * seconds
        ).line
    }
}

/// The report of a folder that is removed again.
func report(_ facts: [ProblemFacts], _ rows: [String], skipped: String? = nil) throws -> (html: String, text: String) {
    let folder = try SampleFolder(facts, rows: rows)
    defer { folder.remove() }
    if let skipped { try folder.write(skipped, to: "skipped.csv") }
    let report = try BenchReport(folder: folder.url)
    return (report.html, report.text)
}
