/// What is to come, earliest first, and of one moment the smallest ticket first: a binary heap.
struct EventQueue: Sendable {
    struct Entry: Sendable {
        var time: Double
        var ticket: Int

        func precedes(_ other: Entry) -> Bool { (time, ticket) < (other.time, other.ticket) }
    }

    private var heap: [Entry] = []

    var first: Entry? { heap.first }

    /// O(log count).
    mutating func insert(_ entry: Entry) {
        heap.append(entry)
        var index = heap.count - 1
        while index > 0, heap[index].precedes(heap[(index - 1) / 2]) {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    /// The earliest entry, taken out; nil when nothing is to come. O(log count).
    mutating func popFirst() -> Entry? {
        guard let first = heap.first, let last = heap.popLast() else { return nil }
        guard !heap.isEmpty else { return first }
        heap[0] = last
        sink(0)
        return first
    }

    private mutating func sink(_ start: Int) {
        var index = start
        while true {
            var smallest = index
            for child in 2 * index + 1...2 * index + 2 where child < heap.count && heap[child].precedes(heap[smallest])
            {
                smallest = child
            }
            guard smallest != index else { return }
            heap.swapAt(index, smallest)
            index = smallest
        }
    }
}
