import Synchronization

/// A stopwatch that advances by a second whenever it is read.
final class Ticks: Sendable {
    private let count = Mutex(0)

    func next() -> Double {
        count.withLock { count in
            count += 1
            return Double(count)
        }
    }
}
