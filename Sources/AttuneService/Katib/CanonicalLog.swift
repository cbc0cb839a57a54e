/// A controller's history as a log: the same for the same trials, in whatever order they were listed.
///
/// Trials begin in the order of their places, which the names that we gave say; others take the places that are left, by
/// the times at which they started. Ends stand where their times are. What happens later changes the end of the log, so
/// that what was folded before can be gone on from.
struct CanonicalLog: Sendable {
    enum Step: Sendable, Hashable {
        /// The trial of a place begins. `version` tells apart what was known of it, as does that of its end.
        case begin(place: Int, version: Int)
        case end(place: Int, version: Int)
        /// A trial was proposed that the controller does not list, and others after it.
        case beginUnlisted(place: Int)
        /// It never comes: Katib's controller does not list trials that brought no metrics.
        case giveUp(place: Int)
    }

    /// What the log needs of a trial.
    struct Item: Sendable {
        var name: String
        var place: Int?
        var startTime: Double?
        /// Nil while it runs; infinite where nobody noted when it ended.
        var endTime: Double?
        var beginVersion: Int
        var endVersion: Int
    }

    private(set) var steps: [Step] = []
    /// By place from 0, which of the items stands there; nil where none does.
    private(set) var occupants: [Int?] = []
    /// How many places stand in the log.
    var places: Int { occupants.count }

    /// - Parameter patience: after how many later trials an unlisted one is given up.
    init(_ items: [Item], patience: Int) {
        occupants = CanonicalLog.places(of: items)
        steps.reserveCapacity(2 * occupants.count)
        let times = startTimes(items)
        var ends = Ends(items, occupants, times)
        var begun = 0
        var unlisted: [(place: Int, begun: Int)] = []
        for (index, occupant) in occupants.enumerated() {
            let place = index + 1
            while let end = ends.next(before: place, until: times[index]) {
                steps.append(.end(place: end, version: items[occupants[end - 1] ?? 0].endVersion))
            }
            guard let occupant else {
                steps.append(.beginUnlisted(place: place))
                unlisted.append((place, begun))
                continue
            }
            steps.append(.begin(place: place, version: items[occupant].beginVersion))
            begun += 1
            while let first = unlisted.first, begun - first.begun >= max(patience, 1) {
                steps.append(.giveUp(place: unlisted.removeFirst().place))
            }
        }
        while let end = ends.next(before: .max, until: .infinity) {
            steps.append(.end(place: end, version: items[occupants[end - 1] ?? 0].endVersion))
        }
    }

    /// By place from 0, the latest time at which it or one before it started.
    private func startTimes(_ items: [Item]) -> [Double] {
        var latest = -Double.infinity
        return occupants.map { occupant in
            latest = max(latest, occupant.flatMap { items[$0].startTime } ?? latest)
            return latest
        }
    }

    // MARK: Places

    private static func places(of items: [Item]) -> [Int?] {
        // A name may say anything; places far beyond the trials that there are mean nothing.
        let most = 2 * items.count + 1_000
        var occupants = [Int?](repeating: nil, count: most)
        var others: [Int] = []
        var highest = 0
        for index in items.indices {
            guard let place = items[index].place, place <= most else {
                others.append(index)
                continue
            }
            highest = max(highest, place)
            if let rival = occupants[place - 1] {
                let isFirst = precedes(items, index, rival)
                occupants[place - 1] = isFirst ? index : rival
                others.append(isFirst ? rival : index)
            } else {
                occupants[place - 1] = index
            }
        }
        var free = 0
        for index in others.sorted(by: { precedes(items, $0, $1) }) {
            while occupants[free] != nil { free += 1 }
            occupants[free] = index
            highest = max(highest, free + 1)
        }
        return Array(occupants[..<highest])
    }

    /// By start, those that have not started last, then by name; what is listed twice, by its end.
    private static func precedes(_ items: [Item], _ a: Int, _ b: Int) -> Bool {
        let (left, right) = (items[a], items[b])
        return (left.startTime ?? .infinity, left.name, left.endTime ?? .infinity)
            < (right.startTime ?? .infinity, right.name, right.endTime ?? .infinity)
    }

    /// The ends of trials by time, each after its own beginning.
    private struct Ends {
        private var queue: [(time: Double, name: String, place: Int)]
        private var position = 0

        init(_ items: [Item], _ occupants: [Int?], _ startTimes: [Double]) {
            queue = []
            queue.reserveCapacity(items.count)
            for (index, occupant) in occupants.enumerated() {
                guard let occupant, let time = items[occupant].endTime else { continue }
                let known = time.isFinite ? max(time, startTimes[index]) : startTimes[index]
                queue.append((known, items[occupant].name, index + 1))
            }
            let isSorted = queue.indices.dropFirst().allSatisfy { !Ends.precedes(queue[$0], queue[$0 - 1]) }
            if !isSorted { queue.sort(by: Ends.precedes) }
        }

        private static func precedes(
            _ a: (time: Double, name: String, place: Int), _ b: (time: Double, name: String, place: Int)
        ) -> Bool {
            a.time != b.time ? a.time < b.time : (a.name, a.place) < (b.name, b.place)
        }

        /// The place of the next trial that ended by a time, among those that began before a place.
        mutating func next(before place: Int, until time: Double) -> Int? {
            guard position < queue.count, queue[position].time <= time, queue[position].place < place else {
                return nil
            }
            defer { position += 1 }
            return queue[position].place
        }
    }
}
