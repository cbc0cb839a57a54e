import Synchronization

/// So many of something at a time, and no more.
final class Slots: Sendable {
    let limit: Int
    private let used = Atomic<Int>(0)

    init(_ limit: Int) { self.limit = limit }

    var inUse: Int { used.load(ordering: .relaxed) }

    /// - Returns: false where there are not so many left; then none is taken.
    func take(_ count: Int = 1) -> Bool {
        let before = used.add(count, ordering: .relaxed).oldValue
        guard before + count <= limit else {
            give(count)
            return false
        }
        return true
    }

    func give(_ count: Int = 1) { used.subtract(count, ordering: .relaxed) }
}

/// Slots taken bit by bit, which go back together when this does.
final class TakenSlots: Sendable {
    private let slots: Slots
    private let count = Atomic<Int>(0)

    init(of slots: Slots) { self.slots = slots }

    deinit { slots.give(count.load(ordering: .relaxed)) }

    func take(_ more: Int) -> Bool {
        guard slots.take(more) else { return false }
        count.add(more, ordering: .relaxed)
        return true
    }
}
