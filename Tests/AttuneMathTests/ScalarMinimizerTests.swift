import AttuneMath
import Foundation
import Testing

struct ScalarMinimizerTests {
    @Test func `a smooth minimum is found in few evaluations`() {
        var evaluations = 0
        let minimum = minimizeScalar(in: -1...4, tolerance: 1e-8) { x in
            evaluations += 1
            return exp(x) - 3 * x
        }
        #expect(abs(minimum.point - log(3)) < 1e-7)
        #expect(evaluations <= 15, "\(evaluations)")
    }

    @Test func `a minimum at an end is approached`() {
        #expect(abs(minimizeScalar(in: 2...7, tolerance: 1e-7) { $0 }.point - 2) < 1e-5)
        #expect(abs(minimizeScalar(in: 2...7, tolerance: 1e-7) { -$0 }.point - 7) < 1e-5)
    }

    @Test func `a kink is found`() {
        #expect(abs(minimizeScalar(in: 0...10) { abs($0 - 0.7) }.point - 0.7) < 1e-6)
    }

    @Test func `numbers that are not are kept out of`() {
        let minimum = minimizeScalar(in: 0...10) { $0 > 5 ? .nan : ($0 - 2) * ($0 - 2) }
        #expect(abs(minimum.point - 2) < 1e-6)
        #expect(minimizeScalar(in: 0...1) { _ in .nan }.value == .infinity)
    }

    @Test func `a range of one point is that point`() {
        let minimum = minimizeScalar(in: 3...3) { $0 * $0 }
        #expect(minimum.point == 3 && minimum.value == 9)
    }
}
