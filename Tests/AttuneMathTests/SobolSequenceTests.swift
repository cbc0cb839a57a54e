import AttuneCore
import AttuneMath
import Foundation
import Testing

struct SobolSequenceTests {
    // MARK: The plain sequence, against scipy.stats.qmc.Sobol(scramble=False), 1.17.1

    /// The first 64 points in some dimensions, in 64ths.
    static let firstPoints: [Int: String] = [
        0: """
        0 32 48 16 24 56 40 8 12 44 60 28 20 52 36 4 6 38 54 22 30 62 46 14 10 42 58 26 18 50 34 2
        3 35 51 19 27 59 43 11 15 47 63 31 23 55 39 7 5 37 53 21 29 61 45 13 9 41 57 25 17 49 33 1
        """,
        1: """
        0 32 16 48 24 56 8 40 20 52 4 36 12 44 28 60 30 62 14 46 6 38 22 54 10 42 26 58 18 50 2 34
        17 49 1 33 9 41 25 57 5 37 21 53 29 61 13 45 15 47 31 63 23 55 7 39 27 59 11 43 3 35 19 51
        """,
        2: """
        0 32 16 48 40 8 56 24 60 28 44 12 20 52 4 36 30 62 14 46 54 22 38 6 34 2 50 18 10 42 26 58
        45 13 61 29 5 37 21 53 17 49 1 33 57 25 41 9 51 19 35 3 27 59 11 43 15 47 31 63 39 7 55 23
        """,
        3: """
        0 32 16 48 56 24 40 8 28 60 12 44 36 4 52 20 42 10 58 26 18 50 2 34 54 22 38 6 14 46 30 62
        35 3 51 19 27 59 11 43 63 31 47 15 7 39 23 55 9 41 25 57 49 17 33 1 21 53 5 37 45 13 61 29
        """,
        9: """
        0 32 48 16 40 8 24 56 20 52 36 4 60 28 12 44 10 42 58 26 34 2 18 50 30 62 46 14 54 22 6 38
        3 35 51 19 43 11 27 59 23 55 39 7 63 31 15 47 9 41 57 25 33 1 17 49 29 61 45 13 53 21 5 37
        """,
        20: """
        0 32 16 48 8 40 24 56 12 44 28 60 4 36 20 52 46 14 62 30 38 6 54 22 34 2 50 18 42 10 58 26
        21 53 5 37 29 61 13 45 25 57 9 41 17 49 1 33 59 27 43 11 51 19 35 3 55 23 39 7 63 31 47 15
        """,
        63: """
        0 32 48 16 8 40 56 24 44 12 28 60 36 4 20 52 6 38 54 22 14 46 62 30 42 10 26 58 34 2 18 50
        29 61 45 13 21 53 37 5 49 17 1 33 57 25 9 41 27 59 43 11 19 51 35 3 55 23 7 39 63 31 15 47
        """,
        110: """
        0 32 16 48 8 40 24 56 60 28 44 12 52 20 36 4 2 34 18 50 10 42 26 58 62 30 46 14 54 22 38 6
        25 57 9 41 17 49 1 33 37 5 53 21 45 13 61 29 27 59 11 43 19 51 3 35 39 7 55 23 47 15 63 31
        """,
        500: """
        0 32 16 48 24 56 8 40 44 12 60 28 52 20 36 4 30 62 14 46 6 38 22 54 50 18 34 2 42 10 58 26
        51 19 35 3 43 11 59 27 31 63 15 47 7 39 23 55 45 13 61 29 53 21 37 5 1 33 17 49 25 57 9 41
        """,
        777: """
        0 32 16 48 24 56 8 40 28 60 12 44 4 36 20 52 62 30 46 14 38 6 54 22 34 2 50 18 58 26 42 10
        23 55 7 39 15 47 31 63 11 43 27 59 19 51 3 35 41 9 57 25 49 17 33 1 53 21 37 5 45 13 61 29
        """,
        1110: """
        0 32 48 16 56 24 8 40 20 52 36 4 44 12 28 60 26 58 42 10 34 2 18 50 14 46 62 30 54 22 6 38
        39 7 23 55 31 63 47 15 51 19 3 35 11 43 59 27 61 29 13 45 5 37 53 21 41 9 25 57 17 49 33 1
        """,
    ]

    /// Point 123,456 in the same dimensions.
    static let farPoint: [Int: Double] = [
        0: 0.02649688720703125,
        1: 0.18274688720703125,
        2: 0.30725860595703125,
        3: 0.45030975341796875,
        9: 0.24906158447265625,
        20: 0.11809539794921875,
        63: 0.9521408081054688,
        110: 0.03185272216796875,
        500: 0.20032501220703125,
        777: 0.03583526611328125,
        1110: 0.16886138916015625,
    ]

    @Test func `the first 64 plain points are SciPy's`() throws {
        let sequence = try SobolSequence(dimensions: 1111, seed: nil)
        let points = (0..<64).map(sequence.point)
        for (dimension, coordinates) in Self.firstPoints {
            let expected = coordinates.split(whereSeparator: \.isWhitespace).map { Double($0)! / 64 }
            #expect(points.map { $0[dimension] } == expected, "dimension \(dimension)")
        }
    }

    @Test func `the first 64 plain points have SciPy's checksum over all 1,111 dimensions`() throws {
        let sequence = try SobolSequence(dimensions: 1111, seed: nil)
        let checksum = (0..<64).flatMap(sequence.point).reduce(0 as UInt64) { $0 &* 31 &+ UInt64($1 * 64) }
        #expect(checksum == 9_664_348_221_692_429_824)
    }

    @Test func `a far plain point is SciPy's`() throws {
        let point = try SobolSequence(dimensions: 1111, seed: nil).point(123_456)
        for (dimension, coordinate) in Self.farPoint { #expect(point[dimension] == coordinate) }
    }

    // MARK: Evenness

    @Test(arguments: [nil, 1, 2, 3] as [UInt64?])
    func `every prefix of 2ᵏ points hits every elementary interval of the first two dimensions once`(
        seed: UInt64?
    ) throws {
        let sequence = try SobolSequence(dimensions: 2, seed: seed)
        for k in 0...10 {
            let points = (0..<(1 << k)).map(sequence.point)
            for across in 0...k {
                let (columns, rows) = (Double(1 << across), Double(1 << (k - across)))
                let cells = Set(points.map { Int($0[0] * columns) * Int(rows) + Int($0[1] * rows) })
                #expect(cells.count == points.count)
            }
        }
    }

    @Test(arguments: [nil, 7] as [UInt64?])
    func `every aligned block of 2ᵏ points hits each of 2ᵏ slices of every dimension once`(seed: UInt64?) throws {
        let sequence = try SobolSequence(dimensions: 1111, seed: seed)
        for first in [0, 256, 7 << 8] {
            let points = (first..<(first + 256)).map(sequence.point)
            for dimension in 0..<1111 {
                #expect(Set(points.map { Int($0[dimension] * 256) }).count == 256)
            }
        }
    }

    /// A smooth function of five variables with mean 1.
    static func integrand(_ point: [Double]) -> Double {
        zip(point, 1...).reduce(1) { product, term in product * (1 + (exp(term.0) - (M_E - 1)) / Double(term.1)) }
    }

    @Test func `the mean of a smooth function over 1,024 points errs five times less than Monte Carlo does`() throws {
        func median(_ errors: [Double]) -> Double { errors.sorted()[errors.count / 2] }
        let sobol = try (0..<15 as Range<UInt64>).map { seed in
            let sequence = try SobolSequence(dimensions: 5, seed: seed)
            return abs((0..<1024).reduce(0) { $0 + Self.integrand(sequence.point($1)) } / 1024 - 1)
        }
        let monteCarlo = (0..<15 as Range<UInt64>).map { seed in
            var random = RandomSource(seed: seed, stream: 99)
            let sum = (0..<1024).reduce(0.0) { sum, _ in sum + Self.integrand((0..<5).map { _ in random.uniform() }) }
            return abs(sum / 1024 - 1)
        }
        #expect(median(sobol) * 5 < median(monteCarlo), "\(median(sobol)) against \(median(monteCarlo))")
    }

    // MARK: Scrambling

    @Test func `over many seeds a scrambled point is uniform and two neighbours are as nets allow`() throws {
        // A first digit is random; the second point's is the other one; the digits after it are independent.
        let pairs = try (0..<4000 as Range<UInt64>).map { seed in
            let sequence = try SobolSequence(dimensions: 1, seed: seed)
            return (sequence.point(0)[0], sequence.point(1)[0])
        }
        var sixteenths = [Int](repeating: 0, count: 16)
        var products = 0.0
        for (first, second) in pairs {
            sixteenths[Int(first * 16)] += 1
            #expect((first < 0.5) != (second < 0.5))
            products +=
                ((first * 2).truncatingRemainder(dividingBy: 1) - 0.5)
                * ((second * 2).truncatingRemainder(dividingBy: 1) - 0.5)
        }
        let expected = 250.0
        let chiSquared = sixteenths.reduce(0) { $0 + pow(Double($1) - expected, 2) / expected }
        #expect(chiSquared < 37.7)  // one in a thousand, 15 degrees of freedom
        #expect(abs(products / 4000) < 4 / 12 / 4000.0.squareRoot())
    }

    @Test func `the same seed gives the same point and another seed another`() throws {
        let sequence = try SobolSequence(dimensions: 20, seed: 5)
        #expect(try sequence.point(77) == SobolSequence(dimensions: 20, seed: 5).point(77))
        #expect(try zip(sequence.point(77), SobolSequence(dimensions: 20, seed: 6).point(77)).allSatisfy { $0 != $1 })
    }

    @Test func `a point does not depend on how many dimensions follow`() throws {
        let wide = try SobolSequence(dimensions: 50, seed: 5).point(9)
        #expect(try SobolSequence(dimensions: 3, seed: 5).point(9) == Array(wide.prefix(3)))
    }

    // MARK: Bounds

    @Test func `coordinates lie in the half-open unit interval and only the plain first point is at zero`() throws {
        let plain = try SobolSequence(dimensions: 1111, seed: nil)
        #expect(plain.point(0).allSatisfy { $0 == 0 })
        let last = (1 << 52) - 1
        for index in [1, 2, 1023, 1 << 40, last] {
            #expect(plain.point(index).allSatisfy { 0 < $0 && $0 < 1 })
        }
        let scrambled = try SobolSequence(dimensions: 1111, seed: 3)
        for index in [0, 1, 1023, last] { #expect(scrambled.point(index).allSatisfy { 0 < $0 && $0 < 1 }) }
    }

    @Test func `more dimensions than the table has are refused by name`() throws {
        let error = #expect(throws: SobolSequence.TooManyDimensions.self) {
            try SobolSequence(dimensions: 1112, seed: 1)
        }
        #expect(error?.description.contains("at most 1111 dimensions, not 1112") == true)
    }
}
