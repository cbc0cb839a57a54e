import AttuneCore
import AttuneProblems
import Foundation

/// A folder of benchmark tables and surrogates; README.md tells how they are written.
///
/// Formats are recognised by the first line of a table and the fields of a JSON file, not by file names, so any file
/// written like a known one is a problem. Files written in any other way are passed over.
public struct DataFolder: Sendable {
    public let url: URL

    public init(_ url: URL) { self.url = url }

    /// The folder an option names, or else `ATTUNE_BENCH_DATA`; nil when neither does.
    public init?(option: String?, environment: [String: String]) {
        guard let path = option ?? environment["ATTUNE_BENCH_DATA"], !path.isEmpty else { return nil }
        self.init(URL(filePath: path, directoryHint: .isDirectory))
    }

    /// What problems there are, by name. Reads the first lines of tables and the small JSON files only.
    ///
    /// - Throws: `AttuneError` where the folder is not readable, two files make a problem of the same name, or a file's
    ///   first line or description is malformed.
    public func listing() throws(AttuneError) -> [ListedProblem] {
        var listed: [ListedProblem] = []
        for file in try files() {
            listed += try DataFolder.problems(in: file)
        }
        listed.sort { $0.name < $1.name }
        for (first, second) in zip(listed, listed.dropFirst()) where first.name == second.name {
            throw second.file.problem("is \(second.name), as \(first.file.path) is already; rename one")
        }
        return listed
    }

    /// The problems whose names are wanted, read whole; others are not read.
    public func problems(
        named isWanted: (String) -> Bool = { _ in true }
    ) throws(AttuneError) -> [BenchmarkProblem] {
        var problems: [BenchmarkProblem] = []
        for listed in try listing() where isWanted(listed.name) {
            problems.append(try listed.load())
        }
        return problems
    }

    private static func problems(in file: DataFile) throws(AttuneError) -> [ListedProblem] {
        if file.url.pathExtension == "json" { return try SurrogateFormat(file)?.problems ?? [] }
        let columns = CSVTable.names(in: try file.firstLine())
        let formats: [any TableFormat.Type] = [CellTable.self, GridTable.self, CurveTable.self, PointTable.self]
        for format in formats {
            if let table = try format.init(file, columns: columns) { return table.problems }
        }
        return []
    }

    /// The tables and descriptions in the folder itself and in its folders.
    private func files() throws(AttuneError) -> [DataFile] {
        let entries = try DataFolder.entries(of: url)
        var files = entries
        for entry in entries where DataFolder.isFolder(entry) {
            files += try DataFolder.entries(of: entry)
        }
        return files.filter { DataFolder.isCandidate($0.lastPathComponent) && !DataFolder.isFolder($0) }.map(
            DataFile.init)
    }

    private static func isFolder(_ url: URL) -> Bool {
        var isFolder: ObjCBool = false
        return FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder) && isFolder.boolValue
    }

    private static func isCandidate(_ name: String) -> Bool {
        name.hasSuffix(".csv.gz") || name.hasSuffix(".json") && !name.hasSuffix(".golden.json")
    }

    /// What a folder has, by name, but for hidden entries.
    private static func entries(of folder: URL) throws(AttuneError) -> [URL] {
        do {
            let entries = try FileManager.default.contentsOfDirectory(
                at: folder, includingPropertiesForKeys: [], options: .skipsHiddenFiles)
            return entries.sorted { $0.lastPathComponent < $1.lastPathComponent }
        } catch {
            throw AttuneError("\(folder.path): no such folder, or not readable; name the benchmarks' data folder")
        }
    }
}
