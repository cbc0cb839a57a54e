/// What each operation of each edge weighs in a cell, and how the loss changes with it.
struct EdgeWeights<Scalar: NetworkScalar> {
    /// [edges][operations]; an operation that weighs exactly 0 is not carried out.
    var operations: [[Scalar]]
    /// What the channels that pass an edge by weigh, [edges]; used where only a part of the channels is mixed.
    var bypasses: [Scalar]
}
