import AttuneCore
import Foundation
import SwiftProtobuf
import Synchronization

/// One desk for each experiment that was asked about lately.
///
/// Experiments are told apart by who asks and by what they are, to the byte: those of the same name in two namespaces, or
/// of two generations, share nothing.
final class SuggestionDesks: Sendable {
    fileprivate struct Key: Hashable {
        var namespace: String
        var experiment: [UInt8]
    }

    fileprivate struct Place {
        var desk: SuggestionDesk
        var bytes: Int
        var used: UInt64
    }

    fileprivate struct State {
        var places: [Key: Place] = [:]
        var clock: UInt64 = 0
    }

    private let catalogue: AlgorithmCatalogue
    private let mostDesks: Int
    private let mostBytes: Int
    private let state = Mutex(State())
    private let room = WorkRoom()

    /// - Parameters:
    ///   - mostDesks: how many experiments are remembered.
    ///   - mostBytes: of how many bytes the requests may be whose trials are remembered, all together.
    init(_ catalogue: AlgorithmCatalogue, mostDesks: Int = 64, mostBytes: Int = 256 << 20) {
        self.catalogue = catalogue
        self.mostDesks = mostDesks
        self.mostBytes = mostBytes
    }

    /// The reply's bytes. Calls of one experiment wait for one another; those of others do not.
    func answer(_ bytes: [UInt8], for namespace: String) async throws -> [UInt8] {
        try await withTaskExecutorPreference(room) {
            let request = try SuggestionRequest(bytes)
            let key = Key(namespace: namespace, experiment: request.experiment)
            let desk = try desk(for: key, bytes.count)
            return try await desk.answer(request).serializedBytes()
        }
    }

    private func desk(for key: Key, _ bytes: Int) throws -> SuggestionDesk {
        if let desk = state.withLock({ $0.visit(key, bytes) }) { return desk }
        // Made outside of the lock, as an experiment may take a while to judge; of two the first one stays.
        let fresh = try SuggestionDesk(key.experiment, catalogue)
        return state.withLock { state in
            if let desk = state.visit(key, bytes) { return desk }
            state.places[key] = Place(desk: fresh, bytes: bytes, used: state.tick())
            state.shrink(to: mostDesks, mostBytes, but: key)
            return fresh
        }
    }
}

extension SuggestionDesks.State {
    fileprivate mutating func tick() -> UInt64 {
        clock += 1
        return clock
    }

    fileprivate mutating func visit(_ key: SuggestionDesks.Key, _ bytes: Int) -> SuggestionDesk? {
        let now = tick()
        places[key]?.used = now
        places[key]?.bytes = bytes
        return places[key]?.desk
    }

    /// Forgets those that were not asked about for longest.
    fileprivate mutating func shrink(to mostDesks: Int, _ mostBytes: Int, but key: SuggestionDesks.Key) {
        var total = places.values.reduce(0) { $0 + $1.bytes }
        while places.count > 1, places.count > mostDesks || total > mostBytes {
            guard let oldest = places.filter({ $0.key != key }).min(by: { $0.value.used < $1.value.used }) else {
                return
            }
            total -= oldest.value.bytes
            places[oldest.key] = nil
        }
    }
}

/// Where long computations are done, so that the threads that answer short calls stay free.
final class WorkRoom: TaskExecutor {
    private let queue = DispatchQueue(label: "attune.suggestions", attributes: .concurrent)

    func enqueue(_ job: consuming ExecutorJob) {
        let job = UnownedJob(job)
        queue.async { job.runSynchronously(on: self.asUnownedTaskExecutor()) }
    }
}
