import AttuneCore
import AttuneMath
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

struct AcquisitionSearchTests {
    // MARK: Known models

    @Test func `it finds the maximum of a bowl to many digits`() throws {
        let found = try #require(try search(Bowl(), in: .square()).found())
        #expect(abs(found.point[0] - 0.37) < 1e-4 && abs(found.point[1] - 0.61) < 1e-4, "\(found)")
        #expect(abs(found.score) < 1e-8)
    }

    @Test func `gradients go beyond the best of the candidates`() throws {
        let model = try process()
        let best = try #require(model.fittedMeans.min())
        var search = try search(model, in: .square(), acquisition: .logExpectedImprovement, best: best)
        let improved = try #require(try search.found())
        search.followsGradients = false
        let sampled = try #require(try search.found())
        #expect(improved.score > sampled.score)
        // Nothing of a fine grid is better.
        let grid = (0...100).flatMap { x in (0...100).flatMap { [Double(x) / 100, Double($0) / 100] } }
        let (means, deviations) = model.posterior(features: grid)
        let scores = zip(means, deviations).map {
            Acquisition.logExpectedImprovement.value(mean: $0, deviation: $1, best: best).value
        }
        #expect(improved.score >= (try #require(scores.max())) - 1e-6)
        #expect(sampled.score > (try #require(scores.max())) - 1)
    }

    @Test func `the score is the acquisition's at the point`() throws {
        let model = try process()
        let search = try search(model, in: .square(), acquisition: .confidenceBound(2), best: 0)
        let found = try #require(try search.found())
        let (means, deviations) = model.posterior(features: found.point)
        #expect(abs(found.score - (2 * deviations[0] - means[0])) < 1e-9)
    }

    @Test func `under a constraint it finds the best point of the edge`() throws {
        let row = try #require(SpaceTable.all.first { $0.description == "constrained continuum" })
        let found = try #require(try search(Bowl(), in: ModelSpace(row.space)).found())
        // Of x + y ≤ 0.5, (0.13, 0.37) is nearest to (0.37, 0.61).
        #expect(row.space.isFeasible(row.space.assignment(at: found.point)))
        #expect(found.score > -2 * 0.24 * 0.24 - 0.01, "\(found)")
    }

    @Test(arguments: SpaceTable.all) func `what it finds is a trial of the space`(_ row: SpaceTable.Row) throws {
        let space = ModelSpace(row.space)
        let points = space.drawnPoints(6)
        let model = GaussianProcess(
            space, .matern52,
            Hyperparameters(
                logLengths: Array(repeating: 0, count: space.dimensions), logVariance: 0, logNoise: log(0.01)),
            features: points.flatMap { space.features(of: $0) }, targets: [0, 1, -1, 0.5, 0.2, -0.3])
        let search = try search(
            model, in: space, acquisition: .logExpectedImprovement, best: -1, anchors: Array(points.prefix(2)))
        for found in [try search.found(), try search.drawn()] {
            let point = try #require(found).point
            let assignment = space.assignment(at: point)
            #expect(row.space.contains(assignment), "\(assignment)")
            #expect(zip(space.settled(point), point).allSatisfy { abs($0 - $1) < 1e-12 }, "\(point)")
        }
    }

    @Test func `of a finite space the best that is open is found, until none is`() throws {
        let space = ModelSpace(
            try SearchSpace([ParameterSpec("x", .int(0...4)), ParameterSpec("y", .int(0...4))]))
        var tried: Set<Assignment> = []
        var scores: [Double] = []
        for _ in 0..<25 {
            var search = try search(Bowl(), in: space)
            search = AcquisitionSearch(
                space: space, criterion: search.criterion, anchors: [],
                isOpen: { !tried.contains($0) })
            let found = try #require(try search.found())
            tried.insert(space.assignment(at: found.point))
            scores.append(found.score)
        }
        #expect(tried.count == 25)
        #expect(scores == scores.sorted(by: >))
        let search = AcquisitionSearch(
            space: space, criterion: Improvement(surrogate: Bowl(), acquisition: .confidenceBound(0), best: 0),
            anchors: [],
            isOpen: { !tried.contains($0) })
        #expect(try search.found() == nil && search.drawn() == nil)
    }

    @Test func `steps and choices are climbed without gradients`() throws {
        let space = ModelSpace(
            try SearchSpace([
                ParameterSpec("a", .int(0...60)), ParameterSpec("b", .int(0...60)),
                ParameterSpec("c", .categorical((0..<40).map(String.init))),
            ]))
        // The maximum at 22, 37 and choice 30 is one of 148,840 points.
        let found = try #require(try search(Steps(), in: space).found())
        #expect(found.point == [22, 37, 30], "\(found)")
    }

    @Test func `a region is not left`() throws {
        let space = try ModelSpace.square()
        let region = TrustRegion(space: space, centre: [0.8, 0.2], sides: [0.2, 0.2])
        var search = try search(Bowl(), in: space, anchors: [[0.8, 0.2]])
        search.region = region
        let found = try #require(try search.found())
        #expect(region.contains(found.point))
        #expect(abs(found.point[0] - 0.7) < 1e-6 && abs(found.point[1] - 0.3) < 1e-6, "\(found)")
        #expect(region.contains(try #require(try search.drawn()).point))
    }

    // MARK: What else counts

    @Test func `a chance of success counts where it is small`() throws {
        var search = try search(Bowl(), in: .square())
        search.modifiers = [ScoreModifier(term: .logChance, model: try halves(left: 0, right: 1))]
        let found = try #require(try search.found())
        #expect(found.point[0] > 0.55, "successes lie at x > 0.5: \(found)")
    }

    @Test func `a cost counts by its weight`() throws {
        var search = try search(Bowl(), in: .square())
        search.modifiers = [ScoreModifier(term: .cost(3), model: try halves(left: 1, right: -1))]
        let dear = try #require(try search.found())
        search.modifiers = [ScoreModifier(term: .cost(1e-6), model: try halves(left: 1, right: -1))]
        let cheap = try #require(try search.found())
        #expect(dear.point[0] > 0.6 && abs(cheap.point[0] - 0.37) < 0.01)
    }

    @Test func `a modifier's gradient is that of its term`() throws {
        let model = try halves(left: 0, right: 1)
        for modifier in [ScoreModifier(term: .logChance, model: model), ScoreModifier(term: .cost(2), model: model)] {
            for place in [[0.5, 0.4], [0.6, 0.9], [0.45, 0.1]] {
                var gradient = [10.0, 20]
                var scores = [7.0]
                let term = modifier.term(at: place, addingTo: &gradient)
                modifier.add(to: &scores, features: place)
                var unused = [0.0, 0]
                let differences = slopes(at: place) { modifier.term(at: $0, addingTo: &unused) }
                #expect(abs(scores[0] - 7 - term) < 1e-10)
                #expect(abs(gradient[0] - 10 - differences[0]) < 1e-5 && abs(gradient[1] - 20 - differences[1]) < 1e-5)
            }
        }
    }

    // MARK: Parts

    private func search(
        _ surrogate: any Surrogate, in space: ModelSpace, acquisition: Acquisition = .confidenceBound(0),
        best: Double = 0, anchors: [[Double]] = []
    ) throws -> AcquisitionSearch {
        AcquisitionSearch(
            space: space, criterion: Improvement(surrogate: surrogate, acquisition: acquisition, best: best),
            anchors: anchors,
            isOpen: { space.space.isFeasible($0) })
    }

    /// After twelve observations of a function with several valleys.
    private func process() throws -> GaussianProcess {
        let space = try ModelSpace.square()
        let points = space.drawnPoints(12)
        return GaussianProcess(
            space, .matern52, Hyperparameters(logLengths: [log(0.3), log(0.4)], logVariance: 0, logNoise: log(1e-4)),
            features: points.flatMap { $0 }, targets: standardized(points.map { sin(9 * $0[0]) + cos(7 * $0[1]) }))
    }

    /// One value at x < 0.5 and another beyond.
    private func halves(left: Double, right: Double) throws -> GaussianProcess {
        let space = try ModelSpace.square()
        let points = space.drawnPoints(30)
        return GaussianProcess(
            space, .matern52, Hyperparameters(logLengths: [log(0.3), log(1)], logVariance: 0, logNoise: log(0.01)),
            features: points.flatMap { $0 }, targets: points.map { $0[0] < 0.5 ? left : right })
    }
}

extension AcquisitionSearch {
    private func cubes() throws -> [[Double]] {
        let design = try SobolSequence(dimensions: space.dimensions, seed: 3)
        return (0..<128).map { design.point($0) }
    }

    fileprivate func found() throws -> Candidate? {
        var random = RandomSource(seed: 5)
        return best(among: try cubes(), using: &random)
    }

    fileprivate func drawn() throws -> Candidate? {
        var random = RandomSource(seed: 5)
        let improvement = try #require(criterion as? Improvement)
        return drawn(from: improvement.surrogate, among: try cubes(), using: &random)
    }
}

/// Least at (0.37, 0.61), and sure of it.
private struct Bowl: Surrogate {
    func posterior(features: [Double]) -> (means: [Double], deviations: [Double]) {
        let means = features.rows(of: 2).map { ($0[0] - 0.37) * ($0[0] - 0.37) + ($0[1] - 0.61) * ($0[1] - 0.61) }
        return (means, means.map { _ in 1e-6 })
    }

    func posterior(
        at features: [Double], meanGradient: inout [Double], deviationGradient: inout [Double]
    ) -> Posterior? {
        meanGradient = [2 * (features[0] - 0.37), 2 * (features[1] - 0.61)]
        deviationGradient = [0, 0]
        return Posterior(mean: posterior(features: features).means[0], deviation: 1e-6)
    }
}

/// Least at a = 22 of 60, b = 37 of 60, and the thirtieth choice.
private struct Steps: Surrogate {
    func posterior(features: [Double]) -> (means: [Double], deviations: [Double]) {
        let means = features.rows(of: 42).map { row in
            abs(row[0] * 60 - 22) + abs(row[1] * 60 - 37) + (row[2 + 30] > 0 ? 0 : 5)
        }
        return (means, means.map { _ in 1 })
    }
}
