import AttuneCore

/// The survival of NSGA-II: by rank, and within the rank that does not fit as a whole those with most room about them
/// (Deb et al. 2002, section III).
struct CrowdedSurvival: Survival {
    mutating func survivors(
        of pool: [Individual], atMost count: Int, using random: inout RandomSource
    ) -> [Survivors.Member] {
        let ranks = ConstrainedDomination.ranks(of: pool.map(\.result))
        let fronts = Dictionary(grouping: pool.indices, by: { ranks[$0] }).sorted { $0.key < $1.key }
        var survivors: [Survivors.Member] = []
        for (rank, front) in fronts {
            let rooms = Pareto.crowdingDistances(of: front.map { pool[$0].result.losses })
            // Among equals in rank and room the later trial: what it is near to may have been found to be better.
            let order = front.indices.sorted { (rooms[$0], front[$0]) > (rooms[$1], front[$1]) }
            for place in order.prefix(count - survivors.count) {
                survivors.append(Survivors.Member(individual: pool[front[place]], rank: rank, room: rooms[place]))
            }
            if survivors.count == count { break }
        }
        return survivors
    }
}
