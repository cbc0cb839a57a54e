/// Derives every suggestion of a log again, from the events before it and nothing else.
public struct Replay: Sendable {
    public struct Step: Sendable {
        public let number: Trial.Number
        /// What the log says was begun: `.run` or `.resume`.
        public let recorded: Proposal
        /// What the algorithm says now.
        public let derived: Proposal

        /// Whether the same is tried. Explanations do not count: another processor may round them otherwise.
        public var isSame: Bool {
            switch (recorded, derived) {
            case (.run(let suggestion), .run(let other)): suggestion.isSame(as: other)
            case (.resume(let number, let level, _), .resume(let other, let otherLevel, _)):
                number == other && level == otherLevel
            default: false
            }
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

    /// The next beginning of the log, of a trial or of an attempt that goes on from a rest; nil after the last.
    ///
    /// - Throws: what the suggester throws, and `AttuneError` for an event that cannot follow.
    public mutating func next() throws -> Step? {
        while let event = events.popFirst() {
            guard let (number, recorded) = event.beginning else {
                try study.apply(event)
                continue
            }
            let derived = try suggester.proposal(for: study)
            try study.apply(event)
            return Step(number: number, recorded: recorded, derived: derived)
        }
        return nil
    }
}

extension Event {
    /// The proposal that it carries out, and the trial it makes or continues.
    fileprivate var beginning: (Trial.Number, Proposal)? {
        switch self {
        case .started(let number, let suggestion, _): (number, .run(suggestion))
        case .resumed(let number, let level, let why, _): (number, .resume(number, to: level, why: why))
        default: nil
        }
    }
}
