import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

/// Beliefs, and the hyperparameters they rest on.
struct GaussianProcessTests {
    /// scikit-learn 1.9.1 with length scales 0.3 and 0.7, signal variance 1.3 and noise variance 0.01. Means are those of
    /// the kernel plus a constant 1, which is a constant mean with a standard normal prior; deviations and covariance are
    /// the kernel's alone; `negativeLog` is −log p(y − b) + b²/2 for the likeliest mean b.
    struct Reference: Sendable {
        let kernel: Kernel
        let means: [Double]
        let deviations: [Double]
        let covariance: [[Double]]
        let mean: Double
        let negativeLog: Double
    }

    static let references = [
        Reference(
            kernel: .matern52, means: [0.6837860784004791, 0.09472196205087922, -0.839516904964176],
            deviations: [0.3869923409501194, 0.3201356485657574, 0.6429779127041151],
            covariance: [
                [0.14976307195405347, -0.026119786066022388, -0.0020105189480604385],
                [-0.026119786066022388, 0.10248683348261833, -0.008793476863188376],
                [-0.0020105189480604385, -0.008793476863188376, 0.41342059622534066],
            ], mean: -0.05963372739129765, negativeLog: 6.200461104832487),
        Reference(
            kernel: .rbf, means: [0.7504614060280098, 0.11428226087506024, -0.8617499167148589],
            deviations: [0.23395044410857802, 0.17200048194654094, 0.48963730834062236],
            covariance: [
                [0.05473281029860089, -0.020424150206901026, -0.00816145290405057],
                [-0.020424150206901026, 0.029584165789842354, -0.007331866470673909],
                [-0.00816145290405057, -0.007331866470673909, 0.23974469371904972],
            ], mean: -0.10519077761528862, negativeLog: 5.989941172352653),
    ]

    private static let features = [0.1, 0.2, 0.9, 0.4, 0.5, 0.5, 0.3, 0.8, 0.7, 0.95]
    private static let targets = [0.3, -1.1, 0.7, 1.4, -0.6]
    private static let queries = [0.2, 0.3, 0.6, 0.6, 0.95, 0.05]
    private static let hyperparameters = Hyperparameters(
        logLengths: [log(0.3), log(0.7)], logVariance: log(1.3), logNoise: log(0.01))

    private func process(_ kernel: Kernel, logNoise: Double = log(0.01)) throws -> GaussianProcess {
        var hyperparameters = GaussianProcessTests.hyperparameters
        hyperparameters.logNoise = logNoise
        return GaussianProcess(
            try .square(), kernel, hyperparameters, features: GaussianProcessTests.features,
            targets: GaussianProcessTests.targets)
    }

    // MARK: Posterior

    @Test(arguments: references) func `beliefs are scikit-learn's`(_ reference: Reference) throws {
        let process = try process(reference.kernel)
        let (means, deviations) = process.posterior(features: GaussianProcessTests.queries)
        #expect(zip(means, reference.means).allSatisfy { abs($0 - $1) < 1e-8 }, "\(means)")
        #expect(zip(deviations, reference.deviations).allSatisfy { abs($0 - $1) < 1e-8 }, "\(deviations)")
        #expect(abs(process.mean - reference.mean) < 1e-8)
        #expect(zip(process.means(features: GaussianProcessTests.queries), means).allSatisfy { abs($0 - $1) < 1e-14 })
    }

    @Test(arguments: [Kernel.matern52, .rbf]) func `one at a time and with gradients it believes the same`(
        _ kernel: Kernel
    ) throws {
        let process = try process(kernel)
        for query in GaussianProcessTests.queries.rows(of: 2) {
            var (byMean, byDeviation) = ([0.0, 0], [0.0, 0])
            let belief = try #require(
                process.posterior(at: query, meanGradient: &byMean, deviationGradient: &byDeviation))
            let (means, deviations) = process.posterior(features: query)
            #expect(abs(belief.mean - means[0]) < 1e-12 && abs(belief.deviation - deviations[0]) < 1e-12)
            let meanSlopes = slopes(at: query) { process.posterior(features: $0).means[0] }
            let deviationSlopes = slopes(at: query) { process.posterior(features: $0).deviations[0] }
            #expect(zip(byMean, meanSlopes).allSatisfy { abs($0 - $1) < 1e-6 }, "\(byMean) for \(meanSlopes)")
            #expect(zip(byDeviation, deviationSlopes).allSatisfy { abs($0 - $1) < 1e-6 }, "\(byDeviation)")
        }
    }

    @Test(arguments: [Kernel.matern52, .rbf]) func `gradients are right between choices and steps too`(
        _ kernel: Kernel
    ) throws {
        let (space, features, targets) = try mixedData(count: 20)
        let hyperparameters = Hyperparameters(logLengths: [-0.5, 0.2, 0.7], logVariance: 0.3, logNoise: -4)
        let process = GaussianProcess(space, kernel, hyperparameters, features: features, targets: targets)
        let query = space.features(of: [0.37, 2, 1])
        var (byMean, byDeviation) = (query, query)
        _ = process.posterior(at: query, meanGradient: &byMean, deviationGradient: &byDeviation)
        let meanSlopes = slopes(at: query) { process.posterior(features: $0).means[0] }
        let deviationSlopes = slopes(at: query) { process.posterior(features: $0).deviations[0] }
        #expect(zip(byMean, meanSlopes).allSatisfy { abs($0 - $1) < 1e-6 })
        #expect(zip(byDeviation, deviationSlopes).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test(arguments: [Kernel.matern52, .rbf]) func `observations added later are as if they had been there`(
        _ kernel: Kernel
    ) throws {
        let whole = try process(kernel)
        var grown = GaussianProcess(
            try .square(), kernel, GaussianProcessTests.hyperparameters,
            features: Array(GaussianProcessTests.features.prefix(2)), targets: [GaussianProcessTests.targets[0]])
        for (row, target) in zip(GaussianProcessTests.features.rows(of: 2), GaussianProcessTests.targets).dropFirst() {
            grown.append(features: row, target: target)
        }
        #expect(grown.count == 5 && grown.targets == whole.targets)
        #expect(zip(grown.features, GaussianProcessTests.features).allSatisfy { abs($0 - $1) < 1e-14 })
        let (one, other) = (
            grown.posterior(features: GaussianProcessTests.queries),
            whole.posterior(features: GaussianProcessTests.queries)
        )
        #expect(zip(one.means, other.means).allSatisfy { abs($0 - $1) < 1e-11 })
        #expect(zip(one.deviations, other.deviations).allSatisfy { abs($0 - $1) < 1e-11 })
    }

    @Test func `other targets are as if they had been observed`() throws {
        var process = try process(.matern52)
        process.retarget([0, 0, 0, 0, 0])
        process.retarget(GaussianProcessTests.targets)
        let means = process.means(features: GaussianProcessTests.queries)
        #expect(zip(means, GaussianProcessTests.references[0].means).allSatisfy { abs($0 - $1) < 1e-8 })
    }

    @Test(arguments: [Kernel.matern52, .rbf]) func `without noise it goes through what was seen`(
        _ kernel: Kernel
    ) throws {
        let process = try process(kernel, logNoise: log(1e-9))
        let (means, deviations) = process.posterior(features: GaussianProcessTests.features)
        #expect(zip(means, GaussianProcessTests.targets).allSatisfy { abs($0 - $1) < 1e-6 }, "\(means)")
        #expect(deviations.allSatisfy { $0 < 1e-3 }, "\(deviations)")
    }

    @Test func `the beliefs at the observations are those of the posterior`() throws {
        let process = try process(.matern52, logNoise: log(0.3))
        let means = process.means(features: GaussianProcessTests.features)
        #expect(zip(process.fittedMeans, means).allSatisfy { abs($0 - $1) < 1e-10 })
    }

    @Test func `far from what was seen it believes the constant mean and the signal's deviation`() throws {
        var process = try process(.matern52)
        process.append(features: [0.1, 0.2], target: 0.3)
        let (means, deviations) = process.posterior(features: [40, 40])
        #expect(abs(means[0] - process.mean) < 1e-9 && abs(deviations[0] - 1.3.squareRoot()) < 1e-9)
    }

    @Test func `the same observation twice, without noise, does no harm`() throws {
        var process = try process(.rbf, logNoise: log(1e-9))
        for _ in 0..<5 { process.append(features: [0.1, 0.2], target: 0.3) }
        let (means, deviations) = process.posterior(features: GaussianProcessTests.queries)
        #expect(zip(means, deviations).allSatisfy { abs($0) < 3 && $1.isFinite && $1 > 0 })
    }

    @Test(arguments: references) func `functions drawn have the posterior's mean and covariance`(
        _ reference: Reference
    ) throws {
        let process = try process(reference.kernel)
        var random = RandomSource(seed: 31)
        let draws = (0..<3000).map { _ in process.draw(features: GaussianProcessTests.queries, using: &random) }
        for i in 0..<3 {
            let mean = draws.reduce(0) { $0 + $1[i] } / 3000
            #expect(abs(mean - reference.means[i]) < 0.05)
            for j in 0..<3 {
                let products = draws.map { ($0[i] - reference.means[i]) * ($0[j] - reference.means[j]) }
                #expect(abs(products.reduce(0, +) / 3000 - reference.covariance[i][j]) < 0.04)
            }
        }
    }

    // MARK: Marginal likelihood

    @Test(arguments: references) func `the density of hyperparameters is scikit-learn's likelihood times the prior`(
        _ reference: Reference
    ) throws {
        var likelihood = MarginalLikelihood(
            try .square(), reference.kernel, prior: HyperparameterPrior(dimensions: 2),
            features: GaussianProcessTests.features, targets: GaussianProcessTests.targets)
        var gradient = [0.0, 0, 0, 0]
        let value = likelihood.negativeLogPosterior(of: GaussianProcessTests.hyperparameters, gradient: &gradient)
        // The prior by numpy: Σ (log ℓ − m)²/6 + log ℓ, with m = √2 + ½ log 2, plus ½ log² 1.3 + 0.03 − 0.1 log 0.01.
        #expect(abs(value - reference.negativeLog - 1.1765279961371056) < 1e-7)
    }

    static let places: [[Double]] = [
        [0, 0, 0, 0, -3], [-1.5, 0.5, 1, 0.7, -6], [1, -0.5, -0.5, -1, -1], [-3, 2, -2, 1, -9],
    ]

    @Test(arguments: [Kernel.matern52, .rbf], places) func `the density's gradient agrees with differences`(
        _ kernel: Kernel, _ place: [Double]
    ) throws {
        let (space, features, targets) = try mixedData(count: 15)
        var likelihood = MarginalLikelihood(
            space, kernel, prior: HyperparameterPrior(dimensions: 3), features: features, targets: targets)
        func value(_ vector: [Double], _ gradient: inout [Double]) -> Double {
            let hyperparameters = Hyperparameters(
                logLengths: Array(vector.prefix(3)), logVariance: vector[3], logNoise: vector[4])
            return likelihood.negativeLogPosterior(of: hyperparameters, gradient: &gradient)
        }
        var (gradient, unused) = (place, place)
        _ = value(place, &gradient)
        let slopes = slopes(at: place) { value($0, &unused) }
        for (one, other) in zip(gradient, slopes) {
            #expect(abs(one - other) < 1e-5 * max(1, abs(other)), "\(gradient) for \(slopes)")
        }
    }

    // MARK: Fit

    @Test func `what matters has a shorter length than what does not`() throws {
        let space = try ModelSpace.square()
        let features = space.drawnPoints(30).flatMap { $0 }
        let targets = standardized(features.rows(of: 2).map { sin(6 * $0[0]) })
        let fit = Hyperparameters.fitted(to: space, .matern52, features: features, targets: targets)
        #expect(fit.hyperparameters.logLengths[0] < fit.hyperparameters.logLengths[1] - 1)
        #expect(fit.hyperparameters.noise < 0.01)
    }

    @Test func `a choice that matters has a shorter length than numbers that do not`() throws {
        let (space, features, _) = try mixedData(count: 30)
        let targets = standardized(features.rows(of: 5).map { 2 * $0[2] - $0[3] })
        let lengths = Hyperparameters.fitted(to: space, .matern52, features: features, targets: targets)
            .hyperparameters.logLengths
        #expect(lengths[2] < lengths[0] - 0.5 && lengths[2] < lengths[1] - 0.5, "\(lengths)")
    }

    @Test func `noise is learned within a factor`() throws {
        let space = try ModelSpace.square()
        var random = RandomSource(seed: 3)
        let features = space.drawnPoints(60).flatMap { $0 }
        let values = features.rows(of: 2).map { sin(5 * $0[0]) + $0[1] }
        let noisy = values.map { $0 + 0.3 * random.normal() }
        let variance = sampleVariance(noisy)
        let fit = Hyperparameters.fitted(to: space, .matern52, features: features, targets: standardized(noisy))
        let noise = fit.hyperparameters.noise * variance
        #expect(0.09 / 2.5...0.09 * 2.5 ~= noise, "a variance of 0.09 was taken for \(noise)")
    }

    @Test(arguments: [1e-4, 0.04, 0.5]) func `noise that is known is kept`(_ noise: Double) throws {
        let (space, features, targets) = try mixedData(count: 15)
        let fit = Hyperparameters.fitted(
            to: space, .matern52, features: features, targets: targets, knownNoise: noise)
        #expect(abs(fit.hyperparameters.noise - noise) < 1e-9 * noise)
    }

    @Test func `a fit is better than any of a grid`() throws {
        let (space, features, targets) = try mixedData(count: 12)
        let fit = Hyperparameters.fitted(to: space, .matern52, features: features, targets: targets)
        var likelihood = MarginalLikelihood(
            space, .matern52, prior: HyperparameterPrior(dimensions: 3), features: features, targets: targets)
        var unused = [0.0, 0, 0, 0, 0]
        for length in stride(from: -2.0, through: 2, by: 1) {
            for noise in [-9.0, -5, -2] {
                let other = Hyperparameters(
                    logLengths: [length, length, length], logVariance: 0, logNoise: noise)
                #expect(likelihood.negativeLogPosterior(of: other, gradient: &unused) > fit.negativeLogPosterior)
            }
        }
    }

    /// A number, a few steps and a choice, all of which matter.
    private func mixedData(count: Int) throws -> (space: ModelSpace, features: [Double], targets: [Double]) {
        let space = ModelSpace(
            try SearchSpace([
                ParameterSpec("x", .double(0...1)), ParameterSpec("n", .int(1...4)),
                ParameterSpec("c", .categorical(["a", "b", "c"])),
            ]))
        let points = space.drawnPoints(count)
        let targets = points.map { sin(5 * $0[0]) + 0.5 * $0[1] + ($0[2] == 1 ? 1 : 0) }
        return (space, points.flatMap { space.features(of: $0) }, standardized(targets))
    }
}

// MARK: - For tests of models

extension ModelSpace {
    /// Two numbers from 0 to 1.
    static func square() throws -> ModelSpace {
        ModelSpace(try SearchSpace([ParameterSpec("x", .double(0...1)), ParameterSpec("y", .double(0...1))]))
    }

    /// Points drawn evenly, the same every time.
    func drawnPoints(_ count: Int, seed: UInt64 = 17) -> [[Double]] {
        var random = RandomSource(seed: seed)
        return (0..<count).map { _ in point(at: (0..<dimensions).map { _ in random.uniform() }) }
    }
}

extension [Double] {
    func rows(of width: Int) -> [[Double]] {
        stride(from: 0, to: count, by: width).map { Array(self[$0..<$0 + width]) }
    }
}

/// The derivatives of a function, by central differences.
func slopes(at place: [Double], step: Double = 1e-5, _ function: ([Double]) -> Double) -> [Double] {
    place.indices.map { index in
        var (above, below) = (place, place)
        above[index] += step
        below[index] -= step
        return (function(above) - function(below)) / (2 * step)
    }
}

func sampleVariance(_ values: [Double]) -> Double {
    let mean = values.reduce(0, +) / Double(values.count)
    return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
}

func standardized(_ values: [Double]) -> [Double] {
    let (mean, deviation) = (values.reduce(0, +) / Double(values.count), sampleVariance(values).squareRoot())
    return values.map { ($0 - mean) / deviation }
}
