/// Passes on what another suggester proposes, but draws cells again that a measure of untrained networks puts among the worst
/// (Abdelfattah et al., *Zero-Cost Proxies for Lightweight NAS*, ICLR 2021, section 4, there for evolution).
///
/// The mark to pass is that which the wanted share of random cells would pass. Children and trials that go on are as they
/// are. One measure of a network a proposal, and those of the random cells once.
struct PrefilteredSuggester: Suggester {
    /// Random cells that the mark is taken from.
    private static let sample = 64
    /// Proposals of which one should pass; else the one that measures best is taken. Of random cells one in fifty comes to
    /// that.
    private var tries: Int { Int((4 / keep).rounded(.up)) }

    private var suggester: any Suggester
    private let cells: CellLayout
    private let network: CellNetwork
    private let measure: CellMeasure
    private let keep: Double
    private var mark: Double?

    init(
        _ suggester: any Suggester, _ cells: CellLayout, _ network: CellNetwork, _ measure: CellMeasure, keep: Double
    ) {
        self.suggester = suggester
        self.cells = cells
        self.network = network
        self.measure = measure
        self.keep = keep
    }

    func beginning(_ suggestion: Suggestion, in study: Study) -> Suggestion {
        suggester.beginning(suggestion, in: study)
    }

    mutating func propose(for study: Study, using random: inout RandomSource) throws -> Proposal {
        let mark = try mark(for: study.experiment)
        var refused: Set<Assignment> = []
        var best: (suggestion: Suggestion, value: Double)?
        for _ in 0..<tries {
            let proposal = try suggester.propose(for: study, using: &random)
            guard case .run(var suggestion) = proposal, suggestion.parent == nil else { return proposal }
            // One who does not draw would propose the same for ever.
            if refused.contains(suggestion.assignment) {
                suggestion.assignment = try study.experiment.space.sample(using: &random)
                if let level = suggestion.resource { suggestion = suggestion.given(level, in: study) }
                suggestion.explanation = Explanation("drawn: what was proposed did not pass the filter")
            }
            guard let value = value(of: suggestion.assignment, in: study.experiment) else { return .run(suggestion) }
            if value >= mark { return .run(suggestion) }
            if value > best?.value ?? -.infinity || best == nil { best = (suggestion, value) }
            refused.insert(suggestion.assignment)
        }
        guard let best else { preconditionFailure("there was a proposal, and it did not pass") }
        return .run(best.suggestion)
    }

    private mutating func mark(for experiment: Experiment) throws -> Double {
        if let mark { return mark }
        var random = RandomSource(seed: experiment.seed, stream: .max - 1)
        var values: [Double] = []
        for _ in 0..<PrefilteredSuggester.sample {
            let assignment = try experiment.space.sample(using: &random)
            if let value = value(of: assignment, in: experiment), !value.isNaN { values.append(value) }
        }
        values.sort()
        let place = Int(Double(values.count) * (1 - keep))
        let mark = values.isEmpty ? -Double.infinity : values[min(place, values.count - 1)]
        self.mark = mark
        return mark
    }

    /// Nil of an assignment that is no such cell.
    private func value(of assignment: Assignment, in experiment: Experiment) -> Double? {
        cells.genotype(assignment).map { measure.value($0, network, RandomSource(seed: experiment.seed, stream: .max)) }
    }
}
