import AttuneCore
import Foundation

/// A controller's log folded to a study, with the suggester that has seen it.
///
/// A place is the number of a suggestion that was given, a study's number that of a trial. They are the same but where a
/// trial of Katib's stands for a trial of the study that goes on (freeze-thaw).
struct KatibHistory: Sendable {
    private let question: KatibQuestion
    private(set) var study: Study
    private var suggester: any Suggester
    /// By place from 0.
    private var numbers: [Trial.Number] = []
    /// By place from 0, the names of trials, as far as they are known.
    private var names: [String] = []
    /// By name, where some trial's label names another.
    private var placesOfNames: [String: Int] = [:]
    private var namesRead = 0
    /// By the study's number from 0, the latest place that stands for it.
    private var latestPlaces: [Int] = []
    private var unlisted = 0

    init(_ question: KatibQuestion) throws {
        self.question = question
        study = Study(question.experiment, createdAt: .distantPast)
        suggester = try question.suggester()
    }

    var places: Int { numbers.count }

    // MARK: What happened

    /// Takes in the next step of the log.
    ///
    /// - Parameter trial: the one that the step is about; nil where it is not listed.
    mutating func apply(_ step: CanonicalLog.Step, _ trial: KatibTrial?) throws {
        switch step {
        case .begin:
            guard let trial else { return }
            try begin(trial)
        case .end(let place, _):
            guard let ending = trial?.ending else { return }
            try end(numbers[place - 1], ending)
        case .beginUnlisted: try beginUnlisted()
        case .giveUp(let place):
            try end(numbers[place - 1], .init(outcome: .metricsUnavailable("not listed"), values: [:], time: nil))
        }
    }

    private mutating func begin(_ trial: KatibTrial) throws {
        let time = Date(timeIntervalSince1970: trial.startTime ?? 0)
        guard let assignment = trial.assignment else { return try beginOutside(trial.name, at: time) }
        let parent = (trial.ours?.parent ?? trial.labels[KatibTrialName.parentLabel].flatMap { place(of: $0) })
            .flatMap { numbers.indices.contains($0 - 1) ? numbers[$0 - 1] : nil }
        if let parent, let level = trial.resource, study[parent].isPaused,
            level > study[parent].suggestion.resource ?? 0
        {
            return try goOn(parent, to: level, trial.name, at: time)
        }
        var labels = trial.labels
        if let parent, labels[KatibTrialName.generation] != nil {
            labels[KatibTrialName.parentLabel] = study[parent].name
        }
        try start(
            Suggestion(assignment, resource: trial.resource ?? resource(of: labels), parent: parent, labels: labels),
            trial.name, at: time)
    }

    /// What a generation of a population has trained in all, where the settings say what one trains.
    private func resource(of labels: [String: String]) -> Int? {
        guard let interval = question.experiment.algorithm["interval"].flatMap({ Int($0) }),
            let generation = labels[KatibTrialName.generation].flatMap({ Int($0) }), 0..<1_000_000 ~= generation
        else { return nil }
        return interval * (generation + 1)
    }

    private mutating func place(of name: String) -> Int? {
        for index in namesRead..<names.count { placesOfNames[names[index]] = index + 1 }
        namesRead = names.count
        return placesOfNames[name]
    }

    private mutating func start(_ suggestion: Suggestion, _ name: String, at time: Date) throws {
        let number = study.nextNumber
        try study.apply(.started(number, suggestion, at: time))
        numbers.append(number)
        names.append(name)
        latestPlaces.append(numbers.count)
    }

    private mutating func goOn(_ number: Trial.Number, to level: Int, _ name: String, at time: Date) throws {
        try study.apply(.resumed(number, to: level, why: nil, at: time))
        numbers.append(number)
        names.append(name)
        latestPlaces[number - 1] = numbers.count
    }

    /// A trial of something else: it has a number, and says nothing.
    private mutating func beginOutside(_ name: String, at time: Date) throws {
        let nothing = study.experiment.space.configuration(of: Assignment([:]))
        try start(Suggestion(nothing), name, at: time)
        try study.apply(.ended(study.trials.count, .killed("not of this space"), at: time))
    }

    /// How many trials that are not listed are proposed again, where that costs something.
    private static let mostDerived = 32

    private mutating func beginUnlisted() throws {
        unlisted += 1
        guard question.isCheap || unlisted <= KatibHistory.mostDerived else { return try beginOutside("", at: epoch) }
        _ = try propose()
    }

    private mutating func end(_ number: Trial.Number, _ ending: KatibTrial.Ending) throws {
        guard study[number].isRunning else { return }
        let time = Date(timeIntervalSince1970: ending.time ?? study[number].startTime.timeIntervalSince1970)
        let observations = ending.values.sorted { $0.key < $1.key }.map {
            Observation(metric: $0.key, value: $0.value, step: 0, time: time)
        }
        if !observations.isEmpty { try study.apply(.observed(number, observations)) }
        let rests = ending.outcome == .succeeded && study.rests(study[number])
        try study.apply(rests ? .paused(number, at: time) : .ended(number, ending.outcome, at: time))
    }

    private var epoch: Date { Date(timeIntervalSince1970: 0) }

    // MARK: What is next

    /// Lets the suggester take in all that happened, and keep what it made of it.
    mutating func prepare() throws -> Proposal { try suggester.proposal(for: study) }

    /// Proposes the trial of the next place, and begins it.
    ///
    /// - Parameter known: what the suggester proposes, where it was asked already.
    mutating func propose(_ known: Proposal? = nil) throws -> KatibSuggestion {
        switch try known ?? suggester.proposal(for: study) {
        case .run(let suggestion): return try begin(suggestion)
        case .resume(let number, let level, _): return try begin(number, goingOnTo: level)
        case .wait: return try begin(try fresh())
        case .exhausted: return try begin(try repetition() ?? fresh())
        }
    }

    private mutating func begin(_ suggestion: Suggestion) throws -> KatibSuggestion {
        let given = KatibSuggestion(
            suggestion, at: places + 1, parent: suggestion.parent.map { latestPlaces[$0 - 1] },
            parentName: suggestion.parent.map { names[latestPlaces[$0 - 1] - 1] }, of: question)
        try start(suggestion, given.name, at: epoch)
        return given
    }

    private mutating func begin(_ number: Trial.Number, goingOnTo level: Int) throws -> KatibSuggestion {
        let child = Suggestion(study[number].assignment, parent: number).given(level, in: study)
        let place = latestPlaces[number - 1]
        let given = KatibSuggestion(
            child, at: places + 1, parent: place, parentName: names[place - 1], of: question)
        try goOn(number, to: level, given.name, at: epoch)
        return given
    }

    /// A configuration to go on with where the algorithm would rather wait: a controller takes nothing less than it asked
    /// for.
    private func fresh() throws -> Suggestion {
        var random = RandomSource(seed: study.experiment.seed, stream: UInt64(places + 1))
        let space = study.experiment.space
        var sample = try space.sample(using: &random)
        for _ in 0..<100 where study.tried.contains(sample) { sample = try space.sample(using: &random) }
        var suggestion = suggester.beginning(Suggestion(sample), in: study)
        if question.algorithm.name == "pbt" { suggestion.labels[KatibTrialName.generation] = "0" }
        return suggestion
    }

    /// A point of a space that was tried completely, one after the other.
    private func repetition() -> Suggestion? {
        let space = study.experiment.space
        guard let count = space.cardinality, count <= 100_000 else { return nil }
        let all = Array(space.enumeration)
        return all.isEmpty ? nil : suggester.beginning(Suggestion(all[places % all.count]), in: study)
    }
}
