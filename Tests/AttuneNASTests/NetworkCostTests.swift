import AttuneCore
import AttuneNAS
import Testing

struct NetworkCostTests {
    /// Both cells have one node with this edge from the newer input, and nothing else.
    private func single(_ operation: CellOperation) -> Genotype {
        let cell = CellGraph(nodes: [[.init(operation, from: 1)]])
        return Genotype(normal: cell, reduction: cell)
    }

    /// Four channels, a stem of eight, five classes, grey images of 6x6.
    private func network(layers: Int) -> CellNetwork {
        CellNetwork(
            channels: 4, layers: layers, classes: 5, input: ImageSize(rows: 6, columns: 6), stemMultiplier: 2)
    }

    /// By hand: one layer is a reduction (0 / 3 is 0), to eight channels at 3x3. Stem 1·8·9 = 72 weights at 36 pixels, norm
    /// 16; two projections 8·8 = 64 at 36 pixels, norms 32; classifier 8·5 + 5.
    private let skeleton = NetworkCost(
        parameters: 72 + 16 + 2 * (64 + 16) + 45, multiplyAdds: 72 * 36 + 2 * 64 * 36 + 40)

    @Test(
        arguments: [
            (.none, 0, 0), (.maxPool(3), 0, 0), (.averagePool(3), 0, 0),
            (.skip, 64 + 16, 64 * 9),
            (.dilated(3), 72 + 64 + 16, (72 + 64) * 9), (.dilated(5), 200 + 64 + 16, (200 + 64) * 9),
            (.separable(3), 2 * (72 + 64 + 16), 2 * (72 + 64) * 9),
            (.separable(7), 2 * (392 + 64 + 16), 2 * (392 + 64) * 9),
        ] as [(CellOperation, Int, Int)])
    func `an operation costs what it does by hand`(operation: CellOperation, parameters: Int, multiplyAdds: Int) {
        let cost = NetworkCost(of: single(operation), in: network(layers: 1))
        #expect(cost == skeleton + NetworkCost(parameters: parameters, multiplyAdds: multiplyAdds))
    }

    /// Reductions at 1 and 2 of three cells. Cell 0: 4 channels at 6x6, inputs of 8 and 8. Cell 1: 8 channels, inputs
    /// 8 and 4 at 6x6. Cell 2: 16 channels at 3x3, inputs 4 (factorised) and 8. A skip is free where it keeps the size.
    @Test func `three cells cost what they do by hand`() {
        let stem = (parameters: 72 + 16, multiplyAdds: 72 * 36)
        let first = (parameters: 2 * (32 + 8), multiplyAdds: 2 * 32 * 36)
        let second = (parameters: 64 + 32 + 2 * 16 + 64 + 16, multiplyAdds: 96 * 36 + 64 * 9)
        let third = (parameters: 64 + 128 + 2 * 32 + 256 + 32, multiplyAdds: 192 * 9 + 256 * 4)
        let parts = [stem, first, second, third, (parameters: 16 * 5 + 5, multiplyAdds: 80)]
        let cost = NetworkCost(of: single(.skip), in: network(layers: 3))
        #expect(cost.parameters == parts.map(\.parameters).reduce(0, +))
        #expect(cost.multiplyAdds == parts.map(\.multiplyAdds).reduce(0, +))
    }

    /// The paper rounds to 3.3 million parameters for both of its cells (table 1).
    @Test func `the published networks have the size that the paper gives`() throws {
        let second = NetworkCost(of: try Genotype(parsing: Published.darts2), in: .cifar)
        #expect(second.parameters == 3_349_342)
        let first = NetworkCost(of: try Genotype(parsing: Published.darts1), in: .cifar)
        #expect((3_100_000...3_400_000).contains(first.parameters))
    }

    @Test func `only the states that are joined reach the next cell`() {
        let nodes: [[CellGraph.Edge]] = [[.init(.skip, from: 1)], [.init(.skip, from: 1)]]
        let one = CellGraph(nodes: nodes, concatenated: [3])
        let two = CellGraph(nodes: nodes)
        func cost(_ cell: CellGraph) -> Int {
            NetworkCost(of: Genotype(normal: cell, reduction: cell), in: network(layers: 2)).parameters
        }
        // Reductions at 0 and 1: the second projects 8 more channels to 16, the classifier sees 16 more.
        #expect(cost(two) - cost(one) == 8 * 16 + 16 * 5)
    }
}
