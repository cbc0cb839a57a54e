import Foundation

/// Tasks of which some wait for others, carried out by several threads.
///
/// Each task writes memory of its own, and sums are taken by one task in a fixed order, so the result is the same whatever
/// the number of threads. A graph is carried out once.
final class TaskGraph {
    typealias ID = Int

    private struct Node {
        let body: () -> Void
        /// How many tasks it still waits for.
        var waits: Int
        /// Those that wait for it.
        var followers: [ID] = []
    }

    private var nodes: [Node] = []
    private let condition = NSCondition()
    /// Waiting for nothing, the most urgent last.
    private var ready: [ID] = []
    private var unstarted = 0

    /// - Parameter earlier: tasks that must be over. Of those that could begin, the ones added first do.
    @discardableResult func add(after earlier: [ID], _ body: @escaping () -> Void) -> ID {
        nodes.append(Node(body: body, waits: earlier.count))
        for id in earlier { nodes[id].followers.append(nodes.count - 1) }
        return nodes.count - 1
    }

    /// Calls for each index, in tasks of several.
    func addEach(_ count: Int, after earlier: [ID], _ body: @escaping (Int) -> Void) -> [ID] {
        let size = max((count + 3) / 4, 1)
        return stride(from: 0, to: count, by: size).map { start in
            add(after: earlier) { for index in start..<min(start + size, count) { body(index) } }
        }
    }

    /// Carries out all tasks.
    func run(threads: Int) {
        guard threads > 1 else {
            for node in nodes { node.body() }
            return
        }
        unstarted = nodes.count
        ready = nodes.indices.reversed().filter { nodes[$0].waits == 0 }
        // Shared on purpose, under the lock.
        nonisolated(unsafe) let graph = self
        DispatchQueue.concurrentPerform(iterations: threads) { _ in graph.work() }
    }

    /// What one thread does, until no task is left to begin.
    private func work() {
        condition.lock()
        defer { condition.unlock() }
        while unstarted > 0 {
            guard let id = ready.popLast() else {
                condition.wait()
                continue
            }
            unstarted -= 1
            let body = nodes[id].body
            condition.unlock()
            body()
            condition.lock()
            end(id)
        }
        condition.broadcast()
    }

    private func end(_ id: ID) {
        for follower in nodes[id].followers {
            nodes[follower].waits -= 1
            guard nodes[follower].waits == 0 else { continue }
            ready.insert(follower, at: (ready.lastIndex { $0 > follower } ?? -1) + 1)
            condition.signal()
        }
    }
}
