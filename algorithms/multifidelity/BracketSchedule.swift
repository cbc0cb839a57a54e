import AttuneCore

/// Brackets one after another, a further one begun whenever all others wait: how many trials run at once changes when
/// things happen, and never which brackets there are.
struct BracketSchedule: Sendable {
    /// The label of a trial that says to which bracket it belongs, from 0.
    static let label = "bracket"

    let ladder: ResourceLadder
    /// The cycle of brackets: at which rung each begins, and with how many trials.
    let shapes: [Bracket]
    /// How many brackets there are in all; nil without end.
    let limit: Int?
    private var brackets: [Bracket] = []
    /// Brackets before this want nothing any more.
    private var firstOpen = 0
    private var seen = 0

    init(_ ladder: ResourceLadder, shapes: [Bracket], limit: Int? = nil) {
        self.ladder = ladder
        self.shapes = shapes
        self.limit = limit
    }

    enum Step: Equatable {
        /// A new configuration begins at a rung, for a bracket.
        case begin(bracket: Int, rung: Int)
        case promote(Trial.Number, bracket: Int, rung: Int, rank: Int, of: Int)
        case wait
        case over
    }

    mutating func next(_ study: Study, _ record: RungRecord) -> Step {
        for trial in study.trials[seen...] { place(trial) }
        seen = study.trials.count
        let mayBegin = study.mayStartTrial
        for index in firstOpen..<brackets.count {
            switch brackets[index].wish(record, study, ladder, mayBegin: mayBegin) {
            case .trial: return .begin(bracket: index, rung: brackets[index].firstRung)
            case .promotion(let trial, let rung, let rank, let count):
                return .promote(trial, bracket: index, rung: rung, rank: rank, of: count)
            case .results: break
            case .nothing:
                if index == firstOpen, brackets[index].lines.count == brackets[index].size { firstOpen += 1 }
            }
        }
        guard mayBegin, limit.map({ brackets.count < $0 }) ?? true else {
            return study.counts.running > 0 ? .wait : .over
        }
        return .begin(bracket: brackets.count, rung: shapes[brackets.count % shapes.count].firstRung)
    }

    /// Puts a new trial into the bracket that its label names.
    private mutating func place(_ trial: Trial) {
        guard let index = trial.suggestion.labels[BracketSchedule.label].flatMap({ Int($0) }),
            (0...brackets.count).contains(index)
        else { return }
        if index == brackets.count { brackets.append(shapes[index % shapes.count]) }
        if let parent = trial.suggestion.parent {
            brackets[index].carryOn(parent, as: trial.number)
        } else {
            brackets[index].begin(trial.number)
        }
    }
}
