import AttuneAlgorithms
import AttuneCore
import Benchmark
import Foundation

/// Measures how long an algorithm takes for its next proposal after a study of `length` ended trials.
///
/// Adds nothing where the algorithm can search neither real numbers nor a finite space without settings.
func addProposals(of algorithm: Algorithm, dimensions: Int, after length: Int) {
    guard let experiment = Experiment.searchable(by: algorithm, dimensions: dimensions) else { return }
    let name = "propose \(algorithm.name), \(dimensions) dimensions, \(length) trials"
    Benchmark(name) { benchmark, search in
        try search.advance { body in try benchmark.measure(body) }
    } setup: {
        try OngoingSearch(experiment, after: length)
    }
}

/// A search that goes on trial by trial, so that an algorithm meets a new trial at each proposal, as in use.
///
/// It starts anew before it has grown by more than a tenth, so that a figure is of the length it names.
final class OngoingSearch {
    private let start: Study
    private var study: Study
    private var suggester: any Suggester

    init(_ experiment: Experiment, after length: Int) throws {
        start = try Study.history(of: experiment, length: length)
        study = start
        suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
        try warmUp()
    }

    /// Lets `measure` run the next proposal, and carries out what was proposed.
    func advance(_ measure: (() throws -> Proposal) throws -> Proposal) throws {
        if study.trials.count > start.trials.count + max(1, start.trials.count / 10) { try restart() }
        try carryOut(try measure { try suggester.proposal(for: study) })
    }

    private func restart() throws {
        study = start
        suggester = try AlgorithmCatalogue.standard.suggester(for: start.experiment)
        try warmUp()
    }

    /// The first proposal takes in the whole history, which happens once in the life of a process.
    private func warmUp() throws { try carryOut(try suggester.proposal(for: study)) }

    private func carryOut(_ proposal: Proposal) throws {
        guard case .run(let suggestion) = proposal else {
            throw AttuneError("\(study.experiment.algorithm.name) proposed nothing after \(study.trials.count) trials")
        }
        try study.carryOut(suggestion)
    }
}

extension Experiment {
    /// One of `dimensions` real numbers, or else of as many integers; nil where the algorithm can search neither.
    static func searchable(by algorithm: Algorithm, dimensions: Int) -> Experiment? {
        // 16⁵ and 2²⁰ combinations: more than the longest history.
        let domains: [Domain] = [.double(0...1), .int(1...(dimensions < 10 ? 16 : 2))]
        return domains.lazy.compactMap { domain in
            let specs = (1...dimensions).map { ParameterSpec("x\($0)", domain) }
            guard let space = try? SearchSpace(specs) else { return nil }
            let experiment = Experiment(
                metadata: Metadata(name: "speed"), objective: .minimize("loss"), space: space,
                algorithm: AlgorithmSpec(algorithm.name), budget: Budget(parallelTrials: 1), seed: 1)
            return AlgorithmCatalogue.standard.problems(of: experiment).isEmpty ? experiment : nil
        }.first
    }
}

extension Study {
    /// A study of ended trials: random ones, or in a finite space the first of its enumeration, as a grid leaves them.
    static func history(of experiment: Experiment, length: Int) throws -> Study {
        var study = Study(experiment, createdAt: Date(timeIntervalSince1970: 0))
        var random = RandomSource(seed: 1)
        var enumeration = experiment.space.isFinite ? experiment.space.enumeration : nil
        for _ in 0..<length {
            let assignment = try enumeration?.next() ?? experiment.space.sample(using: &random)
            try study.carryOut(Suggestion(assignment))
        }
        return study
    }

    /// Takes in a trial that started, reported and succeeded.
    mutating func carryOut(_ suggestion: Suggestion) throws {
        let number = nextNumber
        let time = Date(timeIntervalSince1970: Double(number))
        let loss = suggestion.assignment.active.compactMap(\.value.number).reduce(0) { $0 + ($1 - 0.3) * ($1 - 0.3) }
        try apply(.started(number, suggestion, at: time))
        try apply(.observed(number, [Observation(metric: "loss", value: loss, step: 0, time: time)]))
        try apply(.ended(number, .succeeded, at: time))
    }
}
