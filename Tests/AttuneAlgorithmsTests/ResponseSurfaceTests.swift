import AttuneAlgorithms
import AttuneCore
import Testing

struct ResponseSurfaceTests {
    private let experiment = Experiment(
        "surface", .maximize("score"), over: Parameter("x", in: 0.0...1.0), Parameter("y", in: 0.0...1.0))

    /// A hill with its top, 2, at x = 0.5, whatever y is.
    private func surface(_ direction: Objective.Direction, count: Int = 40) throws -> ResponseSurface {
        var random = RandomSource(seed: 3)
        let assignments = try (0..<count).map { _ in try experiment.space.sample(using: &random) }
        let values = assignments.map { assignment in
            let x = assignment["x"]?.number ?? 0
            return direction.loss(-(2 - 4 * (x - 0.5) * (x - 0.5)))
        }
        return try ResponseSurface(experiment.space, assignments, values, direction)
    }

    private func at(_ x: Double, _ y: Double) -> Assignment { experiment.space.assignment(at: [x, y]) }

    @Test(arguments: [Objective.Direction.minimize, .maximize])
    func `beliefs are in the objective's units, and right where trials were`(_ direction: Objective.Direction) throws {
        let surface = try surface(direction)
        let (means, deviations) = surface.beliefs(at: [[at(0.5, 0.5)], [at(0.1, 0.5)], [at(0.5, 0.1), at(0.5, 0.9)]])
        let sign = direction == .maximize ? 1.0 : -1.0
        #expect(abs(means[0] * sign - 2) < 0.05)
        #expect(abs(means[1] * sign - 1.36) < 0.1)
        #expect(abs(means[2] * sign - 2) < 0.1, "the mean over a group")
        #expect(deviations.allSatisfy { $0 >= 0 && $0 < 0.2 })
    }

    @Test func `too few trials make no model`() throws {
        #expect(throws: AttuneError.self) { try surface(.maximize, count: 4) }
        _ = try surface(.maximize, count: 5)
    }
}
