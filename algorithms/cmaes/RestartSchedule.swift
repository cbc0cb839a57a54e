import AttuneCore
import Foundation

/// What follows when a run of CMA-ES has converged.
enum RestartStrategy: String, Sendable, CaseIterable {
    case none
    /// Each run with twice the population (Auger & Hansen 2005).
    case ipop
    /// Large populations and small ones, by turns, with about equal shares of the trials (Hansen 2009, "Benchmarking a
    /// BI-population CMA-ES on the BBOB-2009 function testbed").
    case bipop
}

/// Population and step size of one run after another.
struct RestartSchedule: Sendable {
    /// How a run begins.
    struct Start: Sendable, Hashable {
        var population: Int
        var stepSize: Double
    }

    private let strategy: RestartStrategy
    private let first: Start
    private var current: Start
    private var isSmall = false
    private var doublings = 0
    /// Trials that runs with small populations, and with large ones, have had after the first run.
    private var spentSmall = 0
    private var spentLarge = 0
    private var runs = 0

    init(_ strategy: RestartStrategy, first: Start) {
        self.strategy = strategy
        self.first = first
        current = first
    }

    /// The run after one that took so many trials; nil where there is none.
    mutating func next(after trials: Int, using random: inout RandomSource) -> Start? {
        if runs > 0 { if isSmall { spentSmall += trials } else { spentLarge += trials } }
        runs += 1
        switch strategy {
        case .none: return nil
        case .ipop: current = doubled()
        case .bipop:
            isSmall = runs > 1 && spentSmall < spentLarge
            current = isSmall ? small(using: &random) : doubled()
        }
        return current
    }

    private mutating func doubled() -> Start {
        doublings = min(doublings + 1, RestartSchedule.mostDoublings)
        return Start(population: first.population << doublings, stepSize: first.stepSize)
    }

    /// Between the first population and half the last large one, mostly small, and with a step size down to a
    /// hundredth.
    private func small(using random: inout RandomSource) -> Start {
        let ratio = Double(1 << doublings) / 2
        let share = pow(random.uniform(), 2)
        return Start(
            population: max(Int(Double(first.population) * pow(ratio, share)), 2),
            stepSize: first.stepSize * pow(10, -2 * random.uniform()))
    }

    /// Ten doublings are more trials than anyone has.
    private static let mostDoublings = 10
}
