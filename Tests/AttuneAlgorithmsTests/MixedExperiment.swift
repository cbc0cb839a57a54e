import AttuneCore

extension Experiment {
    /// Mixed, logarithmic, stepped and conditional.
    static func mixed(_ algorithm: AlgorithmSpec, seed: UInt64, parallelism: Int = 1) -> Experiment {
        let branch = Parameter("branch", of: ["left", "right"])
        var experiment = Experiment(
            "mixed", .minimize("loss"), over: branch, Parameter("rate", in: 1e-6...1.0, .logUniform),
            Parameter("width", in: 1...64), Parameter("depth", in: 0.0...1.0, step: 0.05).when(branch, in: "right"),
            parallelism: parallelism, seed: seed)
        experiment.algorithm = algorithm
        return experiment
    }
}
