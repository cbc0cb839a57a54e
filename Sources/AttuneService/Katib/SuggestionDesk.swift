import AttuneCore
import AttuneProto
import SwiftProtobuf

/// Answers for one experiment, and remembers what it has seen of it: that is compared with, not read again.
///
/// Nothing depends on what is remembered. A desk that has seen nothing gives the same answers.
actor SuggestionDesk {
    private let question: KatibQuestion
    private var ledger: TrialLedger
    /// Foldings of the beginning of the log, from short to long; the last one is the latest.
    private var foldings: [Folding] = []
    private var steps: [CanonicalLog.Step] = []
    private var places = 0
    /// What follows the log, as far as it was asked for.
    private var ahead: Ahead?
    /// Whether trials were read that are not folded yet.
    private var isBehind = true

    private struct Folding {
        var length: Int
        var history: KatibHistory
    }

    private struct Ahead {
        var history: KatibHistory
        var given: [KatibSuggestion] = []
        /// What comes first.
        var first: Proposal?
    }

    init(_ experiment: [UInt8], _ catalogue: AlgorithmCatalogue) throws {
        let message: Api_V1_Beta1_Experiment = try Method.decode(experiment, .protobuf)
        question = try KatibQuestion(message, catalogue)
        ledger = TrialLedger(question)
    }

    /// How many suggestions one call may ask for.
    private static let mostWanted = 10_000

    func answer(_ request: SuggestionRequest) throws -> Api_V1_Beta1_GetSuggestionsReply {
        guard request.wanted <= SuggestionDesk.mostWanted else {
            throw ServiceError(
                .resourceExhausted, "current_request_number must not be greater than \(SuggestionDesk.mostWanted)")
        }
        if try ledger.read(request) { isBehind = true }
        if isBehind { try follow() }
        isBehind = false
        let given = try suggestions(max(request.wanted, 0), after: unborn(request))
        return .with {
            $0.parameterAssignments = given.map(\.message)
            // As Katib's Hyperband does, which keeps there where it is; ours needs no keeping.
            if question.algorithm.name == "hyperband" { $0.algorithm = question.settings }
        }
    }

    /// How many suggestions were given to the caller of which it lists no trials yet.
    private func unborn(_ request: SuggestionRequest) -> Int {
        let given = max(request.total - max(request.wanted, 0), 0)
        return min(max(given - places, 0), question.experiment.budget.parallelTrials)
    }

    // MARK: Folding

    /// How far apart foldings are kept, in steps of the log.
    private static let distance = 64

    private func follow() throws {
        let log = CanonicalLog(ledger.items, patience: question.experiment.budget.parallelTrials)
        if !foldings.isEmpty, log.steps == steps { return }
        let known = zip(steps, log.steps).prefix { $0 == $1 }.count
        // Where the end of the log has changed, an earlier folding of it still holds.
        foldings.removeAll { $0.length > known }
        ahead = nil
        var folding = try foldings.popLast() ?? Folding(length: 0, history: KatibHistory(question))
        let settled = log.steps.count - SuggestionDesk.distance
        if folding.length > 0, folding.length - (foldings.last?.length ?? 0) >= SuggestionDesk.distance {
            keep(folding)
        }
        for (index, step) in log.steps.enumerated().dropFirst(folding.length) {
            try folding.history.apply(step, trial(of: step, log))
            if index + 1 == settled {
                folding.length = settled
                keep(folding)
            }
        }
        folding.length = log.steps.count
        foldings.append(folding)
        (steps, places) = (log.steps, log.places)
    }

    private func keep(_ folding: Folding) {
        foldings.append(folding)
        if foldings.count > 2 { foldings.removeFirst() }
    }

    private func trial(of step: CanonicalLog.Step, _ log: CanonicalLog) -> KatibTrial? {
        switch step {
        case .begin(let place, _), .end(let place, _): log.occupants[place - 1].map { ledger[$0] }
        case .beginUnlisted, .giveUp: nil
        }
    }

    // MARK: Proposing

    private func suggestions(_ count: Int, after unborn: Int) throws -> ArraySlice<KatibSuggestion> {
        guard count > 0 else { return [] }
        var ahead = try self.ahead ?? begin()
        self.ahead = nil
        while ahead.given.count < unborn + count {
            ahead.given.append(try ahead.history.propose(ahead.first))
            ahead.first = nil
        }
        self.ahead = ahead
        return ahead.given[unborn..<unborn + count]
    }

    /// The suggester of the log itself is asked once, so that it keeps what it makes of the log. What it would make of
    /// trials that are only proposed is not kept with it.
    private func begin() throws -> Ahead {
        let last = foldings.count - 1
        let first = try foldings[last].history.prepare()
        return Ahead(history: foldings[last].history, first: first)
    }
}
