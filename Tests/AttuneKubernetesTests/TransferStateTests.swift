import Testing

@testable import AttuneKubernetes

struct TransferStateTests {
    @Test func `silence is the server's, and not counted while its reader makes it wait`() {
        var state = TransferState()
        let start = ContinuousClock.now
        func take(_ count: Int, at second: Int) -> Bool {
            [UInt8](repeating: 1, count: count).withUnsafeBytes { state.receive($0, now: start + .seconds(second)) }
        }
        func deadline() -> Duration? { state.deadline(silence: .seconds(60)).map { start.duration(to: $0) } }
        #expect(deadline() == nil)
        state.begin(now: start)
        #expect(deadline() == .seconds(60))
        #expect(take(Transfer.mostAhead, at: 10))
        #expect(deadline() == .seconds(70))
        #expect(!take(1, at: 20))
        #expect(deadline() == nil)
        state.resume(now: start + .seconds(500))
        #expect(deadline() == .seconds(560))
        state.finish(nil)
        #expect(deadline() == nil)
    }
}
