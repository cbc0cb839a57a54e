/// Which requests may have been answered: most are new, and need no look at the disk.
///
/// Hashes in two generations: at least the latest 100,000 are known, and no more than twice as many take memory.
struct AnsweredRequests: Sendable {
    /// How many requests of an experiment are remembered.
    static let remembered = 100_000

    private var recent: Set<Int> = []
    private var older: Set<Int>

    init(_ requests: [String]) { older = Set(requests.map(\.hashValue)) }

    func mayContain(_ request: String) -> Bool {
        let hash = request.hashValue
        return recent.contains(hash) || older.contains(hash)
    }

    mutating func insert(_ request: String) {
        recent.insert(request.hashValue)
        guard recent.count >= AnsweredRequests.remembered else { return }
        older = recent
        recent = []
    }
}
