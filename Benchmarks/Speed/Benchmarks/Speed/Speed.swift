import AttuneAlgorithms
import AttuneCore
import Benchmark

let benchmarks: @Sendable () -> Void = {
    Benchmark.defaultConfiguration = .init(
        metrics: [.wallClock, .allocations], warmupIterations: 3, maxDuration: .milliseconds(500),
        maxIterations: 10_000)
    for algorithm in AlgorithmCatalogue.standard.algorithms {
        for dimensions in [5, 20] {
            for length in [10, 100, 1_000, 10_000] {
                addProposals(of: algorithm, dimensions: dimensions, after: length)
            }
        }
    }
    addAppends()
    addDecoding()
}
