/// What networks of cells do whatever their cells are: a stem, then cells of which each takes the outputs of the two before
/// it, or the stem's; a pass in either direction is one graph of tasks.
final class CellChain<Scalar: NetworkScalar> {
    private let stem: any Layer<Scalar>
    private let cells: Int
    /// Of the stem's output and of each cell's.
    private let gradients: [MapBuffer<Scalar>]
    private let workers: Workers
    private var imageShape = MapShape(channels: 0, rows: 0, columns: 0, batch: 0)

    init(_ stem: any Layer<Scalar>, cells: Int, _ workers: Workers) {
        self.stem = stem
        self.cells = cells
        self.workers = workers
        gradients = (0...cells).map { _ in MapBuffer() }
    }

    /// What the last cell makes of the images.
    ///
    /// - Parameter forward: adds to a graph what leads to a cell's output.
    func forward(
        _ images: FeatureMaps<Scalar>, _ pass: Pass,
        _ forward: (_ cell: Int, _ inputs: [PendingMaps<Scalar>], TaskGraph) -> PendingMaps<Scalar>
    ) -> FeatureMaps<Scalar> {
        imageShape = images.shape
        let graph = TaskGraph()
        var outputs = [graph.forward(stem, PendingMaps(images), pass)]
        for cell in 0..<cells {
            outputs.append(forward(cell, [outputs[max(cell - 1, 0)], outputs[cell]], graph))
        }
        workers.carryOut(graph)
        return outputs[cells].now
    }

    /// Carries the gradient of the last `forward` back, to the stem where the pass learns weights.
    ///
    /// - Parameter backward: adds to a graph what leads to the gradients of a cell's two inputs.
    func backward(
        _ gradient: FeatureMaps<Scalar>, _ pass: Pass,
        _ backward: (_ cell: Int, _ gradient: PendingMaps<Scalar>, TaskGraph) -> [PendingMaps<Scalar>]
    ) {
        let graph = TaskGraph()
        // What comes back to each output.
        var back = [[PendingMaps<Scalar>]](repeating: [], count: cells) + [[PendingMaps(gradient)]]
        for cell in (0..<cells).reversed() {
            let inputs = backward(cell, graph.sum(back[cell + 1], into: gradients[cell + 1]), graph)
            back[max(cell - 1, 0)].append(inputs[0])
            back[cell].append(inputs[1])
        }
        if pass.learnsWeights {
            _ = graph.backward(stem, graph.sum(back[0], into: gradients[0]), to: imageShape, pass)
        }
        workers.carryOut(graph)
    }
}
