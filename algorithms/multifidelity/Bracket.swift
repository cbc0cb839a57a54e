import AttuneCore

/// One run of successive halving: many trials at a low level, the best of them at the next, until the top (Jamieson &
/// Talwalkar 2016; Li et al. 2018, Algorithm 1, lines 3 to 10).
struct Bracket: Sendable {
    /// The rung at which its trials begin.
    let firstRung: Int
    /// How many trials begin.
    let size: Int
    /// Each configuration's trials, lowest rung first: one where trials go on, one for each rung where others begin.
    private(set) var lines: [[Trial.Number]] = []

    init(firstRung: Int, size: Int) {
        self.firstRung = firstRung
        self.size = size
    }

    mutating func begin(_ trial: Trial.Number) { lines.append([trial]) }

    /// A trial goes on where `parent` ended.
    mutating func carryOn(_ parent: Trial.Number, as trial: Trial.Number) {
        guard let line = lines.lastIndex(where: { $0.last == parent }) else { return }
        lines[line].append(trial)
    }

    /// What it wants next.
    enum Wish: Equatable {
        case trial
        /// A trial is to go on to a rung, as the `rank`-th best of so many.
        case promotion(Trial.Number, rung: Int, rank: Int, of: Int)
        /// Its trials must come further first.
        case results
        case nothing
    }

    /// - Parameter mayBegin: whether trials may still begin; where not, the bracket makes do with those it has.
    func wish(_ record: RungRecord, _ study: Study, _ ladder: ResourceLadder, mayBegin: Bool) -> Wish {
        if lines.count < size, mayBegin { return .trial }
        var sent = lines
        for rung in firstRung..<ladder.levels.count {
            let arrived = sent.compactMap { line in
                trial(of: line, at: rung, study, ladder).flatMap { arrival(of: $0, at: rung, record, study) }
            }
            guard arrived.count == sent.count else { return .results }
            guard rung + 1 < ladder.levels.count else { return .nothing }
            let winners = Bracket.winners(arrived, reduction: ladder.reduction)
            let lines = Dictionary(
                uniqueKeysWithValues: sent.compactMap { line in
                    trial(of: line, at: rung, study, ladder).map { ($0, line) }
                })
            sent = []
            for (rank, winner) in winners.enumerated() {
                guard let line = lines[winner.trial] else { continue }
                guard trial(of: line, at: rung + 1, study, ladder) != nil else {
                    return .promotion(winner.trial, rung: rung + 1, rank: rank + 1, of: arrived.count)
                }
                sent.append(line)
            }
            if sent.isEmpty { return .nothing }
        }
        return .nothing
    }

    /// The best 1/η, at least one, as long as anything came of them.
    private static func winners(_ arrived: [RungRecord.Entry], reduction: Double) -> [RungRecord.Entry] {
        let count = max(1, Int(Double(arrived.count) / reduction + 1e-9))
        return arrived.filter { $0.loss != nil }.sorted { $0.precedes($1) }.prefix(count).map { $0 }
    }

    /// The trial that was sent to a rung for a configuration; nil where none was.
    private func trial(
        of line: [Trial.Number], at rung: Int, _ study: Study, _ ladder: ResourceLadder
    ) -> Trial.Number? {
        switch ladder.continuation {
        case .newTrial: line.indices.contains(rung - firstRung) ? line[rung - firstRung] : nil
        case .sameTrial:
            ladder.rung(of: study[line[0]].suggestion.resource ?? ladder.maximum) >= rung ? line[0] : nil
        }
    }

    /// What a trial brought at a rung; one that ended on the way brought nothing. Nil while it is on its way.
    private func arrival(
        of trial: Trial.Number, at rung: Int, _ record: RungRecord, _ study: Study
    ) -> RungRecord.Entry? {
        if let entry = record.entry(of: trial, at: rung) { return entry }
        return study[trial].outcome == nil ? nil : RungRecord.Entry(trial: trial, loss: nil, violation: .infinity)
    }
}
