extension BenchmarkProblem {
    /// Optimizers see values with normal noise added; what they reach is judged without it.
    ///
    /// - Parameter deviation: standard deviation, the same for every metric.
    public func noisy(_ deviation: Double) -> BenchmarkProblem {
        var noisy = self
        noisy.noise = metrics.map { _ in deviation }
        return noisy
    }

    /// The same problem under another name.
    public func named(_ name: String) -> BenchmarkProblem {
        var renamed = self
        renamed.name = name
        return renamed
    }
}
