import Benchmark
import CAllocations

extension BenchmarkMetric {
    /// Calls of malloc and its kin, counted by this package: the library's own counts need an allocator that is not everywhere.
    static let allocations = BenchmarkMetric.custom("Allocations", polarity: .prefersSmaller, useScalingFactor: true)
}

extension Benchmark {
    /// Allocations of this process so far, on all threads.
    static var allocationCount: Int { Int(allocation_count()) }

    /// Measures `body`, its allocations included, and nothing around it.
    func measure<Value>(_ body: () throws -> Value) rethrows -> Value {
        let before = Benchmark.allocationCount
        startMeasurement()
        let value = try body()
        stopMeasurement()
        measurement(.allocations, Benchmark.allocationCount - before)
        return value
    }
}
