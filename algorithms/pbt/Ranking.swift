import AttuneCore

/// The trials of one generation that have ended, the best first, and who of them is replaced: truncation selection
/// (Jaderberg et al. 2017, section 4.1.1).
///
/// Trials that were stopped early, failed or brought no value come last, and are replaced all.
struct Ranking {
    /// Those that succeeded within the objective's limits, the best first; of equals the earlier.
    private let ranked: [Trial.Number]
    /// How many have ended, in whatever way.
    let count: Int
    /// How many the best are, and the worst.
    private let cut: Int

    /// - Parameters:
    ///   - generation: numbers of its trials, ascending.
    ///   - truncation: which share of the trials the best are, and the worst; never more than half.
    init(_ generation: [Trial.Number], in study: Study, truncation: Double) {
        let objective = study.objective
        let ended = generation.lazy.map { study[$0] }.filter { $0.outcome != nil }
        let values = ended.filter { $0.outcome == .succeeded && $0.isFeasible(for: objective) }
            .compactMap { trial in trial.value(of: objective).map { (number: trial.number, value: $0) } }
        ranked = values.sorted {
            $0.value == $1.value ? $0.number < $1.number : objective.prefers($0.value, to: $1.value)
        }.map(\.number)
        count = ended.reduce(0) { count, _ in count + 1 }
        cut = truncation == 0 ? 0 : min(max(Int((truncation * Double(count)).rounded()), 1), count / 2)
    }

    /// The trials worth going on from.
    var winners: ArraySlice<Trial.Number> { ranked.prefix(max(cut, 1)) }

    /// The rank of a trial that is not to be replaced, from 1; nil for one of the worst.
    func survives(_ trial: Trial.Number) -> Int? {
        guard let index = ranked.firstIndex(of: trial), index < count - cut else { return nil }
        return index + 1
    }
}
