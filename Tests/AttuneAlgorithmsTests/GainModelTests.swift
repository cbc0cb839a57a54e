import AttuneCore
import Foundation
import Testing

@testable import AttuneAlgorithms

struct GainModelTests {
    private let space: SearchSpace

    init() throws { space = try SearchSpace([ParameterSpec("x", .double(0...1))]) }

    @Test func `it goes where gains were large lately, not where they were long ago`() throws {
        let gains = (0..<60).map { index in
            let (x, generation) = (Double(index % 6) / 5, index / 6)
            // At first the left end gains, in the end the right one.
            let way = Double(generation) / 9
            return gain(x, generation, (1 - way) * (1 - x) + way * x)
        }
        let model = try #require(GainModel(gains, in: ModelSpace(space)))
        let best = try #require(model.best(of: grid, in: 10, pending: []))
        #expect((best["x"]?.number ?? 0) > 0.8)
    }

    @Test func `what is being tried already is not tried again`() throws {
        // Nobody knows the ends, and the middle promises as much to either side.
        let gains = (0..<12).map { gain([0.4, 0.5, 0.6][$0 % 3], $0 / 3, $0 % 3 == 1 ? 0 : 1) }
        let model = try #require(GainModel(gains, in: ModelSpace(space)))
        let first = try #require(model.best(of: grid, in: 4, pending: []))
        let second = try #require(model.best(of: grid, in: 4, pending: Array(repeating: first, count: 3)))
        #expect(abs((first["x"]?.number ?? 0) - (second["x"]?.number ?? 0)) > 0.3)
    }

    @Test func `scores are those of ranks, whatever the numbers`() {
        let scores = GainModel.normalScores([1e308, -1e308, 0])
        #expect(scores[2] == 0 && abs(scores[0] - 0.9674) < 1e-4 && scores[1] == -scores[0])
    }

    @Test func `of three gains it makes nothing`() {
        #expect(GainModel([gain(0, 1, 1), gain(1, 1, 0), gain(0.5, 1, 2)], in: ModelSpace(space)) == nil)
    }

    private var grid: [Assignment] { (0...20).map { space.assignment(at: [Double($0) / 20]) } }

    private func gain(_ x: Double, _ generation: Int, _ amount: Double) -> Gain {
        Gain(assignment: space.assignment(at: [x]), generation: generation, amount: amount)
    }
}
