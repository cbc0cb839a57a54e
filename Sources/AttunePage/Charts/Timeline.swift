import AttuneCore

/// When trials ran, side by side.
public struct Timeline: Sendable, Hashable {
    /// By trial, the line it is drawn on: no two trials of a line overlap.
    public let lanes: [Int]
    public let laneCount: Int
}

extension ExperimentView {
    /// Each trial takes the lowest line that is free when it starts.
    ///
    /// - Complexity: O(trials · (log trials + lines)).
    public func timeline() -> Timeline {
        var lanes = [Int](repeating: 0, count: count)
        var freeFrom: [Double] = []
        for index in states.indices.sorted(by: { (starts[$0], $0) < (starts[$1], $1) }) {
            // One that rests has left its line, nobody knows when.
            let end = states[index] == .running ? .infinity : ends[index].isNaN ? starts[index] : ends[index]
            if let lane = freeFrom.firstIndex(where: { $0 <= starts[index] }) {
                lanes[index] = lane
                freeFrom[lane] = end
            } else {
                lanes[index] = freeFrom.count
                freeFrom.append(end)
            }
        }
        return Timeline(lanes: lanes, laneCount: freeFrom.count)
    }

    public func timelineJSON(limit: Int = 2_000) -> JSON {
        let timeline = timeline()
        let running = states.indices.filter { states[$0] == .running }.suffix(limit)
        let shown = Thinning(limit: limit).chosen(of: count, keeping: running + (count > 0 ? [0, count - 1] : []))
        return [
            "total": .number(count), "lanes": .number(timeline.laneCount), "number": numbers(shown),
            "start": .times(shown.map { starts[$0] }), "end": .times(shown.map { ends[$0] }), "state": letters(shown),
            "lane": .page(shown.map { timeline.lanes[$0] }),
        ]
    }
}
