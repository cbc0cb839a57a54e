import AttuneCore
import Testing

struct ParetoTests {
    private let nowhere = Double.nan

    /// Of every rank, the points that no other point of no lesser rank dominates.
    private func ranksByDefinition(_ points: [[Double]]) -> [Int] {
        var ranks = [Int](repeating: -1, count: points.count)
        var left = Array(points.indices)
        var rank = 0
        while !left.isEmpty {
            let front = left.filter { candidate in
                !left.contains { Pareto.dominates(points[$0], points[candidate]) }
            }
            for index in front { ranks[index] = rank }
            left.removeAll { ranks[$0] == rank }
            rank += 1
        }
        return ranks
    }

    @Test func `dominance asks for one objective better and none worse`() {
        #expect(Pareto.dominates([1, 2], [1, 3]))
        #expect(!Pareto.dominates([1, 2], [1, 2]))
        #expect(!Pareto.dominates([1, 3], [2, 2]))
        #expect(Pareto.dominates([-.infinity, 2], [1, .infinity]))
    }

    @Test func `what is not a number is dominated by any point of numbers`() {
        #expect(Pareto.dominates([9, 9], [nowhere, 0]))
        #expect(!Pareto.dominates([nowhere, 0], [9, 9]))
        #expect(!Pareto.dominates([nowhere, 0], [nowhere, 1]))
        #expect(Pareto.ranks(of: [[nowhere, 0], [1, 1], [2, 2], [0, nowhere]]) == [2, 0, 1, 2])
        #expect(Pareto.ranks(of: [[nowhere]]) == [0])
        #expect(Pareto.nondominated(of: [[nowhere, 0], [1, 1]]) == [1])
        #expect(Pareto.nondominated(of: [[nowhere, 0]]) == [])
    }

    @Test(arguments: 1...5)
    func `ranks are those of the definition`(_ dimensions: Int) {
        for seed in 0..<10 as Range<UInt64> {
            let points =
                randomPoints(40, dimensions, seed: seed, levels: seed.isMultiple(of: 2) ? 5 : 1000)
                + [Array(repeating: nowhere, count: dimensions)]
            let expected = ranksByDefinition(points)
            #expect(Pareto.ranks(of: points) == expected, "seed \(seed)")
            #expect(Pareto.nondominated(of: points) == points.indices.filter { expected[$0] == 0 }, "seed \(seed)")
            #expect(
                Pareto.fronts(of: points).enumerated().allSatisfy { rank, front in
                    front == points.indices.filter { expected[$0] == rank }
                })
        }
    }

    @Test func `equal points share their rank`() {
        #expect(Pareto.ranks(of: [[1, 2], [1, 2], [2, 3], [2, 3], [0, 9]]) == [0, 0, 1, 1, 0])
        #expect(Pareto.nondominated(of: [[1, 2], [1, 2], [2, 3]]) == [0, 1])
    }

    @Test func `crowding is the neighbours' distance in units of the extent`() {
        let front: [[Double]] = [[0, 10], [2, 4], [3, 3], [10, 0]]
        let distances = Pareto.crowdingDistances(of: front)
        #expect(distances[0] == .infinity && distances[3] == .infinity)
        #expect(abs(distances[1] - (0.3 + 0.7)) < 1e-12)
        #expect(abs(distances[2] - (0.8 + 0.4)) < 1e-12)
    }

    @Test func `crowding stays a number where an objective has no extent`() {
        #expect(Pareto.crowdingDistances(of: []) == [])
        #expect(Pareto.crowdingDistances(of: [[1, 2]]) == [.infinity])
        let flat = Pareto.crowdingDistances(of: [[1, 5], [2, 5], [4, 5]])
        #expect(flat == [.infinity, 1, .infinity])
        let endless = Pareto.crowdingDistances(of: [[1, 3], [2, 2], [.infinity, 1]])
        #expect(endless[1] == 1)
    }

    @Test(arguments: 1...4)
    func `a front that grows point by point is that of all points`(_ dimensions: Int) {
        for seed in 0..<10 as Range<UInt64> {
            let points = randomPoints(60, dimensions, seed: seed, levels: seed.isMultiple(of: 2) ? 6 : 1000)
            var front = ParetoFront<Int>()
            var members: Set<Int> = []
            for (index, point) in points.enumerated() {
                let wouldEnter = front.accepts(point)
                let left = front.insert(index, at: point)
                #expect((left != nil) == wouldEnter)
                if let left { members = members.subtracting(left.map(\.element)).union([index]) }
            }
            // Of equal points the first is the member.
            let expected = Pareto.nondominated(of: points).filter { points.firstIndex(of: points[$0]) == $0 }
            #expect(Set(front.elements) == Set(expected), "seed \(seed)")
            #expect(members == Set(expected), "seed \(seed)")
            #expect(front.points == front.points.sorted { $0.lexicographicallyPrecedes($1) })
        }
    }

    @Test func `what is not a number, equal or dominated stays out of a front`() {
        var front = ParetoFront<String>()
        #expect(front.insert("a", at: [1, 1])?.isEmpty == true)
        #expect(front.insert("b", at: [nowhere, 0]) == nil)
        #expect(front.insert("c", at: [1, 1]) == nil)
        #expect(front.insert("d", at: [1, 2]) == nil)
        #expect(front.insert("e", at: [0, 1])?.map(\.element) == ["a"])
        #expect(front.elements == ["e"])
    }
}
