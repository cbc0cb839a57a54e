import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

struct ExplorationTests {
    @Test func `a number goes up or down by a fifth, or by a fiftieth of the range where that is more`() {
        #expect(neighbours(of: .double(0.5), in: .double(0...1)) == ["0.4", "0.6"])
        #expect(neighbours(of: .double(-0.5), in: .double(-1...1)) == ["-0.4", "-0.6"])
        #expect(neighbours(of: .double(0), in: .double(0...1)) == ["0.0", "0.02"])
        #expect(neighbours(of: .double(0.9), in: .double(0...1)) == ["0.72", "1.0"])
    }

    @Test func `on a logarithmic scale up makes up for down`() {
        #expect(neighbours(of: .double(0.1), in: .double(0.001...1, .logUniform)) == ["0.08", "0.125"])
    }

    @Test func `steps are kept, and what is too small to see goes to a neighbour or stays`() {
        #expect(neighbours(of: .int(50), in: .int(0...100, step: 5)) == ["40", "60"])
        #expect(neighbours(of: .int(2), in: .int(1...4)) == ["1", "2", "3"])
        #expect(neighbours(of: .int(1), in: .int(1...4)) == ["1", "2"])
        #expect(neighbours(of: .double(0.3), in: .double(0...0.9, step: 0.3)) == ["0.0", "0.3", "0.6"])
        #expect(neighbours(of: .int(7), in: .int(7...7)) == ["7"])
    }

    @Test func `a list goes to a neighbour or stays, numbers by their size`() {
        let batch = Domain.discrete(["64", "16", "32"])
        #expect(neighbours(of: .text("32"), in: batch) == ["16", "32", "64"])
        #expect(neighbours(of: .text("16"), in: batch) == ["16", "32"])
        let solver = Domain.categorical(["sgd", "adam", "ftrl"])
        #expect(neighbours(of: .text("sgd"), in: solver) == ["adam", "sgd"])
    }

    @Test func `what is resampled comes from the whole range`() throws {
        let space = try SearchSpace([ParameterSpec("x", .double(0...1)), ParameterSpec("y", .double(0...1))])
        var random = RandomSource(seed: 1)
        let parent = space.assignment(at: [0.5, 0.5])
        let far = (0..<400).count { _ in
            let child = Exploration(resampling: 0.25).neighbour(of: parent, in: space, using: &random)
            return abs((child["x"]?.number ?? 0) - 0.5) > 0.11
        }
        // A quarter is drawn, of which 0.78 come to lie further off than a perturbation.
        #expect((50...110).contains(far))
    }

    @Test(arguments: SpaceTable.all) func `children lie in the space, active parameters and all`(
        _ row: SpaceTable.Row
    ) throws {
        var random = RandomSource(seed: 2)
        var assignment = try row.space.sample(using: &random)
        for round in 0..<200 {
            let exploration = Exploration(resampling: round % 2 == 0 ? 0 : 0.3)
            assignment = exploration.neighbour(of: assignment, in: row.space, using: &random)
            #expect(row.space.contains(assignment), "\(row): \(assignment)")
        }
    }

    /// All that 200 draws give, rounded to nine digits.
    private func neighbours(of value: ParameterValue, in domain: Domain) -> [String] {
        var random = RandomSource(seed: 3)
        let all = (0..<200).map { _ -> String in
            guard case .double(let x) = domain.neighbour(of: value, using: &random) else {
                return domain.neighbour(of: value, using: &random).description
            }
            return ParameterValue.double((x * 1e9).rounded() / 1e9).description
        }
        return Set(all).sorted()
    }
}
