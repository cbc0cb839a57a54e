import AttuneCore
import Foundation

/// What a search learns of the cells: a number for each operation of each edge, and where edges are normalised one for
/// each edge.
public struct ArchitectureParameters: Sendable, Hashable {
    /// [edges][operations]
    public var operations: CellPair<[[Double]]>
    /// [edges]
    public var edges: CellPair<[Double]>

    /// Numbers close to 0, with deviation 0.001 (Liu et al.'s code).
    public init(_ space: SupernetSpace, using random: inout RandomSource) {
        func row(_ count: Int) -> [Double] { (0..<count).map { _ in 1e-3 * random.normal() } }
        func rows() -> [[Double]] { space.edges.map { _ in row(space.operations.count) } }
        operations = CellPair(normal: rows(), reduction: rows())
        edges = CellPair(normal: row(space.edges.count), reduction: row(space.edges.count))
    }

    /// All numbers in one row: operations of normal and of reduction cells, then edges.
    public var vector: [Double] {
        get { Array(operations.normal.joined()) + operations.reduction.joined() + edges.normal + edges.reduction }
        set {
            var rest = newValue[...]
            func take(_ count: Int) -> [Double] {
                defer { rest = rest.dropFirst(count) }
                return Array(rest.prefix(count))
            }
            operations.normal = operations.normal.map { take($0.count) }
            operations.reduction = operations.reduction.map { take($0.count) }
            edges.normal = take(edges.normal.count)
            edges.reduction = take(edges.reduction.count)
        }
    }

    /// The mean entropy of the softmaxed operations of an edge, nats; near the logarithm of their number the cell is
    /// undecided.
    public var entropy: Double {
        let rows = operations.normal + operations.reduction
        let sum = rows.map(softmax).joined().reduce(0) { $0 - ($1 > 0 ? $1 * log($1) : 0) }
        return sum / Double(max(rows.count, 1))
    }
}

/// Powers of e, divided by their sum.
func softmax(_ values: [Double]) -> [Double] {
    let top = values.max() ?? 0
    let powers = values.map { exp($0 - top) }
    let total = powers.reduce(0, +)
    return powers.map { $0 / total }
}

/// The gradient before a softmax, from that behind it.
func softmaxSlopes(_ probabilities: [Double], _ slopes: [Double]) -> [Double] {
    let mean = zip(probabilities, slopes).reduce(0) { $0 + $1.0 * $1.1 }
    return zip(probabilities, slopes).map { $0 * ($1 - mean) }
}
