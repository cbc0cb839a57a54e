/// Derives every suggestion of a log again, from the events before it and nothing else.
public struct Replay: Sendable {
    public struct Step: Sendable {
        public let number: Trial.Number
        /// What the log says was tried.
        public let recorded: Suggestion
        /// What the algorithm says now.
        public let derived: Proposal

        /// Whether the same is tried. Explanations do not count: another processor may round them otherwise.
        public var isSame: Bool {
            guard case .run(let suggestion) = derived else { return false }
            return suggestion.assignment == recorded.assignment && suggestion.labels == recorded.labels
        }
    }

    private var study: Study
    private var events: ArraySlice<Event>
    private var suggester: any Suggester

    public init(_ stored: StoredExperiment, suggester: any Suggester) {
        study = Study(stored.experiment, createdAt: stored.createdAt)
        events = stored.events[...]
        self.suggester = suggester
    }

    /// The next trial of the log; nil after the last.
    ///
    /// - Throws: what the suggester throws, and `AttuneError` for an event that cannot follow.
    public mutating func next() throws -> Step? {
        while let event = events.popFirst() {
            guard case .started(let number, let suggestion, _) = event else {
                try study.apply(event)
                continue
            }
            let derived = try suggester.proposal(for: study)
            try study.apply(event)
            return Step(number: number, recorded: suggestion, derived: derived)
        }
        return nil
    }
}
