import AttuneCore
import Testing

@testable import AttuneAlgorithms

/// The parts of CMA-ES by themselves: constants, the two laws, the margin, learning rates, convergence, restarts.
struct CMAESLawTests {
    /// Three dimensions, six points a generation; from a transcription of the tutorial's table 1 in NumPy.
    @Test func `constants are the tutorial's`() {
        let constants = StrategyParameters(dimensions: 3, population: 6, isSeparable: false, isActive: true)
        let weights = [
            0.6370425712412168, 0.28457025743803294, 0.07838717132075033, -0.2721293283310179, -0.7268831023089746,
            -1.0984439900929968,
        ]
        #expect(zip(constants.weights, weights).allSatisfy { abs($0 - $1) < 1e-14 })
        #expect(abs(constants.effectiveParents - 2.0286114646100617) < 1e-14)
        #expect(abs(constants.rankOneRate - 0.09747248265066792) < 1e-15)
        #expect(abs(constants.rankManyRate - 0.057092054709502314) < 1e-15)
        #expect(abs(constants.stepPathRate - 0.40171179019414777) < 1e-15)
        #expect(abs(constants.stepDamping - 1.4017117901941478) < 1e-15)
        #expect(abs(constants.covariancePathRate - 0.5598629786005055) < 1e-15)
        #expect(abs(constants.expectedNorm - 1.5968775302586076) < 1e-15)
        #expect(StrategyParameters.population(dimensions: 10) == 10)
    }

    /// Two generations of given points, ranked as listed; the reference is the Python package cmaes 0.13.1, given the
    /// constants above; it adds 10⁻⁸ to squared lengths, hence the tolerance.
    @Test func `two generations give the law that the reference gives`() {
        let constants = StrategyParameters(dimensions: 3, population: 6, isSeparable: false, isActive: true)
        var law = Gaussian(mean: [0.5, 0.4, 0.6], stepSize: 0.2, parameters: constants, isSeparable: false)
        for generation in Self.generations {
            law.update(with: generation, weights: constants.weights, isOwn: Array(repeating: true, count: 6))
        }
        let mean = [0.4049222227258409, 0.4507255739680247, 0.2495840950744263]
        let covariance = [
            0.8371802254660886, 0.24683840825319794, 0.09376277303871515, 0.2468384082531979, 1.335516912978815,
            -0.06969502963241106, 0.09376277303871518, -0.06969502963241114, 1.2917885846676767,
        ]
        #expect(zip(law.mean, mean).allSatisfy { abs($0 - $1) < 1e-12 })
        #expect(abs(law.stepSize - 0.21987810375177347) < 1e-9)
        #expect(zip(law.covariance, covariance).allSatisfy { abs($0 - $1) < 1e-7 })
    }

    private static let generations: [[[Double]]] = [
        [
            [0.551, 0.708, 0.291], [0.511, 0.893, 0.896], [0.126, 0.207, 0.051], [0.441, 0.03, 0.457],
            [0.649, 0.278, 0.676], [0.591, 0.024, 0.559],
        ],
        [
            [0.259, 0.415, 0.284], [0.693, 0.44, 0.157], [0.545, 0.78, 0.306], [0.222, 0.388, 0.936],
            [0.976, 0.672, 0.903], [0.846, 0.378, 0.092],
        ],
    ]

    @Test func `factors of a covariance multiply to it, and whiten what they scaled`() {
        let covariance = [2.0, 0.5, 0, 0.5, 1, -0.3, 0, -0.3, 0.7]
        let factors = CovarianceFactors(of: covariance, dimensions: 3, isSeparable: false)
        #expect(!factors.isRepaired)
        #expect(zip(factors.product, covariance).allSatisfy { abs($0 - $1) < 1e-14 })
        let z = [0.3, -1.2, 2]
        #expect(zip(factors.whitened(factors.scaled(z)), z).allSatisfy { abs($0 - $1) < 1e-13 })
        let identity = factors.whitenedBothSides(covariance)
        #expect(zip(identity, [1, 0, 0, 0, 1, 0, 0, 0, 1]).allSatisfy { abs($0 - $1) < 1e-13 })
        #expect(CovarianceFactors(of: [1, 2, 2, 1], dimensions: 2, isSeparable: false).isRepaired)
    }

    @Test func `a point that another proposed moves the mean no further than a draw could have`() {
        let constants = StrategyParameters(dimensions: 2, population: 6, isSeparable: false, isActive: true)
        let points = [[1e6, 0]] + [[Double]](repeating: [0, 0], count: 5)
        func moved(isOwn: Bool) -> Double {
            var law = Gaussian(mean: [0, 0], stepSize: 0.1, parameters: constants, isSeparable: false)
            law.update(
                with: points, weights: constants.weights, isOwn: [isOwn] + [Bool](repeating: true, count: 5))
            return law.mean[0]
        }
        #expect(moved(isOwn: true) > 1e5)
        #expect(moved(isOwn: false) < 0.1 * (2.0.squareRoot() + 1))
    }

    @Test func `the separable law keeps a diagonal and learns the scale of each axis`() {
        let law = minimized(isSeparable: true) { $0[0] * $0[0] + 1e4 * $0[1] * $0[1] }
        #expect(law.covariance.count == 2)
        #expect(law.variance(0) > 50 * law.variance(1))
    }

    @Test func `the full law learns a direction across the axes`() {
        let law = minimized(isSeparable: false) { x in
            let (along, across) = (x[0] + x[1], x[0] - x[1])
            return along * along + 1e4 * across * across
        }
        #expect(law.covariance[1] > 0.8 * (law.variance(0) * law.variance(1)).squareRoot())
    }

    /// The law after 40 generations.
    private func minimized(isSeparable: Bool, _ value: ([Double]) -> Double) -> Gaussian {
        let constants = StrategyParameters(dimensions: 2, population: 6, isSeparable: isSeparable, isActive: true)
        var law = Gaussian(mean: [0.8, 0.7], stepSize: 0.2, parameters: constants, isSeparable: isSeparable)
        var random = RandomSource(seed: 3)
        for _ in 0..<40 {
            let points = (0..<6).map { _ in
                zip(law.mean, law.step(using: &random)).map { $0 + law.stepSize * $1 }
            }
            law.update(
                with: points.sorted { value($0) < value($1) }, weights: constants.weights,
                isOwn: Array(repeating: true, count: 6))
        }
        return law
    }

    @Test(arguments: [0.05, 0.31, 0.55, 0.69, 0.97]) func `every neighbouring cell keeps its least probability`(
        _ mean: Double
    ) throws {
        let space = try SearchSpace([ParameterSpec("n", .int(0...9)), ParameterSpec("x", .double(0...1))])
        let axes = Coordinates(of: space).axes
        let constants = StrategyParameters(dimensions: 2, population: 6, isSeparable: false, isActive: true)
        var law = Gaussian(mean: [mean, 0.5], stepSize: 1e-4, parameters: constants, isSeparable: false)
        var margin = Margin(axes, population: 6)
        margin.correct(&law)
        let deviation = law.stepSize * margin.widening[0]
        let cell = Double(Int(mean * 10)) / 10
        let below = NormalDistribution.cumulative((cell - law.mean[0]) / deviation)
        let above = NormalDistribution.cumulative((law.mean[0] - cell - 0.1) / deviation)
        // α = 1 / (2 · 6) beyond the first and last cell, and half of it either side of the others.
        let least = 1.0 / 12
        if mean < 0.1 {
            #expect(abs(above - least) < 1e-6)
        } else if mean > 0.9 {
            #expect(abs(below - least) < 1e-6)
        } else {
            #expect(min(below, above) > 0.999 * least / 2)
        }
        #expect(margin.widening[1] == 1 && law.mean[1] == 0.5, "a continuum needs no margin")
    }

    @Test func `the law of a choice turns to the level that wins, and forgets no other`() {
        var law = CategoricalLaw([Coordinates.Choice(parameter: 0, count: 4), .init(parameter: 1, count: 2)])
        var random = RandomSource(seed: 8)
        let weights = StrategyParameters(dimensions: 2, population: 8, isSeparable: false, isActive: true).weights
        for _ in 0..<30 {
            let points = (0..<8).map { _ in law.levels(using: &random) }
            law.update(with: points.sorted { ($0[0] == 2 ? 0 : 1) < ($1[0] == 2 ? 0 : 1) }, weights: weights)
        }
        #expect(law.probabilities[0][2] > 0.8)
        #expect(law.probabilities[0].allSatisfy { $0 > 0.04 })
        for q in law.probabilities { #expect(abs(q.reduce(0, +) - 1) < 1e-9) }
    }

    @Test(arguments: [false, true]) func `learning rates fall where ranks are noise and not where they are true`(
        _ isSeparable: Bool
    ) {
        func rate(noise: Double) -> Double {
            let constants = StrategyParameters(
                dimensions: 3, population: 7, isSeparable: isSeparable, isActive: true)
            var law = Gaussian(
                mean: [0.5, 0.5, 0.5], stepSize: 0.2, parameters: constants, isSeparable: isSeparable)
            var rates = LearningRates(law)
            var random = RandomSource(seed: 5)
            for _ in 0..<80 {
                let points = (0..<7).map { _ in
                    zip(law.mean, law.step(using: &random)).map { $0 + law.stepSize * $1 }
                }
                let ranked = points.map { ($0, $0[0] + noise * random.normal()) }.sorted { $0.1 < $1.1 }.map(\.0)
                let before = law
                law.update(with: ranked, weights: constants.weights, isOwn: Array(repeating: true, count: 7))
                rates.damp(&law, since: before)
            }
            return rates.rateOfMean
        }
        #expect(rate(noise: 1e9) < 0.3)
        #expect(rate(noise: 0) > 2 * rate(noise: 1e9))
    }

    @Test func `IPOP doubles populations, BIPOP adds small ones, none ends`() {
        var random = RandomSource(seed: 1)
        let first = RestartSchedule.Start(population: 10, stepSize: 0.2)
        func starts(_ strategy: RestartStrategy) -> [RestartSchedule.Start?] {
            var schedule = RestartSchedule(strategy, first: first)
            return (0..<4).map { _ in schedule.next(after: 100, using: &random) }
        }
        #expect(starts(.none) == [nil, nil, nil, nil])
        #expect(starts(.ipop).map { $0?.population } == [20, 40, 80, 160])
        let turns = starts(.bipop).compactMap { $0 }
        #expect(turns[0] == .init(population: 20, stepSize: 0.2))
        #expect((10...20).contains(turns[1].population) && turns[1].stepSize < 0.2)
        #expect(turns[2] == .init(population: 40, stepSize: 0.2))
    }

    @Test func `a run is over when its values are level, and sooner when they are level far above the record`() {
        let constants = StrategyParameters(dimensions: 2, population: 6, isSeparable: false, isActive: true)
        let law = Gaussian(mean: [0.5, 0.5], stepSize: 0.2, parameters: constants, isSeparable: false)
        func generations(record: Double, best: (Int) -> Double) -> Int? {
            var convergence = Convergence(dimensions: 2, population: 6)
            return (1...400).first { generation in
                convergence.note([best(generation), 10, 20])
                return convergence.isReached(by: law, from: 0.2, record: record)
            }
        }
        #expect(generations(record: .infinity) { _ in 1 } == 20)  // 10 + 30 n / λ
        #expect(generations(record: 0) { 1 + 1e-3 / Double($0) } == 10)
        #expect(generations(record: 0.9999) { 1 / Double($0) } == nil)
    }
}
