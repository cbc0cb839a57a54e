import Dispatch
import Synchronization

/// Threads that share the pieces of a computation.
///
/// Each piece writes memory of its own, so the result is the same whatever their number.
public struct Workers: Sendable {
    public var threads: Int

    /// - Parameter threads: at least 1.
    public init(threads: Int) {
        precondition(threads > 0, "there is no computing without a thread")
        self.threads = threads
    }

    /// Calls `body` for each index, the first ones first.
    func forEach(_ count: Int, _ body: (Int) -> Void) {
        guard threads > 1, count > 1 else {
            for index in 0..<count { body(index) }
            return
        }
        let next = Atomic(0)
        withoutActuallyEscaping(body) { body in
            // Shared on purpose: each piece writes memory of its own.
            nonisolated(unsafe) let piece = body
            DispatchQueue.concurrentPerform(iterations: min(threads, count)) { _ in
                while true {
                    let index = next.add(1, ordering: .relaxed).oldValue
                    guard index < count else { return }
                    piece(index)
                }
            }
        }
    }

    func carryOut(_ graph: TaskGraph) { graph.run(threads: threads) }
}
