import AttuneBench
import Foundation

/// One algorithm's middle and spread along an axis; a step function, as a best-so-far is.
struct Curve: Sendable {
    struct Point: Sendable, Hashable {
        var x: Double
        /// The quartiles over seeds, in the unit of the chart; infinite where that many runs have nothing yet.
        var low, middle, high: Double
    }

    /// The algorithm's place in the list of all, which gives it its colour.
    var algorithm: Int
    var name: String
    var points: [Point]
    /// How many runs it is made from; of one run there is no spread to show.
    var runs: Int
}

/// What runs are followed along.
enum Progress: Sendable, CaseIterable {
    case evaluations, resource, seconds

    /// Where each evaluation of a run ended.
    func positions(of run: Run) -> [Double] {
        switch self {
        case .evaluations: (0..<run.count).map { Double($0 + 1) }
        case .resource: run.resource
        case .seconds: run.seconds
        }
    }

    /// It says something that the number of evaluations does not.
    func isInformative(for runs: [Run]) -> Bool {
        switch self {
        case .evaluations:
            return true
        case .resource:
            guard let unit = runs.first?.resource.first else { return false }
            return runs.contains { run in
                run.resource.enumerated().contains { abs($1 - unit * Double($0 + 1)) > 1e-9 * abs($1) }
            }
        case .seconds:
            guard let longest = runs.max(by: { $0.count < $1.count }) else { return false }
            return runs.contains { run in
                zip(run.seconds, longest.seconds).contains { abs($0 - $1) > 1e-9 * max(abs($0), abs($1)) }
            }
        }
    }
}

extension Curve {
    /// The quartiles over runs of what `measure` makes of the best so far, small being good.
    ///
    /// A run that ended keeps its last value; the curve ends where half of its runs have.
    init?(algorithm: Int, name: String, runs: [Run], along progress: Progress, measure: (Double) -> Double) {
        let runs = runs.filter { $0.count > 0 }
        let positions = runs.map(progress.positions)
        let end = median(positions.compactMap(\.last))
        guard !runs.isEmpty, end.isFinite else { return nil }
        let grid = positionsToShow(positions, until: end)
        var next = [Int](repeating: 0, count: runs.count)
        let points = grid.map { x in
            let values = runs.indices.map { index in
                while next[index] < runs[index].count, positions[index][next[index]] <= x { next[index] += 1 }
                return next[index] == 0 ? .infinity : measure(runs[index].best[next[index] - 1])
            }.sorted()
            return Point(
                x: x, low: quantile(0.25, ofSorted: values), middle: quantile(0.5, ofSorted: values),
                high: quantile(0.75, ofSorted: values))
        }
        self.init(algorithm: algorithm, name: name, points: points, runs: runs.count)
    }
}

/// Ascending, at most 120: all positions that occur where they are few, else evenly spaced ones.
private func positionsToShow(_ positions: [[Double]], until end: Double) -> [Double] {
    let most = 120
    guard let first = positions.compactMap(\.first).min() else { return [] }
    let all = Set(positions.joined().lazy.filter { $0 <= end })
    if all.count <= most { return all.sorted() }
    return (0..<most).map { first + (end - first) * Double($0) / Double(most - 1) }
}
