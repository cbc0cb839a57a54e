import AttuneCore

/// The trials that no other betters in every objective, and how the hypervolume grew.
public struct Front: Sendable, Hashable {
    /// Members by their place, in the order of their numbers.
    public let members: [Int]
    /// Trials with a value of every objective, within the constraints or not.
    public let candidates: [Int]
    /// What hypervolume is measured from, in the metrics' own units.
    public let reference: [Double]
    /// The trials with which it grew, in the order in which they came to their values, and what it was then.
    public let growth: [(trial: Int, volume: Double)]

    public static func == (left: Front, right: Front) -> Bool {
        left.members == right.members && left.candidates == right.candidates && left.reference == right.reference
            && left.growth.map(\.trial) == right.growth.map(\.trial)
            && left.growth.map(\.volume) == right.growth.map(\.volume)
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(members)
        hasher.combine(candidates)
        hasher.combine(reference)
    }
}

extension ExperimentView {
    /// Values of every objective, by objective and trial.
    var objectiveColumns: [[Double]] { objective.targets.map { values(of: $0.metric) } }

    /// The front, and its hypervolume where it is asked for.
    ///
    /// The reference is what the experiment says of a target, or else the worst value that a trial of use had.
    public func front(withVolume: Bool = false) -> Front {
        let columns = objectiveColumns
        let targets = objective.targets
        let candidates = states.indices.filter { index in columns.allSatisfy { !$0[index].isNaN } }
        let counting = candidates.filter { !standings[$0].isNaN }
        func losses(_ index: Int) -> [Double] {
            targets.indices.map { targets[$0].direction.loss(columns[$0][index]) }
        }
        let order = counting.sorted { (time(of: $0), $0) < (time(of: $1), $1) }
        var front = ParetoFront<Int>()
        for index in order { front.insert(index, at: losses(index)) }
        let reference = targets.indices.map { place -> Double in
            targets[place].reference.map(targets[place].direction.loss)
                ?? counting.map { targets[place].direction.loss(columns[place][$0]) }.max() ?? 0
        }
        var growth: [(trial: Int, volume: Double)] = []
        var volume = DominatedVolume(below: reference)
        for index in withVolume ? order : [] where volume.insert(losses(index)) > 0 {
            growth.append((index, volume.value))
        }
        return Front(
            members: front.elements.sorted(), candidates: candidates,
            reference: zip(targets, reference).map { $0.direction.loss($1) }, growth: growth)
    }

    /// - Parameter points: how many trials to show beside the front's.
    public func frontJSON(points: Int = 2_000) -> JSON {
        let front = front(withVolume: true)
        let kept = front.members.compactMap { front.candidates.binaryIndex(of: $0) }
        let shown = Thinning(limit: points).chosen(of: front.candidates.count, keeping: kept)
            .map { front.candidates[$0] }
        return [
            "objectives": .array(
                objective.targets.map { ["name": .string($0.metric), "maximize": .bool($0.direction == .maximize)] }),
            "points": [
                "number": numbers(shown), "state": letters(shown),
                "values": .array(objectiveColumns.map { column in .column(shown.map { column[$0] }) }),
            ],
            "total": .number(front.candidates.count), "front": numbers(front.members),
            "hypervolume": [
                "number": numbers(front.growth.map(\.trial)), "value": .column(front.growth.map(\.volume)),
            ],
            "reference": .column(front.reference),
        ]
    }
}

extension [Int] {
    /// The place of an element of an ascending list.
    func binaryIndex(of element: Int) -> Int? {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] < element { low = middle + 1 } else { high = middle }
        }
        return low < count && self[low] == element ? low : nil
    }
}
