import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Synchronization
import Testing

struct ClaimTests {
    private let place = TemporaryStore()
    private let experiment = Samples.experiment()
    private let elsewhere = ProcessIdentity(host: "elsewhere", place: "another boot", pid: 4711, startTicks: 1)

    /// Another process of this host: this one's number, but started at another time, as if the number had been used again.
    private var dead: ProcessIdentity {
        var process = ProcessIdentity.current()
        process.startTicks += 1
        return process
    }

    private func clock(at time: Date) -> TunerClock {
        TunerClock(now: { time }, sleepFor: { _ in try await Task.sleep(for: .seconds(3600)) })
    }

    private func held(by process: ProcessIdentity, at time: Date = Samples.noon) async throws -> (SQLiteStore, Claim) {
        let store = try place.open(as: process, clock: clock(at: time))
        try await store.create(experiment, at: time)
        return (store, try await store.claim(experiment.id, at: time))
    }

    @Test func `the refusal names the process that runs the study`() async throws {
        let (store, _) = try await held(by: .current())
        let process = ProcessIdentity.current()
        await #expect(throws: HeldElsewhere(experiment: "sample", holder: "process \(process.pid) on \(process.host)"))
        {
            try await store.claim(experiment.id, at: Samples.noon)
        }
        #expect(try await store.holder(of: experiment.id) == process.name)
        #expect(try await store.summary(of: experiment.id)?.holder == process.name)
    }

    @Test func `a dead holder is taken over, and what it still writes is refused`() async throws {
        let (ghost, old) = try await held(by: dead)
        let store = try place.open()
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        #expect(claim.token == old.token + 1)
        let events = Samples.events(of: experiment)
        await #expect(throws: Fenced(experiment: "sample")) { try await ghost.append(events, under: old).wait() }
        try await ghost.release(old)
        try await store.append(events, under: claim).wait()
        #expect(try await store.load(experiment.id)?.events == events)
    }

    @Test func `a dead holder does not keep an experiment from being deleted`() async throws {
        _ = try await held(by: dead)
        let store = try place.open()
        #expect(try await store.holder(of: experiment.id) == nil)
        try await store.delete(experiment.id)
        #expect(try await store.experiments() == [])
    }

    @Test func `a holder on another host is alive until it has been silent for a minute`() async throws {
        _ = try await held(by: elsewhere)
        let store = try place.open()
        await #expect(throws: HeldElsewhere(experiment: "sample", holder: "process 4711 on elsewhere")) {
            try await store.claim(experiment.id, at: Samples.noon.addingTimeInterval(59))
        }
        _ = try await store.claim(experiment.id, at: Samples.noon.addingTimeInterval(61))
    }

    @Test func `a holder says every fifteen seconds that it lives`() async throws {
        let time = Mutex(Samples.noon)
        let (asleep, sleeping) = AsyncStream.makeStream(of: Duration.self)
        let (beats, beat) = AsyncStream.makeStream(of: Void.self)
        let ticking = TunerClock(
            now: { time.withLock { $0 } },
            sleepFor: { duration in
                sleeping.yield(duration)
                for await _ in beats { return }
            })
        let holder = try place.open(as: elsewhere, clock: ticking)
        try await holder.create(experiment, at: Samples.noon)
        let claim = try await holder.claim(experiment.id, at: Samples.noon)
        var sleeps = asleep.makeAsyncIterator()
        #expect(await sleeps.next() == .seconds(15))
        time.withLock { $0 = Samples.noon.addingTimeInterval(50) }
        beat.yield()
        #expect(await sleeps.next() == .seconds(15))

        let store = try place.open()
        await #expect(throws: HeldElsewhere.self) {
            try await store.claim(experiment.id, at: Samples.noon.addingTimeInterval(109))
        }
        try await holder.release(claim)
        _ = try await store.claim(experiment.id, at: Samples.noon.addingTimeInterval(109))
    }

    @Test func `a request to stop reaches the holder once`() async throws {
        let (store, claim) = try await held(by: .current())
        let other = try place.open()
        #expect(try await store.takeStopRequest(claim) == false)
        #expect(try await other.requestStop(experiment.id))
        #expect(try await store.takeStopRequest(claim))
        #expect(try await store.takeStopRequest(claim) == false)
    }

    @Test func `a request to stop is not left to a later holder`() async throws {
        let (store, claim) = try await held(by: .current())
        #expect(try await store.requestStop(experiment.id))
        try await store.release(claim)
        #expect(try await store.requestStop(experiment.id) == false)
        let next = try await store.claim(experiment.id, at: Samples.noon)
        #expect(try await store.takeStopRequest(next) == false)
    }
}
