import AttuneCore

/// What statistics need of one run.
public struct RunResult: Sendable, Hashable {
    /// One algorithm on one problem with one seed.
    public struct Key: Sendable, Hashable, Comparable, CustomStringConvertible {
        public var problem: String
        public var algorithm: String
        public var seed: Int

        public init(problem: String, algorithm: String, seed: Int) {
            self.problem = problem
            self.algorithm = algorithm
            self.seed = seed
        }

        public static func < (a: Key, b: Key) -> Bool {
            (a.problem, a.algorithm, a.seed) < (b.problem, b.algorithm, b.seed)
        }

        public var description: String { "\(problem) \(algorithm) \(seed)" }
    }

    public var key: Key
    /// The best so far after each evaluation; not a number before there is one.
    public var best: [Double]
    /// Units of resource used by the end of each evaluation; empty where that was not kept.
    public var resource: [Double]

    public init(_ key: Key, best: [Double], resource: [Double] = []) {
        self.key = key
        self.best = best
        self.resource = resource
    }

    /// Reads the lines of its rows.
    init(_ key: Key, lines: Substring) throws(AttuneError) {
        self.key = key
        best = []
        resource = []
        for line in lines.utf8.split(separator: UInt8(ascii: "\n")).map({ Substring($0) }) {
            guard let row = ResultRow(line: line), row.evaluation == best.count + 1 else {
                throw AttuneError("the run \(key) has a line that is no result: \(line)")
            }
            best.append(row.best)
            resource.append(row.resource)
        }
    }

    /// The best after so many evaluations; after the last where there were fewer; not a number where there was none.
    public func best(after evaluations: Int) -> Double {
        best.isEmpty || evaluations < 1 ? .nan : best[min(evaluations, best.count) - 1]
    }
}

extension RunResult {
    /// The best after so many units of resource; not a number before there was one.
    public func best(afterResource units: Double) -> Double {
        resource.lastIndex { $0 <= units }.map { best[$0] } ?? .nan
    }
}

/// A run that was not done, and why.
public struct SkippedRun: Sendable, Hashable {
    public var run: RunResult.Key
    public var reason: String

    public init(run: RunResult.Key, reason: String) {
        self.run = run
        self.reason = reason
    }

    /// `skipped.csv`: a line for each problem, algorithm and reason, with the seeds it holds for.
    static func csv(_ skipped: [SkippedRun]) -> String {
        var text = "problem,algorithm,seeds,reason\n"
        var rest = skipped[...]
        while let first = rest.first {
            let same = rest.prefix {
                $0.reason == first.reason
                    && ($0.run.problem, $0.run.algorithm) == (first.run.problem, first.run.algorithm)
            }
            rest = rest.dropFirst(same.count)
            let fields = [first.run.problem, first.run.algorithm, ranges(same.map(\.run.seed)), first.reason]
            text += fields.map(csvField).joined(separator: ",") + "\n"
        }
        return text
    }
}

/// Ascending numbers with those that follow one another taken together: `1-5 8`.
private func ranges(_ numbers: [Int]) -> String {
    let ranges = numbers.reduce(into: [ClosedRange<Int>]()) { ranges, number in
        if let last = ranges.last, last.upperBound + 1 == number {
            ranges[ranges.count - 1] = last.lowerBound...number
        } else {
            ranges.append(number...number)
        }
    }
    return ranges.map { $0.count == 1 ? "\($0.lowerBound)" : "\($0.lowerBound)-\($0.upperBound)" }.joined(
        separator: " ")
}

/// The text as a field of CSV on one line.
private func csvField(_ text: String) -> String {
    let line = text.split(whereSeparator: \.isNewline).joined(separator: "; ")
    return line.contains(",") || line.contains("\"") ? "\"\(line.replacing("\"", with: "\"\""))\"" : line
}
