import AttuneBench
import Testing

@testable import AttuneBenchReport

@Suite struct DrawingTests {
    @Test func `ticks stand at round values`() {
        #expect(Axis.linear(0, 100).ticks(about: 5).map(\.label) == ["0", "20", "40", "60", "80", "100"])
        #expect(Axis.linear(93.71, 93.93).ticks(about: 5).map(\.label) == ["93.75", "93.80", "93.85", "93.90"])
        #expect(
            Axis.log(1e-6, 1).ticks(about: 6).map(\.label) == ["10⁻⁶", "10⁻⁵", "10⁻⁴", "0.001", "0.01", "0.1", "1"])
        #expect(Axis.log(0.02, 3, endsAtZero: true).ticks().first?.label == "0")
    }

    @Test func `an axis without a span still has one`() {
        #expect(Axis.linear(5, 5).fraction(5) == 0.5)
        #expect(abs(Axis.log(5, 5).fraction(5) - 0.5) < 1e-9)
        #expect(Axis.linear(0, 1).fraction(.infinity) == 1 && Axis.log(1, 10).fraction(0) == 0)
    }

    @Test func `labels move apart and stay inside`() {
        let moved = spread([10, 11, 12, 98, 99], gap: 10, within: 0...100)
        #expect(moved == [10, 20, 30, 90, 100])
    }

    @Test func `numbers have so many significant digits`() {
        #expect(
            [0.1234567, 93.8, 12345.678, 1.5e-7, 0, -0.5].map { $0.rounded(toDigits: 4) } == [
                "0.1235", "93.80", "12346", "1.500e-7", "0", "-0.5000",
            ])
        #expect(Double.nan.rounded(toDigits: 3) == "–")
        #expect(
            [3.1e-6, 0.0125, 1.5, 90, 7200, 200].map(\.secondsText) == [
                "3.10 µs", "12.5 ms", "1.50 s", "90.0 s", "2.00 h", "3.33 min",
            ])
    }

    @Test func `a quantile with the worst among the numbers is not a guess between`() {
        #expect(quantile(0.5, ofSorted: [1, 2, .infinity]) == 2)
        #expect(quantile(0.5, ofSorted: [1, .infinity]) == .infinity)
        #expect(quantile(0.25, ofSorted: [1, 2, 3]) == 1.5)
        #expect(quantile(0.5, ofSorted: []).isNaN)
    }
}
