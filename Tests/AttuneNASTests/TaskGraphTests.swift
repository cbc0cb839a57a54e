import AttuneCore
import Synchronization
import Testing

@testable import AttuneNAS

@Suite struct TaskGraphTests {
    /// Random graphs of up to 300 tasks, each of which waits for up to four earlier ones.
    @Test(arguments: 1...20, [1, 2, 5]) func `every task is carried out once, after those it waits for`(
        seed: UInt64, threads: Int
    ) {
        var random = RandomSource(seed: seed)
        let graph = TaskGraph()
        let order = Mutex<[Int]>([])
        var waits: [[Int]] = []
        for task in 0..<300 {
            let earlier = task == 0 ? [] : (0..<Int(random.next() % 5)).map { _ in Int(random.next() % UInt64(task)) }
            waits.append(earlier)
            graph.add(after: earlier) { order.withLock { $0.append(task) } }
        }
        graph.run(threads: threads)
        let places = order.withLock { order in Dictionary(uniqueKeysWithValues: order.enumerated().map { ($1, $0) }) }
        #expect(places.count == 300, "seed \(seed)")
        for (task, earlier) in waits.enumerated() {
            for other in earlier { #expect(places[other] ?? .max < places[task] ?? .min, "seed \(seed)") }
        }
    }

    @Test func `of tasks that could begin the first is carried out first`() {
        let graph = TaskGraph()
        let order = Mutex<[Int]>([])
        let last = graph.add(after: []) { order.withLock { $0.append(0) } }
        for task in 1...3 { graph.add(after: task == 2 ? [last] : []) { order.withLock { $0.append(task) } } }
        graph.run(threads: 1)
        #expect(order.withLock { $0 } == [0, 1, 2, 3])
    }

    @Test(arguments: [0, 1, 3, 4, 5, 17]) func `every index is called once`(count: Int) {
        let graph = TaskGraph()
        let calls = Mutex([Int](repeating: 0, count: count))
        let first = graph.add(after: []) {}
        let tasks = graph.addEach(count, after: [first]) { index in calls.withLock { $0[index] += 1 } }
        graph.run(threads: 2)
        #expect(calls.withLock { $0 }.allSatisfy { $0 == 1 } && tasks.count <= 4)
    }

    @Test func `a graph without tasks is over at once`() { TaskGraph().run(threads: 3) }
}
