import AttuneCore
import AttuneProblems
import Foundation

/// Configurations that were tried, as points of the box around them.
///
/// A problem made of them evaluates any point of the box as the nearest of them, by Euclidean distance after each
/// parameter has been brought to [0, 1] on its own scale.
struct TriedConfigurations: Sendable {
    private let columns: [TriedColumn]
    /// `[count, columns]`, each in [0, 1].
    private let points: [Double]
    let count: Int

    /// - Parameters:
    ///   - names: columns of `table` that hold parameters.
    ///   - prefix: what their names begin with and the parameters' do not.
    init(_ table: CSVTable, names: [String], droppingPrefix prefix: String = "") throws(AttuneError) {
        let values = names.map { table[$0] }
        for (name, values) in zip(names, values) {
            guard let row = values.firstIndex(where: { !$0.isFinite }) else { continue }
            throw table.problem(row, "\(name): found \(values[row].text); give the value that was tried")
        }
        let columns = zip(names, values).map { TriedColumn(String($0.dropFirst(prefix.count)), $1) }
        let coordinates = zip(columns, values).map { column, values in values.map(column.coordinate) }
        points = (0..<table.rowCount).flatMap { row in coordinates.map { $0[row] } }
        count = table.rowCount
        self.columns = columns
    }

    var parameters: [ParameterSpec] { columns.map { ParameterSpec($0.name, $0.domain) } }

    /// The row nearest the assignment, of those that are not taken; of equally near ones the first. O(count · parameters).
    ///
    /// - Precondition: at least one row is left.
    func nearest(to assignment: Assignment, besides taken: Set<Int> = []) -> Int {
        let target = columns.map { column in
            guard let x = assignment[column.name]?.number else {
                preconditionFailure("\(column.name) of \(assignment) is no number of this problem's space")
            }
            return column.coordinate(of: x)
        }
        return points.withUnsafeBufferPointer { points in
            target.withUnsafeBufferPointer { TriedConfigurations.nearest(to: $0, among: points, besides: taken) }
        }
    }

    private static func nearest(
        to target: UnsafeBufferPointer<Double>, among points: UnsafeBufferPointer<Double>, besides taken: Set<Int>
    ) -> Int {
        var nearest = (row: 0, distance: Double.infinity)
        for row in 0..<(points.count / target.count) {
            var distance = 0.0
            for column in 0..<target.count {
                let difference = points[row * target.count + column] - target[column]
                distance += difference * difference
            }
            if distance < nearest.distance, taken.isEmpty || !taken.contains(row) { nearest = (row, distance) }
        }
        return nearest.row
    }

    /// The rows as assignments of a space, each to be evaluated once.
    func pool(in space: SearchSpace) -> Pool {
        Pool { assignment, taken in
            guard taken.count < count else { return nil }
            let row = nearest(to: assignment, besides: taken)
            return (row, self.assignment(ofRow: row, in: space))
        }
    }

    /// The best row that an assignment of `space` reaches, with that assignment: a row that repeats an earlier one's
    /// configuration is never nearest. Nil when no row has a value.
    ///
    /// - Parameter values: of each row; not a number where it is missing.
    func best(_ direction: Objective.Direction, of values: [Double], in space: SearchSpace) -> (
        row: Int, at: Assignment
    )? {
        let ranked = values.indices.filter { !values[$0].isNaN }.sorted {
            direction == .minimize ? (values[$0], $0) < (values[$1], $1) : (-values[$0], $0) < (-values[$1], $1)
        }
        for row in ranked {
            let assignment = assignment(ofRow: row, in: space)
            if nearest(to: assignment) == row { return (row, assignment) }
        }
        return nil
    }

    private func assignment(ofRow row: Int, in space: SearchSpace) -> Assignment {
        space.assignment(
            at: columns.indices.map { column in
                let value = columns[column].value(at: points[row * columns.count + column])
                return columns[column].domain.unit(of: value) ?? 0
            })
    }
}

/// The values of one parameter that were tried.
private struct TriedColumn: Sendable {
    let name: String
    let domain: Domain
    private let isLogarithmic: Bool
    private let low: Double
    private let high: Double

    init(_ name: String, _ values: [Double]) {
        self.name = name
        let sorted = values.sorted()
        let range = (sorted.first ?? 0)...(sorted.last ?? 0)
        isLogarithmic = TriedColumn.isLogarithmic(sorted)
        low = isLogarithmic ? log(range.lowerBound) : range.lowerBound
        high = isLogarithmic ? log(range.upperBound) : range.upperBound
        domain = TriedColumn.domain(sorted, over: range, isLogarithmic ? .logUniform : .uniform)
    }

    /// Whether the middle value tried lies nearer the middle of the range in logarithms than as it is: what was drawn
    /// from a uniform law, or one of the logarithm, tells itself so.
    private static func isLogarithmic(_ sorted: [Double]) -> Bool {
        guard let low = sorted.first, let high = sorted.last, low > 0, high > low else { return false }
        let median = sorted[sorted.count / 2]
        let linear = abs((median - low) / (high - low) - 0.5)
        return abs(log(median / low) / log(high / low) - 0.5) < linear
    }

    /// Whole numbers are integers; up to ten other numbers, each tried ten times or more on average, are a list.
    private static func domain(_ sorted: [Double], over range: ClosedRange<Double>, _ law: Distribution) -> Domain {
        if sorted.allSatisfy({ $0 == $0.rounded() && $0.magnitude < 0x1p53 }) {
            return .int(Int(range.lowerBound)...Int(range.upperBound), law)
        }
        var distinct: [Double] = []
        for value in sorted where value != distinct.last { distinct.append(value) }
        let isList = distinct.count <= 10 && sorted.count >= 10 * distinct.count
        return isList ? .discrete(distinct.map(\.text)) : .double(range, law)
    }

    /// Where a value lies in the range, from 0 to 1.
    func coordinate(of value: Double) -> Double {
        high > low ? ((isLogarithmic ? log(value) : value) - low) / (high - low) : 0
    }

    /// The value of the domain nearest a coordinate.
    func value(at coordinate: Double) -> ParameterValue {
        let scaled = low + coordinate * (high - low)
        let x = isLogarithmic ? exp(scaled) : scaled
        switch domain {
        case .double(let range, _, _): return .double(min(max(x, range.lowerBound), range.upperBound))
        case .int: return .int(Int(x.rounded()))
        case .discrete(let list), .categorical(let list):
            let distances = list.map { abs((Double($0) ?? .infinity) - x) }
            let nearest = distances.indices.min { distances[$0] < distances[$1] } ?? 0
            return .text(list[nearest])
        }
    }
}
