import AttuneCore
import Foundation
import Testing

/// Draws against the laws as the documentation states them, which are written here a second time.
struct DomainLawTests {
    @Test(arguments: Distribution.allCases, [0.2...3.7, 1e-5...0.5])
    func `a continuous parameter is drawn by its declared law`(_ law: Distribution, _ range: ClosedRange<Double>) {
        let domain = Domain.double(range, law)
        let draws = values(of: domain).map { $0.number ?? .nan }.sorted()
        #expect(draws.allSatisfy { range.contains($0) })
        let expected = DeclaredLaw(law, range, cells: range)
        // Kolmogorov and Smirnov's distance, exceeded once in 10,000.
        let distance =
            draws.enumerated().map { index, draw in
                let share = expected.cumulative(draw)
                return max(share - Double(index) / Double(draws.count), Double(index + 1) / Double(draws.count) - share)
            }.max() ?? 1
        #expect(distance * Double(draws.count).squareRoot() < 2.2253)
    }

    @Test(arguments: Distribution.allCases, [(0.5, 4.0, 0.5), (5.0, 10.0, 0.8), (0.005, 0.05, 0.005), (1.0, 2.0, 0.1)])
    func `every grid value of a double is as likely as its cell`(
        _ law: Distribution, _ grid: (min: Double, max: Double, step: Double)
    ) {
        expectLaw(of: .double(grid.min...grid.max, step: grid.step, law), law, grid)
    }

    @Test(arguments: Distribution.allCases, [(1.0, 20.0, 1.0), (3.0, 30.0, 4.0), (1.0, 2.0, 1.0), (7.0, 7.0, 1.0)])
    func `every integer is as likely as its cell`(_ law: Distribution, _ grid: (min: Double, max: Double, step: Double))
    {
        expectLaw(of: .int(Int(grid.min)...Int(grid.max), step: Int(grid.step), law), law, grid)
    }

    @Test(arguments: [Domain.discrete(["3", "0.1", "1e2", "-4"]), .categorical(["a", "b", "c", "d", "e"])])
    func `every element of a list is as likely`(_ domain: Domain) {
        let count = domain.count ?? 0
        expect(counts: counts(of: domain), shares: [Double](repeating: 1 / Double(count), count: count))
    }

    @Test(arguments: [Distribution.uniform, .normal]) func `a range below zero is drawn by its law`(_ law: Distribution)
    {
        expectLaw(of: .int(-12 ... -3, law), law, (-12, -3, 1))
        expectLaw(of: .double(-0.3...0.3, step: 0.1, law), law, (-0.3, 0.3, 0.1))
    }

    private static let draws = 10_000

    private func values(of domain: Domain) -> [ParameterValue] {
        var random = RandomSource(seed: 2024, stream: 1)
        return (0..<Self.draws).map { _ in domain.value(at: random.uniform()) }
    }

    private func counts(of domain: Domain) -> [Int] {
        let places = Dictionary(uniqueKeysWithValues: (0..<(domain.count ?? 0)).map { (domain.value(number: $0), $0) })
        var counts = [Int](repeating: 0, count: places.count)
        for value in values(of: domain) {
            guard let place = places[value] else {
                Issue.record("\(value) is none of \(domain)")
                continue
            }
            counts[place] += 1
        }
        return counts
    }

    private func expectLaw(of domain: Domain, _ law: Distribution, _ grid: (min: Double, max: Double, step: Double)) {
        let count = Int(((grid.max - grid.min) / grid.step + 1e-6).rounded(.down)) + 1
        let centres = (0..<count).map { grid.min + Double($0) * grid.step }
        var ends = [grid.min - grid.step / 2] + centres.map { $0 + grid.step / 2 }
        let isLogarithmic = law == .logUniform || law == .logNormal
        // As wide below the lowest value as above it on the logarithmic scale, where half a step would reach zero.
        if isLogarithmic, ends[0] <= 0 { ends[0] = grid.min * grid.min / ends[1] }
        let declared = DeclaredLaw(law, grid.min...grid.max, cells: ends[0]...ends[count])
        expect(
            counts: counts(of: domain),
            shares: (0..<count).map { declared.cumulative(ends[$0 + 1]) - declared.cumulative(ends[$0]) })
    }

    /// Pearson's test, refused once in 10,000; values expected fewer than five times are taken together.
    private func expect(counts: [Int], shares: [Double]) {
        #expect(counts.count == shares.count)
        #expect(abs(shares.reduce(0, +) - 1) < 1e-9)
        var cells: [(count: Double, expected: Double)] = [(0, 0)]
        for (count, share) in zip(counts, shares) {
            if cells[cells.count - 1].expected >= 5 { cells.append((0, 0)) }
            cells[cells.count - 1].count += Double(count)
            cells[cells.count - 1].expected += share * Double(Self.draws)
        }
        guard cells.count > 1 else { return }
        let chiSquare = cells.reduce(0) {
            $0 + ($1.count - $1.expected) * ($1.count - $1.expected) / max($1.expected, 1)
        }
        #expect(chiSquare < criticalChiSquare(Double(cells.count - 1)), "counts \(counts), expected \(shares)")
    }

    /// The value that chi-square exceeds once in 10,000 (Wilson & Hilferty 1931).
    private func criticalChiSquare(_ freedom: Double) -> Double {
        let cube = 1 - 2 / (9 * freedom) + 3.719 * (2 / (9 * freedom)).squareRoot()
        return freedom * cube * cube * cube
    }
}

/// "Normal laws have the range's middle as mean and a sixth of its width as deviation, and are truncated to the range;
/// logarithmic ones do the same to the logarithm."
private struct DeclaredLaw {
    private let law: Distribution
    private let mean: Double
    private let deviation: Double
    private let ends: (Double, Double)

    init(_ law: Distribution, _ range: ClosedRange<Double>, cells: ClosedRange<Double>) {
        self.law = law
        let isLogarithmic = law == .logUniform || law == .logNormal
        let (low, high) =
            isLogarithmic ? (log(range.lowerBound), log(range.upperBound)) : (range.lowerBound, range.upperBound)
        mean = (low + high) / 2
        deviation = (high - low) / 6
        ends = isLogarithmic ? (log(cells.lowerBound), log(cells.upperBound)) : (cells.lowerBound, cells.upperBound)
    }

    func cumulative(_ x: Double) -> Double {
        let isLogarithmic = law == .logUniform || law == .logNormal
        let isNormal = (law == .normal || law == .logNormal) && deviation > 0
        let level: (Double) -> Double = { [mean, deviation] t in
            isNormal ? erf((t - mean) / deviation / 2.0.squareRoot()) : t
        }
        let t = isLogarithmic ? log(x) : x
        return (level(t) - level(ends.0)) / (level(ends.1) - level(ends.0))
    }
}
