import AttuneCore

/// Who has trained what, folded from a study's trials.
///
/// The first trials of a study are generation 0, whoever proposed them; later ones say by their labels whose they are.
struct Population: Sendable {
    /// How many members go on; what was tried beyond it in generation 0 may still be a parent.
    let size: Int
    /// Numbers of the trials of each generation, in the order in which they started.
    private(set) var generations: [[Trial.Number]] = [[]]
    /// Where each member is, by its number; as many as were born.
    private(set) var latest: [Place] = []
    private var cursor = 0

    struct Place: Sendable, Hashable {
        var trial: Trial.Number
        var generation: Int
    }

    init(size: Int) { self.size = size }

    /// Takes in the trials that it has not seen. O(1) for each.
    mutating func read(_ study: Study) {
        for trial in study.trials[cursor...] { place(trial) }
        cursor = study.trials.count
    }

    private mutating func place(_ trial: Trial) {
        let labels = PBTLabel(trial.suggestion.labels)
        guard let labels, labels.generation > 0, labels.generation <= generations.count, labels.member < latest.count
        else {
            generations[0].append(trial.number)
            if latest.count < size { latest.append(Place(trial: trial.number, generation: 0)) }
            return
        }
        if labels.generation == generations.count { generations.append([]) }
        generations[labels.generation].append(trial.number)
        latest[labels.member] = Place(trial: trial.number, generation: labels.generation)
    }

    /// Settings that a generation tries and has no value of yet.
    func pending(in generation: Int, of study: Study) -> [Assignment] {
        guard generations.indices.contains(generation) else { return [] }
        return generations[generation].map { study[$0] }.filter(\.isRunning).map(\.assignment)
    }

    func generation(of trial: Trial) -> Int { PBTLabel(trial.suggestion.labels)?.generation ?? 0 }

    var isBorn: Bool { latest.count == size }

    /// The member that goes on next: of those that have come least far the first whose trial has ended; nil while none
    /// may.
    ///
    /// Nobody goes on before all have started their trials of his generation, and half of these have ended. That is enough
    /// to tell the best from the worst, and one slow trial holds up nobody.
    func nextMember(in study: Study) -> Int? {
        guard let generation = latest.map(\.generation).min() else { return nil }
        let ended = generations[generation].count { study[$0].outcome != nil }
        guard 2 * ended >= generations[generation].count else { return nil }
        return latest.indices.first {
            latest[$0].generation == generation && study[latest[$0].trial].outcome != nil
        }
    }
}
