import Testing

@testable import AttuneCore

/// A point of a truncated normal distribution, by mpmath with 80 digits.
struct TruncatedPoint: Sendable, CustomStringConvertible {
    let mean, deviation, lower, upper, probability, x: Double

    init(_ mean: Double, _ deviation: Double, _ lower: Double, _ upper: Double, _ probability: Double, _ x: Double) {
        (self.mean, self.deviation, self.lower, self.upper) = (mean, deviation, lower, upper)
        (self.probability, self.x) = (probability, x)
    }

    var distribution: TruncatedNormal { TruncatedNormal(mean: mean, deviation: deviation, in: lower...upper) }
    var description: String { "N(\(mean), \(deviation)²) in \(lower)...\(upper) at \(probability)" }
}

struct TruncatedNormalTests {
    static let points: [TruncatedPoint] = [
        .init(0.0, 1.0, -1.0, 2.0, 0.001, -0.9966226715348404),
        .init(0.0, 1.0, -1.0, 2.0, 0.25, -0.3496414292924655),
        .init(0.0, 1.0, -1.0, 2.0, 0.5, 0.17116391801782477),
        .init(0.0, 1.0, -1.0, 2.0, 0.9, 1.2557153641502152),
        .init(0.0, 1.0, -1.0, 2.0, 0.999999, 1.999984838533999),
        .init(0.0, 1.0, 40.0, 41.0, 0.001, 40.00002499689694),
        .init(0.0, 1.0, 40.0, 41.0, 0.25, 40.007186920337574),
        .init(0.0, 1.0, 40.0, 41.0, 0.5, 40.01731412676465),
        .init(0.0, 1.0, 40.0, 41.0, 0.9, 40.05748745803602),
        .init(0.0, 1.0, 40.0, 41.0, 0.999999, 40.34369753494173),
        .init(0.0, 1.0, 5.0, 5.0000001, 0.001, 5.0000000001),
        .init(0.0, 1.0, 5.0, 5.0000001, 0.25, 5.000000024999995),
        .init(0.0, 1.0, 5.0, 5.0000001, 0.5, 5.0000000499999935),
        .init(0.0, 1.0, 5.0, 5.0000001, 0.9, 5.000000089999998),
        .init(0.0, 1.0, 5.0, 5.0000001, 0.999999, 5.0000000999999),
        .init(0.0, 1.0, -300.0, -290.0, 0.001, -290.02381858444403),
        .init(0.0, 1.0, -300.0, -290.0, 0.25, -290.00478022914757),
        .init(0.0, 1.0, -300.0, -290.0, 0.5, -290.0023901244229),
        .init(0.0, 1.0, -300.0, -290.0, 0.9, -290.0003633075755),
        .init(0.0, 1.0, -300.0, -290.0, 0.999999, -290.00000000344824),
        .init(3.0, 0.5, 0.0, 1.0, 0.001, 0.2981961183587441),
        .init(3.0, 0.5, 0.0, 1.0, 0.25, 0.8416443032790627),
        .init(3.0, 0.5, 0.0, 1.0, 0.5, 0.9194514171600703),
        .init(3.0, 0.5, 0.0, 1.0, 0.9, 0.9875683729335626),
        .init(3.0, 0.5, 0.0, 1.0, 0.999999, 0.9999998816774385),
        .init(0.0, 1.0, 0.0, 50.0, 0.001, 0.0012533144654325546),
        .init(0.0, 1.0, 0.0, 50.0, 0.25, 0.31863936396437514),
        .init(0.0, 1.0, 0.0, 50.0, 0.5, 0.6744897501960817),
        .init(0.0, 1.0, 0.0, 50.0, 0.9, 1.6448536269514729),
        .init(0.0, 1.0, 0.0, 50.0, 0.999999, 4.891638475692932),
        .init(0.0, 1.0, -1e-09, 2e-09, 0.001, -9.97e-10),
        .init(0.0, 1.0, -1e-09, 2e-09, 0.25, -2.5e-10),
        .init(0.0, 1.0, -1e-09, 2e-09, 0.5, 5e-10),
        .init(0.0, 1.0, -1e-09, 2e-09, 0.9, 1.7000000000000001e-09),
        .init(0.0, 1.0, -1e-09, 2e-09, 0.999999, 1.999997e-09),
        .init(0.2, 0.1, 0.2, 0.3, 0.001, 0.20008556244962916),
        .init(0.2, 0.1, 0.2, 0.3, 0.25, 0.22155639908862385),
        .init(0.2, 0.1, 0.2, 0.3, 0.5, 0.24417705466865813),
        .init(0.2, 0.1, 0.2, 0.3, 0.9, 0.2867661885418688),
        .init(0.2, 0.1, 0.2, 0.3, 0.999999, 0.299999858931486),
        .init(10.0, 2.0, -5.0, 100.0, 0.001, 3.8195353876833074),
        .init(10.0, 2.0, -5.0, 100.0, 0.25, 8.651020499607988),
        .init(10.0, 2.0, -5.0, 100.0, 0.5, 10.00000000000008),
        .init(10.0, 2.0, -5.0, 100.0, 0.9, 12.563103131089237),
        .init(10.0, 2.0, -5.0, 100.0, 0.999999, 19.506848617634187),
        .init(0.0, 1.0, 1.0, 1.0000000001, 0.001, 1.0000000000001),
        .init(0.0, 1.0, 1.0, 1.0000000001, 0.25, 1.000000000025),
        .init(0.0, 1.0, 1.0, 1.0000000001, 0.5, 1.00000000005),
        .init(0.0, 1.0, 1.0, 1.0000000001, 0.9, 1.00000000009),
        .init(0.0, 1.0, 1.0, 1.0000000001, 0.999999, 1.0000000001),
        .init(0.0, 1.0, 10000.0, 20000.0, 0.001, 10000.00000010005),
        .init(0.0, 1.0, 10000.0, 20000.0, 0.25, 10000.000028768207),
        .init(0.0, 1.0, 10000.0, 20000.0, 0.5, 10000.000069314718),
        .init(0.0, 1.0, 10000.0, 20000.0, 0.9, 10000.000230258504),
        .init(0.0, 1.0, 10000.0, 20000.0, 0.999999, 10000.001381550946),
        .init(0.0, 1.0, -50.0, -1.0, 0.001, -3.6007418539990224),
        .init(0.0, 1.0, -50.0, -1.0, 0.25, -1.7546007273774613),
        .init(0.0, 1.0, -50.0, -1.0, 0.5, -1.4096087092934546),
        .init(0.0, 1.0, -50.0, -1.0, 0.9, -1.067869334170117),
        .init(0.0, 1.0, -50.0, -1.0, 0.999999, -1.0000006556797574),
        .init(0.0, 1.0, 1.0, 3.0, 0.001, 1.0006503122294816),
        .init(0.0, 1.0, 1.0, 3.0, 0.25, 1.1783481738218142),
        .init(0.0, 1.0, 1.0, 3.0, 0.5, 1.4050542332391105),
        .init(0.0, 1.0, 1.0, 3.0, 0.9, 2.118167704585518),
        .init(0.0, 1.0, 1.0, 3.0, 0.999999, 2.9999645075898935),
    ]

    /// A few units in the last place, or 10⁻¹⁴ of the smaller of the deviation and the range's width.
    static func tolerance(_ point: TruncatedPoint) -> Double {
        max(4 * point.x.magnitude.ulp, 1e-14 * min(point.upper - point.lower, point.deviation))
    }

    @Test(arguments: points)
    func `the quantile is right to a few units in the last place`(_ point: TruncatedPoint) {
        let x = point.distribution.quantile(point.probability)
        #expect(abs(x - point.x) <= Self.tolerance(point))
    }

    @Test(arguments: points)
    func `the probability of a value is right to what rounding the value allows`(_ point: TruncatedPoint) {
        let distribution = point.distribution
        let around = [point.x.nextDown, point.x.nextUp].map(distribution.cumulative)
        let slack = max(1e-13, 2 * (around[1] - around[0]))
        #expect(abs(distribution.cumulative(point.x) - point.probability) <= slack)
    }

    @Test(arguments: points)
    func `no quantile leaves the range and a larger probability never gives a smaller one`(_ point: TruncatedPoint) {
        let distribution = point.distribution
        let quantiles = (0...200).map { distribution.quantile(Double($0) / 200) }
        #expect(quantiles.first == point.lower && quantiles.last == point.upper)
        #expect(quantiles.allSatisfy { distribution.range.contains($0) })
        #expect(zip(quantiles, quantiles.dropFirst()).allSatisfy { $0 <= $1 })
    }

    @Test func `a range of one value gives that value`() {
        let distribution = TruncatedNormal(mean: 0, deviation: 1, in: 3...3)
        #expect(distribution.quantile(0.3) == 3)
        #expect(distribution.cumulative(2.9) == 0 && distribution.cumulative(3) == 1)
    }

    @Test(arguments: [(1e300, 1e-300), (-1e300, 1e-300), (1e9, 1e-9)])
    func `a range beyond all reach gives its nearest end`(mean: Double, deviation: Double) {
        let distribution = TruncatedNormal(mean: mean, deviation: deviation, in: 1...2)
        #expect(distribution.quantile(0.5) == (mean > 0 ? 2 : 1))
        #expect((0...1).contains(distribution.cumulative(1.5)))
    }

    @Test func `a range without ends is the whole distribution`() {
        let distribution = TruncatedNormal(mean: 1, deviation: 2, in: -.infinity ... .infinity)
        #expect(abs(distribution.quantile(0.9) - 1 - 2 * NormalDistribution.quantile(0.9)) < 1e-15)
        #expect(abs(distribution.cumulative(1.5) - NormalDistribution.cumulative(0.25)) < 1e-15)
        let half = TruncatedNormal(mean: 0, deviation: 1, in: 0 ... .infinity)
        #expect(abs(half.quantile(0.5) - NormalDistribution.quantile(0.75)) < 1e-15)
        #expect(abs(half.cumulative(1) - (2 * NormalDistribution.cumulative(1) - 1)) < 1e-15)
    }
}
