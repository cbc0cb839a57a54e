import AttuneCore
import AttuneStore
import Foundation
import SwiftProtobuf
import Synchronization

/// One experiment that workers are served from: its tuner, who holds which trial, and the requests it has answered.
final class Desk: Sendable {
    let tuner: Tuner
    let bell: Bell
    private let store: SQLiteStore
    private let clock: TunerClock
    private let id: Experiment.ID
    private let state: Mutex<State>

    private struct State {
        var leases = Leases()
        var answered: AnsweredRequests
        var underWay: [String: Task<any Message, any Error>] = [:]
    }

    /// - Throws: `HeldElsewhere` where another process drives the experiment.
    init(_ tuner: Tuner, bell: Bell, store: SQLiteStore, clock: TunerClock) async throws {
        self.tuner = tuner
        self.bell = bell
        self.store = store
        self.clock = clock
        id = tuner.experiment.id
        let requests = try await store.requests(of: id, limit: AnsweredRequests.remembered)
        state = Mutex(State(answered: AnsweredRequests(requests)))
        try await tuner.open()
        await leaseAnew()
    }

    /// Gives whoever carries out what runs the usual time to be heard of.
    private func leaseAnew() async {
        let running = await tuner.study.running
        state.withLock { state in
            state.leases = Leases()
            for trial in running {
                state.leases.grant(trial, to: "", for: Leases.usualDuration, at: clock.now())
            }
        }
    }

    func close() async throws { try await tuner.close() }

    // MARK: Turns

    /// Does something in one turn, with the leases at hand, and tells those who wait for changes.
    ///
    /// - Parameter body: may not wait for anything.
    func turn<Value: Sendable>(
        _ body: @Sendable (isolated Tuner, inout Leases) throws -> (value: Value, receipt: Receipt?)
    ) async throws -> Value {
        do {
            let (value, concernsOthers) = try await tuner.turn { tuner in
                try self.state.withLock { state in
                    let (value, receipt) = try body(tuner, &state.leases)
                    let concernsOthers = tuner.hasChanged || state.leases.hasOverdue(at: self.clock.now())
                    return ((value, concernsOthers), receipt)
                }
            }
            // Who asks in vain must not wake the others who wait, nor itself.
            if concernsOthers { bell.ring() }
            return value
        } catch {
            if await tuner.isBroken {
                // Memory is ahead of the disk: the next turn reads what the store has kept.
                try? await tuner.close()
                try await tuner.open()
                await leaseAnew()
            }
            throw error
        }
    }

    /// Answers a request once: made again, whenever and however often, it gets the first reply and changes nothing.
    ///
    /// - Parameters:
    ///   - request: the client's name for it; where it is empty, nothing is remembered.
    ///   - method: what is requested: the same name for something else names another request.
    ///   - body: makes the reply, with the receipt that its turn keeps.
    func once<Reply: Message>(
        _ request: String, of method: String = Reply.protoMessageName,
        _ body: @escaping @Sendable (Receipts<Reply>) async throws -> Reply
    ) async throws -> Reply {
        guard !request.isEmpty else { return try await body(Receipts(request: nil)) }
        guard request.utf8.count <= 64 else {
            throw ServiceError(.invalidArgument, "request_id: must not be longer than 64 bytes")
        }
        let name = "\(method) \(request)"
        let isAnswered = state.withLock { $0.underWay[name] == nil && $0.answered.mayContain(name) }
        if isAnswered, let reply = try await store.reply(to: name, of: id) { return try Reply(serializedBytes: reply) }
        return try await answer(name, evenIfAnswered: isAnswered, body)
    }

    private func answer<Reply: Message>(
        _ name: String, evenIfAnswered: Bool, _ body: @escaping @Sendable (Receipts<Reply>) async throws -> Reply
    ) async throws -> Reply {
        let task = state.withLock { state -> Task<any Message, any Error>? in
            if let task = state.underWay[name] { return task }
            guard evenIfAnswered || !state.answered.mayContain(name) else { return nil }
            let task = Task<any Message, any Error> { [self] in
                defer { forget(name) }
                return try await body(Receipts<Reply>(request: name))
            }
            state.underWay[name] = task
            return task
        }
        if let reply = try await task?.value as? Reply { return reply }
        // It was answered between the look and the lock.
        if let reply = try await store.reply(to: name, of: id) { return try Reply(serializedBytes: reply) }
        return try await answer(name, evenIfAnswered: true, body)
    }

    private func forget(_ request: String) {
        state.withLock { state in
            state.underWay[request] = nil
            state.answered.insert(request)
        }
    }

    /// Ends trials whose workers are gone and which nobody will take over.
    func endHopeless() async throws {
        guard let end = nextLeaseEnd, end <= clock.now() else { return }
        let now = clock.now()
        try await turn { tuner, leases in
            try leases.endHopeless(by: tuner, at: now)
            return ((), nil)
        }
    }

    /// Stops the experiment if another process has asked for it.
    func heedStopRequest() async throws {
        guard let claim = await tuner.claim, try await store.takeStopRequest(claim) else { return }
        try await turn { tuner, _ in
            try tuner.suspend()
            return ((), nil)
        }
    }

    /// Whether, and when, the lease of some trial ends next.
    var nextLeaseEnd: Date? { state.withLock { $0.leases.nextEnd } }
}

/// Makes the receipt of one request.
struct Receipts<Reply: Message>: Sendable {
    /// Nil where the client wants none.
    let request: String?

    func receipt(_ reply: Reply) throws -> Receipt? {
        try request.map { Receipt(request: $0, reply: try reply.serializedBytes()) }
    }
}
