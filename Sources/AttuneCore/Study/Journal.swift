/// What listeners are still to hear of, in order.
///
/// Events become durable in the order in which they were appended, but those who wait for that resume in any.
struct Journal {
    private var listeners: [AsyncStream<Event>.Continuation] = []
    private var unpublished: [(entry: Int, events: [Event])] = []
    private var entries = 0

    mutating func stream() -> AsyncStream<Event> {
        let (stream, continuation) = AsyncStream.makeStream(of: Event.self)
        listeners.append(continuation)
        return stream
    }

    mutating func enter(_ events: [Event]) -> Int {
        entries += 1
        unpublished.append((entries, events))
        return entries
    }

    /// Tells the listeners of all events up to those of an entry that is durable.
    mutating func publish(through entry: Int) {
        let durable = unpublished.prefix { $0.entry <= entry }
        unpublished.removeFirst(durable.count)
        for event in durable.flatMap(\.events) { for listener in listeners { listener.yield(event) } }
    }

    mutating func end() {
        for listener in listeners { listener.finish() }
        listeners = []
        unpublished = []
    }
}
