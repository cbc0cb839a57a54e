import AttuneCore
import AttuneProblems

/// A problem that a data folder has, known from the first line of its file.
public struct ListedProblem: Sendable {
    /// Unique, its family first: `nasbench201/cifar10`. What globs match.
    public let name: String
    /// Where it comes from, in a sentence with its citation.
    public let summary: String
    let file: DataFile
    private let read: @Sendable () throws(AttuneError) -> BenchmarkProblem

    init(
        name: String, summary: String, file: DataFile,
        read: @escaping @Sendable () throws(AttuneError) -> BenchmarkProblem
    ) {
        self.name = name
        self.summary = summary
        self.file = file
        self.read = read
    }

    /// Reads the whole table, or surrogate.
    ///
    /// - Throws: `AttuneError` naming the file, and in a table the line, with what is wrong there.
    public func load() throws(AttuneError) -> BenchmarkProblem { try read() }
}

/// A way in which tables of benchmark results are written, recognised from their first line.
protocol TableFormat {
    /// Nil when the table is written in another way.
    ///
    /// - Throws: when it is written in this way, but what belongs beside it is missing or malformed.
    init?(_ file: DataFile, columns: [String]) throws(AttuneError)

    var problems: [ListedProblem] { get }
}
