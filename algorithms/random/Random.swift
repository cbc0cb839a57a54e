import AttuneCore

/// Independent draws from the space's own law (Bergstra & Bengio 2012).
struct Random: Suggester {
    func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        .run(Suggestion(try study.experiment.space.sample(using: &random)))
    }
}

extension Algorithm {
    static let random = Algorithm(
        "random", summary: "Independent draws from the declared distributions; the baseline every other must beat.",
        settings: [.randomState], honours: .all
    ) { _ in Random() }
}

extension AlgorithmSpec {
    public static let random = AlgorithmSpec("random")
}
