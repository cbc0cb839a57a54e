import AttuneCore
import AttuneMath
import Foundation
import Testing

struct LogNormalDistributionTests {
    static let distribution = LogNormalDistribution(logMean: 0.3, logDeviation: 0.7)

    /// x, density, cumulative and its logarithm for mean 0.3 and deviation 0.7, by mpmath 1.3.0 with 60 digits.
    static let table: [(x: Double, density: Double, cumulative: Double, logCumulative: Double)] = [
        (1e-30, 0.0, 0.0, -4916.989596075555),
        (0.001, 5.407586999519003e-21, 3.642467973302333e-25, -56.271965858307084),
        (0.5, 0.41661733277660284, 0.07798133671571966, -2.551285753798256),
        (1.35, 0.42216113856942317, 0.5000596090721363, -0.6930279695215908),
        (10.0, 0.0009519104864952138, 0.9978873711848502, -0.002114863563422236),
        (1000000.0, 6.377327324782935e-88, 1.0, -2.3059244340779515e-83),
    ]

    @Test func `densities and probabilities are mpmath's`() {
        func isClose(_ a: Double, _ b: Double) -> Bool { a == b || abs(a / b - 1) < 1e-13 }
        for row in Self.table {
            #expect(isClose(Self.distribution.density(row.x), row.density), "\(row.x)")
            #expect(isClose(Self.distribution.cumulative(row.x), row.cumulative), "\(row.x)")
            #expect(isClose(Self.distribution.logCumulative(row.x), row.logCumulative), "\(row.x)")
            guard row.density > 0 else { continue }
            #expect(isClose(Self.distribution.logDensity(row.x), log(row.density)), "\(row.x)")
        }
    }

    @Test func `the quantile is the inverse of the cumulative`() {
        for probability in [1e-300, 1e-12, 0.01, 0.4, 0.5, 0.9] {
            let x = Self.distribution.quantile(probability)
            #expect(abs(Self.distribution.cumulative(x) / probability - 1) < 1e-12)
        }
        #expect(Self.distribution.quantile(0) == 0 && Self.distribution.quantile(1) == .infinity)
    }

    @Test func `there is nothing at or below zero, nor at infinity`() {
        for x in [0, -1, -Double.infinity] {
            #expect(Self.distribution.density(x) == 0 && Self.distribution.cumulative(x) == 0)
            #expect(Self.distribution.logDensity(x) == -.infinity && Self.distribution.logCumulative(x) == -.infinity)
        }
        #expect(Self.distribution.density(.infinity) == 0 && Self.distribution.cumulative(.infinity) == 1)
    }
}
