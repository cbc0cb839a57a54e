import AttuneCore

/// The trials that ended last, folded from the study: who joins is the youngest, and the oldest dies, however good it is.
struct AgingPopulation: Sendable {
    struct Member: Sendable {
        let number: Trial.Number
        let point: [Double]
        let result: TrialResult
    }

    /// The oldest first.
    private(set) var members: [Member] = []
    /// By member, its place among all, 0 the fittest: no two are equal.
    private(set) var places: [Int] = []
    private let size: Int
    private let space: ModelSpace
    private var seen = 0

    init(_ space: ModelSpace, size: Int) {
        self.space = space
        self.size = size
    }

    /// Takes in the trials that have ended since. Failed ones have nothing to pass on, killed ones say nothing.
    mutating func absorb(_ study: Study) {
        guard seen < study.ended.count else { return }
        for number in study.ended[seen...] {
            let trial = study[number]
            guard trial.outcome == .succeeded || trial.outcome == .earlyStopped,
                let result = trial.result(of: study.objective)
            else { continue }
            members.append(Member(number: number, point: space.point(of: trial.assignment), result: result))
        }
        seen = study.ended.count
        members.removeFirst(max(members.count - size, 0))
        places = AgingPopulation.places(of: members.map(\.result))
    }

    /// Feasible ones first, by front and within it by room; the younger first among equals, as its neighbours are new.
    private static func places(of results: [TrialResult]) -> [Int] {
        let ranks = ConstrainedDomination.ranks(of: results)
        var rooms = [Double](repeating: 0, count: results.count)
        if let first = results.first, first.losses.count > 1 {
            for front in Dictionary(grouping: results.indices, by: { ranks[$0] }).values {
                let distances = Pareto.crowdingDistances(of: front.map { results[$0].losses })
                for (index, distance) in zip(front, distances) { rooms[index] = distance }
            }
        }
        let order = results.indices.sorted { (ranks[$0], -rooms[$0], -$0) < (ranks[$1], -rooms[$1], -$1) }
        var places = [Int](repeating: 0, count: results.count)
        for (place, index) in order.enumerated() { places[index] = place }
        return places
    }

    /// The fittest of so many drawn, with replacement; nil while there is nobody.
    func winner(of tournament: Int, using random: inout RandomSource) -> Member? {
        guard !members.isEmpty else { return nil }
        let drawn = (0..<tournament).map { _ in random.below(members.count) }
        return drawn.min { places[$0] < places[$1] }.map { members[$0] }
    }
}
