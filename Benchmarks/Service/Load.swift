import Foundation
import Synchronization

/// The same work from several clients at once, for some seconds.
struct Load {
    let calls: any Calls
    let clients: Int
    let seconds: Double

    /// Requests per second, after a second of warming up.
    ///
    /// - Parameter work: makes what a client repeats; it gives how many requests it made.
    func rate(
        _ work: @escaping @Sendable (Int) -> @Sendable (any Connection) async throws -> Int
    ) async throws -> Double {
        let progress = Progress()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for client in 0..<clients {
                let connection = try await calls.connect()
                let repeated = work(client)
                group.addTask {
                    try await connection.run {
                        while !progress.isOver.load(ordering: .relaxed) {
                            let made = try await repeated(connection)
                            if progress.isCounting.load(ordering: .relaxed) {
                                progress.count.add(made, ordering: .relaxed)
                            }
                        }
                    }
                }
            }
            try await Task.sleep(for: .seconds(1))
            progress.isCounting.store(true, ordering: .relaxed)
            try await Task.sleep(for: .seconds(seconds))
            progress.isOver.store(true, ordering: .relaxed)
            try await group.waitForAll()
        }
        return Double(progress.count.load(ordering: .relaxed)) / seconds
    }
}

private final class Progress: Sendable {
    let count = Atomic(0)
    let isCounting = Atomic(false)
    let isOver = Atomic(false)
}
