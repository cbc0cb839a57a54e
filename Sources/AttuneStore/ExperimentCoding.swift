import AttuneCore

/// How an experiment is written down in the store and read back.
///
/// The store does not know the algorithms, and an experiment cannot be read without them.
public struct ExperimentCoding: Sendable {
    public var encode: @Sendable (Experiment) -> JSON
    /// Reads what `encode` wrote, throwing when it is no valid experiment.
    public var decode: @Sendable (JSON) throws -> Experiment

    public init(
        encode: @escaping @Sendable (Experiment) -> JSON, decode: @escaping @Sendable (JSON) throws -> Experiment
    ) {
        self.encode = encode
        self.decode = decode
    }
}
