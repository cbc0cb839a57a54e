import AttuneCore
import AttuneMath
import Foundation
import Testing

struct VectorizedTests {
    /// |found − expected| in units of `expected`'s last place; 0 for equal infinities and for two NaNs.
    static func error(_ found: Double, _ expected: Double) -> Double {
        if found == expected || found.isNaN && expected.isNaN { return 0 }
        return (found - expected).magnitude / expected.ulp
    }

    @Test func `exponentials are the library's to 2 units in the last place`() {
        var random = RandomSource(seed: 1)
        let numbers = (0..<5000).map { $0 % 2 == 0 ? random.uniform() * 1417 - 708 : random.normal() }
        var found = numbers
        found.formExponentials()
        for (x, y) in zip(numbers, found) { #expect(Self.error(y, exp(x)) <= 2, "exp(\(x)) = \(y)") }
    }

    @Test func `logarithms are the library's to 2 units in the last place`() {
        var random = RandomSource(seed: 2)
        let numbers = (0..<5000).map { $0 % 2 == 0 ? exp(random.uniform() * 1450 - 740) : 1 + random.uniform() - 0.5 }
        var found = numbers
        found.formLogarithms()
        for (x, y) in zip(numbers, found) { #expect(Self.error(y, log(x)) <= 2, "log(\(x)) = \(y)") }
    }

    @Test func `edges of exponentials and logarithms are those of the library`() {
        var powers = [0, .infinity, -.infinity, .nan, 709.782712893384, 709.7827128933841, 1e308, -1e308, -0.0]
        powers.formExponentials()
        #expect(powers[0] == 1 && powers[1] == .infinity && powers[2] == 0 && powers[3].isNaN)
        #expect(powers[4] > 1.797e308 && powers[5] == .infinity && powers[6] == .infinity && powers[7] == 0)
        #expect(powers[8] == 1)
        var logarithms = [1, 0, -0.0, .infinity, -1, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        let expected = logarithms.map { log($0) }
        logarithms.formLogarithms()
        for (found, expected) in zip(logarithms, expected) { #expect(Self.error(found, expected) <= 1) }
    }

    /// x, Φ(x) and log Φ(x), by mpmath 1.3.0 with 60 digits.
    static let normals: [(x: Double, cumulative: Double, logCumulative: Double)] = [
        (-37.5, 4.605353009581955e-308, -707.6689893175072),
        (-30.0, 4.906713927148187e-198, -454.3212439563432),
        (-20.1, 3.6896808637213897e-90, -205.92711840194823),
        (-10.0, 7.619853024160525e-24, -53.23128515051247),
        (-5.3, 5.790134039964594e-08, -16.664525302382472),
        (-2.0, 0.02275013194817921, -3.783184333682032),
        (-1.0, 0.15865525393145705, -1.8410216450092636),
        (-0.5, 0.3085375387259869, -1.1759117615936185),
        (-1e-09, 0.49999999960105773, -0.6931471813578298),
        (0.0, 0.5, -0.6931471805599453),
        (0.1, 0.539827837277029, -0.6165050101150263),
        (0.7, 0.758036347776927, -0.2770239422771313),
        (1.5, 0.9331927987311419, -0.06914345561223398),
        (3.0, 0.9986501019683699, -0.0013508099647481938),
        (6.0, 0.9999999990134123, -9.865876455243758e-10),
        (8.2, 0.9999999999999999, -1.2019351542735859e-16),
    ]

    @Test func `normal probabilities and their logarithms are mpmath's`() {
        var cumulatives = Self.normals.map(\.x)
        var logarithms = cumulatives
        cumulatives.formNormalCumulatives()
        logarithms.formNormalLogCumulatives()
        for (index, expected) in Self.normals.enumerated() {
            #expect(abs(cumulatives[index] / expected.cumulative - 1) < 1e-15, "\(expected.x)")
            #expect(abs(logarithms[index] / expected.logCumulative - 1) < 1e-15, "\(expected.x)")
        }
        var far = [-1000.0, -1e6, -1e8]
        far.formNormalLogCumulatives()
        #expect(far == [-500007.82669481216, -500000000014.73444, -5000000000000019.0])
    }

    @Test func `normal probabilities agree with the one-by-one functions`() {
        let numbers = stride(from: -37.5, to: 10, by: 0.01).map { $0 }
        var (cumulatives, logarithms) = (numbers, numbers)
        cumulatives.formNormalCumulatives()
        logarithms.formNormalLogCumulatives()
        for (index, x) in numbers.enumerated() {
            #expect(abs(cumulatives[index] / NormalDistribution.cumulative(x) - 1) < 2e-15, "\(x)")
            #expect(abs(logarithms[index] / NormalDistribution.logCumulative(x) - 1) < 1e-14, "\(x)")
        }
    }

    @Test func `edges of normal probabilities`() {
        var cumulatives = [-.infinity, -1e300, -38, 40, 1e300, .infinity, .nan]
        cumulatives.formNormalCumulatives()
        #expect(cumulatives.dropLast() == [0, 0, 0, 1, 1, 1] && cumulatives[6].isNaN)
        var logarithms = [-.infinity, -1e200, 40, 1e300, .infinity, .nan]
        logarithms.formNormalLogCumulatives()
        #expect(logarithms.dropLast() == [-.infinity, -.infinity, 0, 0, 0] && logarithms[5].isNaN)
    }

    @Test func `nothing is done to nothing`() {
        var none: [Double] = []
        none.formExponentials()
        none.formLogarithms()
        none.formNormalCumulatives()
        none.formNormalLogCumulatives()
        #expect(none.isEmpty)
    }

    // MARK: Sums of exponentials

    @Test func `logSumExp neither overflows nor underflows`() {
        #expect(abs(logSumExp([1000, 1000]) - (1000 + log(2))) < 1e-12)
        #expect(abs(logSumExp([-1000, -1001, -1002]) - (-1000 + log(1 + exp(-1) + exp(-2)))) < 1e-12)
        #expect(logSumExp([3]) == 3)
        #expect(logSumExp([-.infinity, 3]) == 3)
        #expect(logSumExp([]) == -.infinity)
        #expect(logSumExp([-.infinity, -.infinity]) == -.infinity)
        #expect(logSumExp([.infinity, 0]) == .infinity)
        #expect(logSumExp([.nan, 0]).isNaN)
    }

    @Test func `rows are summed as they are alone`() {
        var random = RandomSource(seed: 3)
        for (rows, columns) in [(1, 1), (3, 7), (5, 33), (2, 0)] {
            let matrix = Samples.matrix(rows, columns, using: &random)
            let sums = matrix.logSumExpOfRows()
            for row in 0..<rows {
                let expected = log(matrix[row: row].reduce(0) { $0 + exp($1) })
                #expect(sums[row] == expected || abs(sums[row] - expected) < 1e-14)
            }
        }
    }

    @Test func `a mixture's log density is that of its components added up`() {
        var random = RandomSource(seed: 4)
        let (points, means) = (Samples.vector(6, using: &random), Samples.vector(4, using: &random))
        let (deviations, weights) = ([0.5, 1, 2, 0.1], [0.1, 0.2, 0.3, 0.4])
        var logs = Matrix(rows: 6, columns: 4)
        logs.addNormalLogDensities(
            of: points, means: means, precisions: deviations.map { 1 / $0 },
            offsets: zip(weights, deviations).map { log($0) - log($1) - log(2 * .pi) / 2 })
        for (row, density) in logs.logSumExpOfRows().enumerated() {
            let expected = (0..<4).reduce(0) { sum, j in
                let z = (points[row] - means[j]) / deviations[j]
                return sum + weights[j] * NormalDistribution.density(z) / deviations[j]
            }
            #expect(abs(density - log(expected)) < 1e-13)
        }
    }
}
