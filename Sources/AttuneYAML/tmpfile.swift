import AttuneCore
public struct ExperimentFile {
 public var experiments: [Experiment] = []
 public var diagnostics: [String] = []
 public var hasErrors: Bool = false
 public init(name: String, text: String, catalogue: AlgorithmCatalogue, seed: () -> UInt64) {}
}
