import Testing

@testable import AttuneCore

struct RandomSourceTests {
    @Test func `the generator gives the numbers of the published algorithm`() {
        // From a C transcription of the algorithm in Blackman & Vigna 2019, with state 1, 2, 3, 4.
        var random = RandomSource(state: (1, 2, 3, 4))
        let expected: [UInt64] = [
            41_943_041, 58_720_359, 3_588_806_011_781_223, 3_591_011_842_654_386, 9_228_616_714_210_784_205,
            9_973_669_472_204_895_162, 14_011_001_112_246_962_877, 12_406_186_145_184_390_807,
            15_849_039_046_786_891_736, 10_450_023_813_501_588_000,
        ]
        #expect(expected.indices.map { _ in random.next() } == expected)
    }

    @Test func `a seed and stream give the same numbers for ever`() {
        var random = RandomSource(seed: 42, stream: 7)
        #expect((0..<4).map { _ in random.next() } == Self.numbersOfSeed42Stream7)
    }

    /// Written down once: a change of these would change every experiment that is repeated.
    static let numbersOfSeed42Stream7: [UInt64] = [
        1_462_222_205_346_757_369, 12_619_786_090_865_433_912, 14_787_288_683_293_676_043, 1_849_270_361_886_830_311,
    ]

    @Test func `neighbouring seeds and streams share no number and differ in half of all bits`() {
        let firsts = (0..<64 as Range<UInt64>).flatMap { seed in
            (0..<64 as Range<UInt64>).map { stream in
                var random = RandomSource(seed: seed, stream: stream)
                return random.next()
            }
        }
        #expect(Set(firsts).count == firsts.count)
        let differing = zip(firsts, firsts.dropFirst()).reduce(0) { $0 + ($1.0 ^ $1.1).nonzeroBitCount }
        #expect(abs(Double(differing) / Double(firsts.count - 1) - 32) < 4 * 4 / Double(firsts.count).squareRoot())
    }

    @Test func `streams are uncorrelated`() {
        var one = RandomSource(seed: 1, stream: 1)
        var two = RandomSource(seed: 1, stream: 2)
        let count = 20_000
        let covariance = (0..<count).reduce(0.0) { sum, _ in sum + (one.uniform() - 0.5) * (two.uniform() - 0.5) }
        #expect(abs(covariance / Double(count)) < 4 / 12 / Double(count).squareRoot())
    }

    @Test func `uniform numbers fill the half-open unit interval evenly`() {
        var random = RandomSource(seed: 3, stream: 0)
        var counts = [Int](repeating: 0, count: 20)
        for _ in 0..<20_000 {
            let number = random.uniform()
            #expect(0 <= number && number < 1)
            counts[Int(number * 20)] += 1
        }
        #expect(chiSquared(counts) < 43.8)  // one in a thousand, 19 degrees of freedom
    }

    @Test func `normal numbers have the normal distribution`() {
        var random = RandomSource(seed: 4, stream: 0)
        var counts = [Int](repeating: 0, count: 20)
        for _ in 0..<20_000 { counts[Int(NormalDistribution.cumulative(random.normal()) * 20)] += 1 }
        #expect(chiSquared(counts) < 43.8)
    }

    @Test func `every integer below a bound is as likely`() {
        var random = RandomSource(seed: 5, stream: 0)
        var counts = [Int](repeating: 0, count: 7)
        for _ in 0..<14_000 { counts[random.below(7)] += 1 }
        #expect(chiSquared(counts) < 22.5)  // one in a thousand, 6 degrees of freedom
        #expect(random.below(1) == 0)
    }

    @Test func `a bound that does not divide the numbers there are is still met without bias`() {
        // Below 3 · 2⁶¹, taking the high half of a product alone would favour every third integer.
        var random = RandomSource(seed: 6, stream: 0)
        var counts = [0, 0, 0]
        for _ in 0..<9_000 { counts[random.below(3 << 61) % 3] += 1 }
        #expect(chiSquared(counts) < 13.8)
    }

    @Test func `every order of four is as likely after a shuffle`() {
        var random = RandomSource(seed: 7, stream: 0)
        var counts: [[Int]: Int] = [:]
        for _ in 0..<12_000 {
            var order = [0, 1, 2, 3]
            random.shuffle(&order)
            counts[order, default: 0] += 1
        }
        #expect(counts.count == 24)
        #expect(chiSquared(Array(counts.values)) < 49.7)  // one in a thousand, 23 degrees of freedom
    }

    /// How far counts are from being equal.
    private func chiSquared(_ counts: [Int]) -> Double {
        let expected = Double(counts.reduce(0, +)) / Double(counts.count)
        return counts.reduce(0) { $0 + (Double($1) - expected) * (Double($1) - expected) / expected }
    }
}
