import Testing

@testable import AttuneCore

/// References by mpmath with 60 digits; the probabilities and quantiles agree with scipy.special to 3e-13.
struct NormalDistributionTests {
    static let probabilities: [(x: Double, probability: Double)] = [
        (-37.4, 1.9536815616489922e-306),
        (-36.5, 5.544725713074845e-292),
        (-30.1, 2.4226672179857586e-199),
        (-20.3, 6.429244467698346e-92),
        (-10.7, 5.088910855027318e-27),
        (-5.5, 1.8989562465887718e-08),
        (-3.3, 0.0004834241423837775),
        (-2.1, 0.017864420562816553),
        (-1.3, 0.09680048458561033),
        (-0.7, 0.24196365222307303),
        (-1e-08, 0.4999999960105772),
        (0.0, 0.5),
        (0.3, 0.6179114221889527),
        (1.9, 0.9712834401839981),
        (4.2, 0.9999866542509841),
        (8.1, 0.9999999999999998),
    ]
    static let logProbabilities: [(x: Double, log: Double)] = [
        (-1000000.0, -500000000014.73444),
        (-500.0, -125007.13355063158),
        (-38.6, -749.5528608462079),
        (-12.3, -79.08004179618399),
        (-9.9, -52.226428300404045),
        (-1.0, -1.8410216450092636),
        (0.0, -0.6931471805599453),
        (2.5, -0.006229025485860002),
        (9.0, -1.1285884059538405e-19),
    ]
    static let quantiles: [(probability: Double, x: Double)] = [
        (1e-300, -37.0470962993612),
        (1e-100, -21.273453560965326),
        (1e-20, -9.262340089798407),
        (1e-12, -7.034483825301132),
        (1.4e-11, -6.656723091518184),
        (1e-05, -4.264890793922825),
        (0.01, -2.326347874040841),
        (0.0749, -1.4402382675279637),
        (0.0751, -1.43882539275254),
        (0.3, -0.5244005127080408),
        (0.49999999, -2.5066282733116222e-08),
        (0.5000001, 2.506628273311648e-07),
        (0.6, 0.2533471031357997),
        (0.9249, 1.4388253927525403),
        (0.9251, 1.440238267527964),
        (0.99, 2.3263478740408408),
        (0.9999999, 5.199337582290661),
    ]

    @Test(arguments: probabilities)
    func `the probability is right to a quadrillionth`(x: Double, probability: Double) {
        #expect(abs(NormalDistribution.cumulative(x) - probability) <= 1e-15 * probability)
    }

    @Test(arguments: logProbabilities)
    func `the logarithm of the probability is right to a quadrillionth`(x: Double, log: Double) {
        #expect(abs(NormalDistribution.logCumulative(x) - log) <= 1e-15 * abs(log))
    }

    @Test(arguments: quantiles)
    func `the quantile is right to a quadrillionth`(probability: Double, x: Double) {
        #expect(abs(NormalDistribution.quantile(probability) - x) <= 1e-15 * abs(x))
    }

    @Test func `the quantile of zero and one is infinite, of one half zero`() {
        #expect(NormalDistribution.quantile(0) == -.infinity)
        #expect(NormalDistribution.quantile(1) == .infinity)
        #expect(NormalDistribution.quantile(0.5) == 0)
    }

    @Test func `infinite values have probability zero and one`() {
        #expect(NormalDistribution.cumulative(-.infinity) == 0)
        #expect(NormalDistribution.cumulative(.infinity) == 1)
        #expect(NormalDistribution.logCumulative(-.infinity) == -.infinity)
        #expect(NormalDistribution.density(-.infinity) == 0)
    }

    @Test func `Mills' ratio agrees with its definition on both sides of where its formula changes`() {
        for x in [4.999_999, 5, 5.000_001, 9] {
            let definition = NormalDistribution.cumulative(-x) / NormalDistribution.density(x)
            #expect(abs(NormalDistribution.millsRatio(x) / definition - 1) < 3e-15)
        }
    }
}
