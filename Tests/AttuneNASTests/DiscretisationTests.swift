import AttuneCore
import AttuneNAS
import Testing

struct DiscretisationTests {
    /// Softmaxed scores that would give this cell: its edges in order, better the earlier, `none` above all of them.
    private func scores(for cell: CellGraph, _ operations: [CellOperation]) -> [[Double]] {
        cell.nodes.enumerated().flatMap { node, edges in
            (0..<node + 2).map { source in
                let rank = edges.firstIndex { $0.source == source }
                return operations.map { operation in
                    if operation == .none { return 0.5 }
                    guard let rank else { return operation == .separable(5) ? 0.11 : 0.06 }
                    return edges[rank].operation == operation ? 0.2 - 0.05 * Double(rank) : 0.05
                }
            }
        }
    }

    @Test(arguments: [Published.darts1, Published.darts2])
    func `the published cells follow from weights that mean them`(text: String) throws {
        let cell = try Genotype(parsing: text)
        for operations in [CellOperation.darts, Array(CellOperation.darts.reversed())] {
            let found = Genotype(
                discretising: scores(for: cell.normal, operations), reduction: scores(for: cell.reduction, operations),
                operations: operations)
            #expect(found == cell)
        }
    }

    @Test func `none is never chosen, however it scores`() {
        var random = RandomSource(seed: 3)
        for _ in 0..<200 {
            let scores = (0..<9).map { _ in [1.0] + (1..<8).map { _ in random.uniform() } }
            let cell = CellGraph(discretising: scores, operations: CellOperation.darts)
            #expect(cell.nodes.count == 3)
            #expect(cell.nodes.allSatisfy { $0.count == 2 && $0[0].source != $0[1].source })
            #expect(!cell.nodes.joined().contains { $0.operation == .none })
        }
    }

    @Test(arguments: 0...4)
    func `a cell has at most the skips it may have`(most: Int) {
        var random = RandomSource(seed: UInt64(most))
        for _ in 0..<100 {
            let scores = (0..<14).map { _ in
                CellOperation.darts.map { random.uniform() + ($0 == .skip ? 1 : 0) }
            }
            let free = CellGraph(discretising: scores, operations: CellOperation.darts)
            #expect(free.skips == 8)
            let cell = CellGraph(discretising: scores, operations: CellOperation.darts, maximumSkips: most)
            #expect(cell.skips == most)
            #expect(cell.nodes.allSatisfy { $0.count == 2 })
        }
    }

    @Test func `the weakest skip gives way to the next best edge or operation`() {
        // Skip, sep 3x3; edges (2,0), (2,1), (3,0), (3,1), (3,2).
        let scores = [[0.9, 0.1], [0.8, 0.2], [0.7, 0.3], [0.6, 0.1], [0.1, 0.5]]
        let operations: [CellOperation] = [.skip, .separable(3)]
        let cell = CellGraph(discretising: scores, operations: operations, maximumSkips: 2)
        #expect(
            cell.nodes == [
                [.init(.skip, from: 0), .init(.skip, from: 1)],
                [.init(.separable(3), from: 2), .init(.separable(3), from: 0)],
            ])
    }

    @Test func `of equals the first wins, and what is no number loses`() {
        let cell = CellGraph(
            discretising: [[0.5, 0.5], [0.5, 0.5], [.nan, 0.1], [.nan, .nan], [0.2, .nan]],
            operations: [.maxPool(3), .skip])
        #expect(
            cell.nodes == [
                [.init(.maxPool(3), from: 0), .init(.maxPool(3), from: 1)],
                [.init(.maxPool(3), from: 2), .init(.skip, from: 0)],
            ])
    }

    @Test func `any number of edges may be kept`() {
        let scores = [[1.0], [2], [3], [5], [4]]
        #expect(CellGraph(discretising: scores, operations: [.skip], edgesPerNode: 1).nodes.map(\.count) == [1, 1])
        let all = CellGraph(discretising: scores, operations: [.skip], edgesPerNode: 9)
        #expect(all.nodes.map { $0.map(\.source) } == [[1, 0], [1, 2, 0]])
    }
}
