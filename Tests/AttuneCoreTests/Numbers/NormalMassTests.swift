import AttuneCore
import Foundation
import Testing

struct NormalMassTests {
    /// log(Φ(b) − Φ(a)), by mpmath 1.3.0 with 700 digits.
    static let masses: [(lower: Double, upper: Double, logMass: Double)] = [
        (-1.0, 1.0, -0.38171514630212605),
        (-0.1, 5.0, -0.6165055411207067),
        (0.0, 1e-09, -21.642204370151084),
        (3.0, 3.0000001, -21.537034335799568),
        (5.0, 6.0, -15.068446096529453),
        (20.0, 20.5, -203.91719446460897),
        (30.0, 30.000001, -464.7344640901037),
        (37.0, 60.0, -689.0305855768906),
        (-8.0, -7.9999, -42.12887888018352),
        (-40.0, -39.0, -765.0831565643775),
        (-45.5, -20.0, -203.91715537109727),
        (-9.0, 9.0, -2.257176811907681e-19),
        (-40.0, 0.5, -0.3689464152886564),
        (-0.25, -0.125, -3.0165861958698375),
        (100.0, 100.001, -5007.876277342747),
        (-1e-12, 2e-12, -27.45134736046511),
    ]

    @Test(arguments: masses)
    func `the logarithm of a range's probability is mpmath's`(lower: Double, upper: Double, logMass: Double) {
        for mass in [
            NormalDistribution.logMass(from: lower, to: upper), NormalDistribution.logMass(from: -upper, to: -lower),
        ] {
            #expect(abs(mass - logMass) <= 2e-15 * abs(logMass), "\(mass)")
        }
    }

    @Test func `ends may be infinite or equal`() {
        #expect(NormalDistribution.logMass(from: -.infinity, to: .infinity) == 0)
        #expect(abs(NormalDistribution.logMass(from: 0, to: .infinity) + log(2)) < 1e-15)
        for x in [-30, -2, 0.5, 4] {
            let expected = NormalDistribution.logCumulative(x)
            #expect(abs(NormalDistribution.logMass(from: -.infinity, to: x) / expected - 1) < 1e-14)
            #expect(NormalDistribution.logMass(from: x, to: x) == -.infinity)
        }
        #expect(NormalDistribution.logMass(from: .infinity, to: .infinity) == -.infinity)
    }

    @Test func `adjoining ranges add up`() {
        for start in stride(from: -50.0, to: 50, by: 3.7) {
            let parts = [(0.0, 0.3), (0.3, 1), (1, 2.5)].map { exp(logMass(start, $0.0, $0.1)) }
            #expect(abs(parts.reduce(0, +) - 1) < 1e-12, "from \(start)")
        }
        func logMass(_ start: Double, _ from: Double, _ to: Double) -> Double {
            NormalDistribution.logMass(from: start + from, to: start + to)
                - NormalDistribution.logMass(from: start, to: start + 2.5)
        }
    }

    @Test func `a truncated density is the normal one over the mass and integrates to one`() {
        let far = TruncatedNormal(mean: 2, deviation: 0.5, in: 30...30.2)
        let narrow = TruncatedNormal(mean: -1, deviation: 3, in: 0...1)
        #expect(narrow.logMass == NormalDistribution.logMass(from: 1 / 3, to: 2 / 3))
        #expect(narrow.logDensity(-0.1) == -.infinity && narrow.logDensity(1.1) == -.infinity)
        for distribution in [far, narrow] {
            let (start, width) = (distribution.range.lowerBound, 0.2)
            let sum = (0..<20_000).reduce(0) {
                $0 + exp(distribution.logDensity(start + width * (Double($1) + 0.5) / 20_000))
            }
            #expect(abs(sum * width / 20_000 - distribution.cumulative(start + width)) < 1e-6)
        }
    }

    @Test func `the log density is finite where the density is zero`() {
        #expect(abs(NormalDistribution.logDensity(1) - log(NormalDistribution.density(1))) < 1e-15)
        #expect(NormalDistribution.logDensity(100) == -5000 - log(2 * Double.pi) / 2)
    }
}
