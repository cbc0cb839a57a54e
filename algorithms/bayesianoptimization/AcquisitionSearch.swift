import AttuneCore
import AttuneMath
import Foundation

/// Finds the point of a space that an acquisition likes best: many candidates are scored together, the best few are
/// improved by gradients along continuous axes and by neighbours along the others.
struct AcquisitionSearch {
    let space: ModelSpace
    let criterion: any Criterion
    /// What else counts: the chance of success, of keeping constraints, the time a trial takes.
    var modifiers: [ScoreModifier] = []
    /// The best points so far, best first: candidates gather around them.
    let anchors: [[Double]]
    /// Where candidates may lie; nil for everywhere.
    var region: TrustRegion?
    /// Whether gradients are followed.
    var followsGradients = true
    /// Whether an assignment satisfies the constraints and was not tried.
    let isOpen: (Assignment) -> Bool

    /// A point with its score.
    struct Candidate {
        var point: [Double]
        var score: Double
    }

    /// The best open point found; nil when no candidate is open.
    ///
    /// - Parameter cubes: positions of the unit cube that cover it evenly.
    func best(among cubes: [[Double]], using random: inout RandomSource) -> Candidate? {
        var candidates = scored(feasible(candidatePoints(cubes, using: &random)))
        candidates.sort { $0.score > $1.score }
        let starts = distinct(candidates)
        if followsGradients || space.axes.contains(where: { $0.count != nil }) {
            candidates += starts.map { improved($0, using: &random) }
            candidates.sort { $0.score > $1.score }
        }
        return candidates.first { $0.score.isFinite && isOpen(space.assignment(at: $0.point)) }
    }

    /// The open candidate at which a function drawn from the belief is smallest (Thompson 1933).
    func drawn(
        from surrogate: any Surrogate, among cubes: [[Double]], using random: inout RandomSource
    ) -> Candidate? {
        let points = candidatePoints(cubes, using: &random)
        let values = surrogate.draw(features: points.flatMap { space.features(of: $0) }, using: &random)
        return zip(points, values).map { Candidate(point: $0, score: -$1) }.sorted { $0.score > $1.score }
            .first { isOpen(space.assignment(at: $0.point)) }
    }

    // MARK: Candidates

    private func candidatePoints(_ cubes: [[Double]], using random: inout RandomSource) -> [[Double]] {
        if let all = space.allPoints(atMost: AcquisitionSearch.mostEnumerated) { return all }
        let spread = cubes.map { cube in space.point(at: region.map { $0.cube(cube) } ?? cube) }
        let near = anchors.flatMap { anchor in
            (0..<AcquisitionSearch.nearEach).map { _ in perturbed(anchor, using: &random) }
        }
        return spread + near
    }

    /// Those that satisfy the constraints, as only from these a climb can begin; all where none does.
    private func feasible(_ points: [[Double]]) -> [[Double]] {
        guard space.space.isConstrained else { return points }
        let feasible = points.filter { space.space.isFeasible(space.assignment(at: $0)) }
        return feasible.isEmpty ? points : feasible
    }

    static let mostEnumerated = 1_500
    private static let nearEach = 40
    private static let startCount = 8

    /// A neighbour: a few coordinates are moved, by steps of all sizes.
    private func perturbed(_ anchor: [Double], using random: inout RandomSource) -> [Double] {
        var point = anchor
        let share = max(min(1, 6 / Double(space.dimensions)), 0.15)
        let size = exp(-random.uniform() * 6) * 0.5
        let certain = random.below(space.dimensions)
        for index in space.axes.indices where index == certain || random.uniform() < share {
            switch space.axes[index] {
            case .continuous: point[index] = reflected(point[index] + size * random.normal())
            case .ordered(let positions, _):
                let steps = max(1, size * Double(positions.count)) * random.normal()
                let moved = point[index] + (steps < 0 ? min(steps, -1) : max(steps, 1)).rounded()
                point[index] = min(max(moved, 0), Double(positions.count - 1))
            case .choice(let count): point[index] = Double(random.below(count))
            }
        }
        return space.settled(region.map { $0.clamped(point) } ?? point)
    }

    private func reflected(_ x: Double) -> Double {
        let folded = abs(x.truncatingRemainder(dividingBy: 2))
        return folded > 1 ? 2 - folded : folded
    }

    /// The best candidates that are not neighbours of better ones.
    private func distinct(_ sorted: [Candidate]) -> [Candidate] {
        var chosen: [Candidate] = []
        for candidate in sorted where candidate.score.isFinite {
            if chosen.count == AcquisitionSearch.startCount { break }
            let isNear = chosen.contains { other in
                zip(candidate.point, other.point).allSatisfy { abs($0 - $1) < 0.03 }
            }
            if !isNear { chosen.append(candidate) }
        }
        return chosen
    }

    // MARK: Scores

    private func scored(_ points: [[Double]]) -> [Candidate] {
        guard !points.isEmpty else { return [] }
        let features = points.flatMap { space.features(of: $0) }
        var scores = criterion.scores(features: features)
        for modifier in modifiers { modifier.add(to: &scores, features: features) }
        return zip(points, scores).map { Candidate(point: $0, score: $1) }
    }

    /// The score at one point and its gradient by feature; nil for a model without gradients.
    private func score(of features: [Double], gradient: inout [Double]) -> Double? {
        guard var score = criterion.score(at: features, gradient: &gradient)
        else { return nil }
        for modifier in modifiers { score += modifier.term(at: features, addingTo: &gradient) }
        return score
    }

    // MARK: Improvement

    private func improved(_ start: Candidate, using random: inout RandomSource) -> Candidate {
        var current = start
        // Where all axes are continuous, a second climb from a summit leads nowhere.
        let rounds = space.axes.allSatisfy { $0.count == nil } ? 1 : 3
        for _ in 0..<rounds {
            let before = current.score
            if followsGradients { climb(&current) }
            step(&current, using: &random)
            if current.score <= before + 1e-6 { break }
        }
        return current
    }

    /// Follows the gradient along the active continuous axes, as far as the constraints allow.
    private func climb(_ current: inout Candidate) {
        let free = space.axes.indices.filter { space.axes[$0].count == nil && space.isActive($0, at: current.point) }
        guard !free.isEmpty else { return }
        var features = space.features(of: current.point)
        var byFeature = [Double](repeating: 0, count: features.count)
        var isDifferentiable = true
        let box = free.map { region?.bounds($0) ?? 0...1 }
        let minimizer = BoundedMinimizer(
            bounds: box, maximumIterations: 40, gradientTolerance: 1e-5, relativeDecrease: 1e-8)
        let minimum = minimizer.minimize(from: free.map { current.point[$0] }) { x, gradient in
            for (position, index) in free.enumerated() { features[space.offsets[index]] = x[position] }
            guard let score = score(of: features, gradient: &byFeature) else {
                isDifferentiable = false
                return .infinity
            }
            for (position, index) in free.enumerated() { gradient[position] = -byFeature[space.offsets[index]] }
            return -score
        }
        guard isDifferentiable, minimum.value.isFinite, -minimum.value > current.score else { return }
        var moved = current.point
        for (position, index) in free.enumerated() { moved[index] = minimum.point[position] }
        space.settle(&moved)
        take(moved, from: &current)
    }

    /// Goes to `target`, or as far towards it as constraints and score allow.
    private func take(_ target: [Double], from current: inout Candidate) {
        guard space.space.isConstrained, !space.space.isFeasible(space.assignment(at: target)) else {
            if let candidate = scored([target]).first, candidate.score > current.score { current = candidate }
            return
        }
        let (start, way) = (current.point, zip(target, current.point).map { $0 - $1 })
        var (reached, blocked) = (0.0, 1.0)
        for _ in 0..<12 {
            let middle = (reached + blocked) / 2
            let point = space.settled(zip(start, way).map { $0 + middle * $1 })
            if space.space.isFeasible(space.assignment(at: point)) { reached = middle } else { blocked = middle }
        }
        let point = space.settled(zip(start, way).map { $0 + reached * $1 })
        if let candidate = scored([point]).first, candidate.score > current.score { current = candidate }
    }

    /// Takes the best change of one finite coordinate, as long as there is one.
    private func step(_ current: inout Candidate, using random: inout RandomSource) {
        for _ in 0..<2 * space.dimensions {
            let neighbours = neighbours(of: current.point, using: &random)
            guard let best = scored(neighbours).max(by: { $0.score < $1.score }), best.score > current.score + 1e-9
            else { return }
            current = best
        }
    }

    private func neighbours(of point: [Double], using random: inout RandomSource) -> [[Double]] {
        let hasConstraints = space.space.isConstrained
        return space.axes.indices.flatMap { index -> [[Double]] in
            guard let count = space.axes[index].count, space.isActive(index, at: point) else { return [] }
            return values(of: space.axes[index], count, near: Int(point[index]), using: &random).compactMap { value in
                guard value != Int(point[index]) else { return nil }
                var neighbour = point
                neighbour[index] = Double(value)
                space.settle(&neighbour)
                if let region, !region.contains(neighbour) { return nil }
                return !hasConstraints || space.space.isFeasible(space.assignment(at: neighbour)) ? neighbour : nil
            }
        }
    }

    private func values(
        of axis: ModelSpace.Axis, _ count: Int, near value: Int, using random: inout RandomSource
    ) -> [Int] {
        if count <= 12 { return Array(0..<count) }
        let far = (0..<4).map { _ in random.below(count) }
        guard axis.isOrderedOrContinuous else { return far + (0..<8).map { _ in random.below(count) } }
        return ([-4, -2, -1, 1, 2, 4].map { value + $0 } + far).filter { (0..<count).contains($0) }
    }
}

/// A term of the score beside the acquisition.
struct ScoreModifier: Sendable {
    enum Term: Sendable {
        /// + log of the chance that the model gives.
        case logChance
        /// − so much times the model's mean.
        case cost(Double)
        /// + log of the probability that what the model believes lies between.
        case logWithin(ClosedRange<Double>)
    }

    let term: Term
    let model: GaussianProcess

    func add(to scores: inout [Double], features: [Double]) {
        guard case .logWithin(let range) = term else {
            for (index, mean) in model.means(features: features).enumerated() { scores[index] += value(mean).value }
            return
        }
        let (means, deviations) = model.posterior(features: features)
        for index in scores.indices {
            scores[index] +=
                within(range, Posterior(mean: means[index], deviation: deviations[index])).value
        }
    }

    func term(at features: [Double], addingTo gradient: inout [Double]) -> Double {
        var (byMean, byDeviation) = (gradient, gradient)
        guard let belief = model.posterior(at: features, meanGradient: &byMean, deviationGradient: &byDeviation) else {
            return 0
        }
        if case .logWithin(let range) = term {
            let chance = within(range, belief)
            for index in gradient.indices {
                gradient[index] += chance.byMean * byMean[index] + chance.byDeviation * byDeviation[index]
            }
            return chance.value
        }
        let (value, slope) = value(belief.mean)
        for index in gradient.indices { gradient[index] += slope * byMean[index] }
        return value
    }

    private func value(_ mean: Double) -> (value: Double, slope: Double) {
        switch term {
        case .logChance where mean <= leastChance: (log(leastChance), 0)
        case .logChance where mean >= 1: (0, 0)
        case .logChance: (log(mean), 1 / mean)
        case .cost(let weight): (-weight * mean, -weight)
        case .logWithin: (0, 0)
        }
    }

    /// log P(lower ≤ f ≤ upper) for a normal f, and its derivatives by mean and deviation.
    private func within(
        _ range: ClosedRange<Double>, _ belief: Posterior
    ) -> (value: Double, byMean: Double, byDeviation: Double) {
        let (lower, upper) = (
            (range.lowerBound - belief.mean) / belief.deviation,
            (range.upperBound - belief.mean) / belief.deviation
        )
        let value = NormalDistribution.logMass(from: lower, to: upper)
        // φ(end) / mass; nothing at an end that is infinite.
        let (left, right) = (share(of: lower, in: value), share(of: upper, in: value))
        return (
            value, (left - right) / belief.deviation,
            ((lower.isFinite ? lower * left : 0) - (upper.isFinite ? upper * right : 0))
                / belief.deviation
        )
    }

    private func share(of end: Double, in logMass: Double) -> Double {
        end.isFinite ? exp(NormalDistribution.logDensity(end) - logMass) : 0
    }
}

/// Below this a chance of success is not told apart from none.
private let leastChance = 1e-6
