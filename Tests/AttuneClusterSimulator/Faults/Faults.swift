import AttuneCore
import AttuneKubernetes
import Synchronization

/// What goes wrong between a client and the cluster, on demand and from any task.
public final class Faults: Sendable {
    /// What happens to a call.
    public enum Fault: Sendable {
        /// 409: somebody else was faster.
        case conflict
        /// 429, as text, with Retry-After.
        case tooManyRequests
        /// 500 or 503, or any other answer with a Status.
        case status(Int)
        /// The request does not arrive.
        case requestLost
        /// The request is carried out, and its answer is lost.
        case answerLost
        /// The answer breaks off after so many bytes of its body; of a watch, after so many events.
        case brokenOff(after: Int)
        /// The request waits before it is carried out.
        case delayed(until: Gate)
        /// The same by the cluster's clock.
        case delayedBy(Duration)
        /// Of a watch: 410 at once.
        case expired
        /// Of a watch: neither events nor an end.
        case silent
    }

    private struct Rule {
        var fault: Fault
        var calls: Calls
        var left: Int
        var probability: Double
    }

    private struct State {
        var rules: [Rule] = []
        var random: RandomSource
        var isDown = false
    }
    private let state: Mutex<State>

    init(seed: UInt64) { state = Mutex(State(random: RandomSource(seed: seed, stream: 1))) }

    /// Lets something go wrong with the next calls of some kind.
    ///
    /// - Parameters:
    ///   - times: with so many of them; without end unless given.
    ///   - probability: how likely it goes wrong with each, drawn by the cluster's seed.
    public func add(_ fault: Fault, to calls: Calls = .all, times: Int = .max, probability: Double = 1) {
        state.withLock {
            $0.rules.append(Rule(fault: fault, calls: calls, left: times, probability: probability))
        }
    }

    /// Everything works again, but what is broken off already.
    public func clear() { state.withLock { $0.rules = [] } }

    /// Whether nobody answers: connections are refused.
    public var isDown: Bool {
        get { state.withLock { $0.isDown } }
        set { state.withLock { $0.isDown = newValue } }
    }

    /// What goes wrong with this call.
    func faults(of call: Call) -> [Fault] {
        state.withLock { state in
            guard !state.rules.isEmpty else { return [] }
            var faults: [Fault] = []
            for index in state.rules.indices where state.rules[index].calls.include(call) {
                let rule = state.rules[index]
                guard rule.probability >= 1 || state.random.uniform() < rule.probability else { continue }
                state.rules[index].left -= 1
                faults.append(rule.fault)
            }
            state.rules.removeAll { $0.left <= 0 }
            return faults
        }
    }
}

extension Faults.Fault {
    /// The answer instead of the server's own.
    var refusal: APIStatus? {
        switch self {
        case .conflict:
            APIStatus(
                code: 409, reason: "Conflict",
                message: "Operation cannot be fulfilled: \(APIStatus.modified)", details: [:])
        case .tooManyRequests: .tooManyRequests
        case .status(503):
            APIStatus(
                code: 503, reason: "ServiceUnavailable", message: "apiserver is shutting down",
                headers: ["retry-after": "1"])
        case .status(500):
            APIStatus(
                code: 500, reason: "InternalError", message: "Internal error occurred: etcdserver: request timed out")
        case .status(let code): APIStatus(code: code, message: "refused")
        default: nil
        }
    }
}
