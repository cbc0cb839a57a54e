import AttuneCore
import AttuneMath

/// The survival of NSGA-III: by rank, and within the rank that does not fit as a whole those along the reference
/// directions that have fewest (Deb & Jain 2014, "An evolutionary many-objective optimization algorithm using
/// reference-point-based nondominated sorting approach, part I").
struct NichedSurvival: Survival {
    private let directions: [[Double]]
    /// The best value of each objective so far.
    private var ideal: [Double]
    /// The points so far that are furthest along one objective alone.
    private var extremes: [[Double]] = []

    init(directions: [[Double]]) {
        self.directions = directions
        ideal = Array(repeating: .infinity, count: directions.first?.count ?? 0)
    }

    mutating func survivors(
        of pool: [Individual], atMost count: Int, using random: inout RandomSource
    ) -> [Survivors.Member] {
        let ranks = ConstrainedDomination.ranks(of: pool.map(\.result))
        let order = pool.indices.sorted { (ranks[$0], $0) < (ranks[$1], $1) }
        guard order.count > count else { return order.map { survivor(pool[$0], ranks[$0]) } }
        let lastRank = ranks[order[count - 1]]
        let certain = order.filter { ranks[$0] < lastRank }
        let candidates = order.filter { ranks[$0] == lastRank }
        guard pool[candidates[0]].result.isFeasible else {
            // Of equal violations there is nothing to tell apart.
            return order.prefix(count).map { survivor(pool[$0], ranks[$0]) }
        }
        let normalized = normalized(
            (certain + candidates).map { pool[$0].result.losses },
            front: order.filter { ranks[$0] == 0 }.map { pool[$0].result.losses })
        let niches = normalized.map(niche)
        var choice = NicheChoice(
            niches: Array(niches.suffix(candidates.count)), taken: niches.prefix(certain.count).map(\.direction),
            directions: directions.count)
        let chosen = (certain.count..<count).map { _ in candidates[choice.next(using: &random)] }
        return (certain + chosen).map { survivor(pool[$0], ranks[$0]) }
    }

    private func survivor(_ individual: Individual, _ rank: Int) -> Survivors.Member {
        // Feasible parents are drawn alike: the choice of survivors has spread them.
        Survivors.Member(individual: individual, rank: individual.result.isFeasible ? 0 : 1 + rank, room: 0)
    }

    // MARK: Normalisation

    /// In units in which the front reaches 1 along every objective (section IV-C).
    private mutating func normalized(_ losses: [[Double]], front: [[Double]]) -> [[Double]] {
        for point in losses { ideal = zip(ideal, point).map { min($0, $1) } }
        let ideal = self.ideal
        extremes = ideal.indices.compactMap { objective in
            (front + extremes).min { achievement($0, along: objective) < achievement($1, along: objective) }
        }
        let extents = extents(front)
        return losses.map { point in
            ideal.indices.map { index in
                let share = (point[index] - ideal[index]) / extents[index]
                return extents[index] > 0 && !share.isNaN ? min(share, 1e100) : 0
            }
        }
    }

    /// How far a point is from lying along one objective's axis (eq. 4).
    private func achievement(_ point: [Double], along objective: Int) -> Double {
        point.indices.reduce(-Double.infinity) { largest, index in
            max(largest, (point[index] - ideal[index]) * (index == objective ? 1 : 1e6))
        }
    }

    /// Where the plane through the extreme points cuts each axis; where there is none, or one behind the front's own
    /// extent, that extent.
    private func extents(_ front: [[Double]]) -> [Double] {
        let nadir = ideal.indices.map { index in (front.map { $0[index] }.max() ?? 0) - ideal[index] }
        let rows = extremes.map { point in point.indices.map { point[$0] - ideal[$0] } }
        guard let plane = solution(of: rows) else { return nadir }
        return zip(plane, nadir).map { coefficient, extent in
            let cut = 1 / coefficient
            return coefficient > 0 && cut.isFinite && cut > 1e-10 * extent ? cut : extent
        }
    }

    /// x with A x = 1, by elimination; nil where A is singular.
    private func solution(of matrix: [[Double]]) -> [Double]? {
        var rows = matrix.map { $0 + [1] }
        let size = rows.count
        let largest = matrix.joined().map(\.magnitude).max() ?? 0
        guard largest > 0, largest.isFinite else { return nil }
        for column in 0..<size {
            guard let pivot = (column..<size).max(by: { rows[$0][column].magnitude < rows[$1][column].magnitude }),
                rows[pivot][column].magnitude > 1e-10 * largest
            else { return nil }
            rows.swapAt(column, pivot)
            for row in 0..<size where row != column {
                let factor = rows[row][column] / rows[column][column]
                for index in column...size { rows[row][index] -= factor * rows[column][index] }
            }
        }
        return rows.indices.map { rows[$0][size] / rows[$0][$0] }
    }

    // MARK: Niches

    /// The direction that passes nearest, and how near (section IV-D).
    private func niche(_ point: [Double]) -> NicheChoice.Niche {
        var nearest = NicheChoice.Niche(direction: 0, distance: .infinity)
        for (index, direction) in directions.enumerated() {
            let length = direction.reduce(0) { $0 + $1 * $1 }
            let along = zip(point, direction).reduce(0) { $0 + $1.0 * $1.1 } / length
            let distance = zip(point, direction).reduce(0) { sum, pair in
                let rest = pair.0 - along * pair.1
                return sum + rest * rest
            }
            if distance < nearest.distance { nearest = .init(direction: index, distance: distance) }
        }
        return nearest
    }
}

/// Gives places one after another to candidates along the direction that has fewest (Deb & Jain 2014, algorithm 4).
struct NicheChoice {
    struct Niche {
        let direction: Int
        /// Squared.
        let distance: Double
    }

    private let niches: [Niche]
    /// By direction, how many survivors it has.
    private var counts: [Int]
    private var open: Set<Int>

    init(niches: [Niche], taken: [Int], directions: Int) {
        self.niches = niches
        counts = Array(repeating: 0, count: directions)
        for direction in taken { counts[direction] += 1 }
        open = Set(niches.indices)
    }

    /// The next candidate: of a direction with none the nearest, of others any.
    mutating func next(using random: inout RandomSource) -> Int {
        let left = open.sorted()
        let fewest = left.map { counts[niches[$0].direction] }.min() ?? 0
        let directions = Set(left.map { niches[$0].direction }.filter { counts[$0] == fewest }).sorted()
        let direction = directions[random.below(directions.count)]
        let own = left.filter { niches[$0].direction == direction }
        let nearest = own.min { niches[$0].distance < niches[$1].distance } ?? own[0]
        let chosen = fewest == 0 ? nearest : own[random.below(own.count)]
        counts[direction] += 1
        open.remove(chosen)
        return chosen
    }
}
