import AttuneCore

/// Puts the reports of several objectives together: the first of each, the second of each, and so on.
struct ReportRows: Sendable {
    let targets: [Objective.Target]
    /// By objective, what waits for a report of the others; to be made small, infinite where it was no finite number.
    private var waiting: [[Double]]

    init(_ targets: [Objective.Target]) {
        self.targets = targets
        waiting = targets.map { _ in [] }
    }

    /// Takes in a report, as it was said: not what counts, which may be the best so far.
    ///
    /// - Returns: the row of losses that it completes, if it does.
    mutating func take(_ observation: Observation) -> [Double]? {
        guard let index = targets.firstIndex(where: { $0.metric == observation.metric }) else { return nil }
        let loss = observation.value.isFinite ? targets[index].direction.loss(observation.value) : .infinity
        if targets.count == 1 { return [loss] }
        waiting[index].append(loss)
        guard waiting.allSatisfy({ !$0.isEmpty }) else { return nil }
        return waiting.indices.map { waiting[$0].removeFirst() }
    }
}
