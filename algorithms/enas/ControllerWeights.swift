import AttuneCore
import AttuneMath
import COpenBLAS

/// All that a controller learns: a recurrent cell that reads one choice after another, and what turns its state into the
/// probabilities of the next.
struct ControllerWeights: Sendable, Hashable {
    /// `[4 hidden, 2 hidden]`: input, forget and output gate and candidate, from the input and the last state.
    var cell: Matrix
    /// `[1, hidden]`: what is read first.
    var start: Matrix
    /// `[operations, hidden]`: what is read of an operation.
    var embeddings: Matrix
    /// `[operations, hidden]`: the score of each operation, from the state.
    var scores: Matrix
    /// `[hidden, hidden]`: what an earlier layer, and the present one, say to each other about a skip.
    var keys: Matrix
    var queries: Matrix
    /// `[1, hidden]`: the score of a skip.
    var attention: Matrix

    static let parts: [any WritableKeyPath<ControllerWeights, Matrix> & Sendable] = [
        \.cell, \.start, \.embeddings, \.scores, \.keys, \.queries, \.attention,
    ]

    /// Every weight is 0.
    init(hidden: Int, operations: Int) {
        cell = Matrix(rows: 4 * hidden, columns: 2 * hidden)
        start = Matrix(rows: 1, columns: hidden)
        embeddings = Matrix(rows: operations, columns: hidden)
        scores = Matrix(rows: operations, columns: hidden)
        keys = Matrix(rows: hidden, columns: hidden)
        queries = Matrix(rows: hidden, columns: hidden)
        attention = Matrix(rows: 1, columns: hidden)
    }

    /// Small weights at random, so that every choice is about as likely at first.
    init(hidden: Int, operations: Int, range: Double, using random: inout RandomSource) {
        self.init(hidden: hidden, operations: operations)
        for part in ControllerWeights.parts {
            for index in self[keyPath: part].elements.indices {
                self[keyPath: part].elements[index] = range * (2 * random.uniform() - 1)
            }
        }
    }

    var hidden: Int { start.columns }
    var operations: Int { scores.rows }
}

extension Matrix {
    /// Adds the products of each element of `column` with each of `row`.
    mutating func add(_ column: [Double], times row: [Double]) {
        precondition(column.count == rows && row.count == columns, "a product of \(rows) × \(columns) is added")
        cblas_dger(
            CblasRowMajor, blasint(rows), blasint(columns), 1, column, 1, row, 1, &elements, blasint(columns))
    }

    /// Adds to a row.
    mutating func add(_ numbers: [Double], toRow row: Int) {
        for (index, number) in numbers.enumerated() { elements[row * columns + index] += number }
    }
}
