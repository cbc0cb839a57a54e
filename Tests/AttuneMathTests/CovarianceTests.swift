import AttuneCore
import AttuneMath
import Foundation
import Testing

struct CovarianceTests {
    @Test(arguments: [(1, 1, 1), (3, 5, 2), (17, 9, 4), (4, 4, 33), (0, 3, 2), (3, 0, 2), (2, 2, 0)])
    func `squared distances are sums of weighted squared differences`(rows: Int, others: Int, columns: Int) {
        var random = RandomSource(seed: 5)
        let (a, b) = (Samples.matrix(rows, columns, using: &random), Samples.matrix(others, columns, using: &random))
        let weights = (0..<columns).map { _ in random.uniform() }
        let coefficients = Samples.matrix(rows, others, using: &random)
        let distances = a.squaredDistances(to: b, weights: weights)
        let sums = a.squaredDifferenceSums(to: b, coefficients: coefficients)
        var expectedSums = [Double](repeating: 0, count: columns)
        for i in 0..<rows {
            for j in 0..<others {
                let squares = (0..<columns).map { (a[i, $0] - b[j, $0]) * (a[i, $0] - b[j, $0]) }
                #expect(abs(distances[i, j] - dot(squares, weights)) < 1e-13)
                for k in 0..<columns { expectedSums[k] += coefficients[i, j] * squares[k] }
            }
        }
        #expect(largestDifference(sums, expectedSums) < 1e-11)
    }

    @Test func `a row is at no distance from itself, however far out`() {
        let far = Matrix(rows: [[1e8, -3.3], [1e8 + 1e-6, 4]])
        let distances = far.squaredDistances(to: far, weights: [1, 0])
        #expect(distances[0, 0] == 0 && distances[1, 1] == 0)
        #expect(distances[0, 1] == distances[1, 0] && distances[0, 1] > 0)
    }

    /// By mpmath 1.3.0 with 60 digits.
    @Test func `Matérn's correlation and its slope are mpmath's`() {
        for (squared, value, slope) in [
            (0.25, 0.8286491424181253, -0.5770264050179663), (2, 0.31728336395404383, -0.14682163767502263),
            (30, 0.0003034195903783148, -5.296044272757232e-05), (0, 1, -5.0 / 6),
        ] {
            let found = StationaryCorrelation.matern52.at(squared)
            #expect(abs(found.value / value - 1) < 1e-15 && abs(found.slope / slope - 1) < 2e-15, "\(squared)")
        }
    }

    @Test(arguments: [StationaryCorrelation.matern52, .squaredExponential])
    func `slopes are the differences of values`(correlation: StationaryCorrelation) {
        for squared in stride(from: 0.01, to: 40, by: 0.37) {
            let step = 1e-5 * squared
            let rise = correlation.at(squared + step).value - correlation.at(squared - step).value
            let slope = correlation.at(squared).slope
            #expect(abs(rise / (2 * step) - slope) < 1e-9 + 1e-6 * abs(slope), "\(squared)")
        }
    }

    @Test(arguments: [StationaryCorrelation.matern52, .squaredExponential])
    func `values are the same with and without slopes`(correlation: StationaryCorrelation) {
        var random = RandomSource(seed: 6)
        let distances = Matrix(rows: 5, columns: 7, (0..<35).map { _ in 10 * random.uniform() })
        var (plain, sloped) = (distances, distances)
        correlation.form(from: &plain)
        let slopes = correlation.formWithSlopes(from: &sloped)
        #expect(largestDifference(plain.elements, sloped.elements) < 1e-15)
        for (index, squared) in distances.elements.enumerated() {
            let alone = correlation.at(squared)
            #expect(abs(plain.elements[index] - alone.value) < 1e-15)
            #expect(abs(slopes.elements[index] - alone.slope) < 1e-15)
        }
    }

    @Test func `the squared exponential is e to minus half the squared distance`() {
        for squared in [0, 0.3, 2, 100] {
            let found = StationaryCorrelation.squaredExponential.at(squared)
            #expect(abs(found.value - exp(-squared / 2)) < 1e-15 && found.slope == -found.value / 2)
        }
    }

    @Test(arguments: [StationaryCorrelation.matern52, .squaredExponential])
    func `at infinite distance there is no correlation and NaN stays`(correlation: StationaryCorrelation) {
        #expect(correlation.at(1e7).value == 0 && correlation.at(1e7).slope == 0)
        #expect(correlation.at(.nan).value.isNaN)
    }
}
