import AttuneCore

/// Workers that carry evaluations out on a virtual clock: a week of training on a thousand of them takes seconds.
///
/// Whether an evaluation straggles or fails depends on the seed and its ticket alone, so that every entrant meets the same
/// luck in the same order. Each step costs O(log workers).
public struct SimulatedCluster: Sendable {
    public struct Settings: Sendable, Hashable {
        /// Evaluations that go on at once; at least 1.
        public var workers: Int
        /// The share of evaluations that are slow, in [0, 1], and how many times as long these take.
        public var stragglerShare: Double
        public var stragglerFactor: Double
        /// The probability that an evaluation fails, somewhere on its way.
        public var failureShare: Double

        public init(
            workers: Int = 1, stragglerShare: Double = 0, stragglerFactor: Double = 10, failureShare: Double = 0
        ) {
            precondition(workers > 0, "a cluster has at least one worker")
            precondition((0...1).contains(stragglerShare) && (0...1).contains(failureShare), "shares lie in 0…1")
            precondition(stragglerFactor > 0 && stragglerFactor.isFinite, "a straggler takes some finite time")
            self.workers = workers
            self.stragglerShare = stragglerShare
            self.stragglerFactor = stragglerFactor
            self.failureShare = failureShare
        }
    }

    /// Evaluations from 1, in the order in which they started.
    public typealias Ticket = Int

    /// Something that happened to an evaluation.
    public struct Happening: Sendable, Hashable {
        public enum Kind: Sendable, Hashable {
            case step(Int)
            case finished, failed
        }

        public var ticket: Ticket
        public var kind: Kind
        /// Units of resource it has used.
        public var resource: Double

        public init(ticket: Ticket, kind: Kind, resource: Double) {
            self.ticket = ticket
            self.kind = kind
            self.resource = resource
        }
    }

    private struct Work: Sendable {
        let start: Double
        let steps: Int
        let secondsPerStep: Double
        let reportsSteps: Bool
        /// Units of resource after which it fails; nil when it succeeds.
        let failsAfter: Double?
        var step = 0

        /// The next thing that happens to it, and after how much resource.
        var next: (kind: Happening.Kind, resource: Double) {
            let stop = reportsSteps && step + 1 < steps ? step + 1 : steps
            if let failsAfter, failsAfter <= Double(stop) { return (.failed, failsAfter) }
            return (stop < steps ? .step(stop) : .finished, Double(stop))
        }

        var nextTime: Double { start + next.resource * secondsPerStep }
    }

    public let settings: Settings
    private let seed: UInt64
    /// Simulated seconds since the beginning.
    public private(set) var now = 0.0
    /// How many evaluations have started.
    public private(set) var started = 0
    private var running: [Ticket: Work] = [:]
    private var queue = EventQueue()

    public init(_ settings: Settings, seed: UInt64) {
        self.settings = settings
        self.seed = seed
    }

    public var idleWorkers: Int { settings.workers - running.count }

    /// Starts an evaluation on an idle worker.
    ///
    /// - Parameters:
    ///   - steps: units of resource it takes; at least 1.
    ///   - secondsPerStep: unless it straggles; finite, not negative.
    ///   - reportsSteps: whether every unit before the last is a happening.
    public mutating func start(steps: Int, secondsPerStep: Double, reportsSteps: Bool = false) -> Ticket {
        precondition(idleWorkers > 0, "every worker is busy")
        precondition(
            steps > 0 && secondsPerStep.isFinite && secondsPerStep >= 0, "an evaluation takes some finite time")
        started += 1
        var luck = RandomSource(seed: seed, stream: UInt64(started))
        let straggles = luck.uniform() < settings.stragglerShare
        let fails = luck.uniform() < settings.failureShare
        let work = Work(
            start: now, steps: steps,
            secondsPerStep: straggles ? secondsPerStep * settings.stragglerFactor : secondsPerStep,
            reportsSteps: reportsSteps, failsAfter: fails ? luck.uniform() * Double(steps) : nil)
        running[started] = work
        queue.insert(EventQueue.Entry(time: work.nextTime, ticket: started))
        return started
    }

    /// Moves the clock to the next moment at which something happens, and gives all of that moment, by ticket; nothing when
    /// no evaluation is running.
    public mutating func advance() -> [Happening] {
        var happenings: [Happening] = []
        while let entry = queue.first, happenings.isEmpty || entry.time == now {
            _ = queue.popFirst()
            guard let work = running[entry.ticket] else { continue }  // it was stopped
            now = entry.time
            let next = work.next
            happenings.append(Happening(ticket: entry.ticket, kind: next.kind, resource: next.resource))
        }
        for happening in happenings { goOn(after: happening) }
        return happenings
    }

    private mutating func goOn(after happening: Happening) {
        guard case .step(let step) = happening.kind, var work = running[happening.ticket] else {
            running[happening.ticket] = nil
            return
        }
        work.step = step
        running[happening.ticket] = work
        queue.insert(EventQueue.Entry(time: work.nextTime, ticket: happening.ticket))
    }

    /// Ends a running evaluation now. Does nothing to one that has ended.
    public mutating func stop(_ ticket: Ticket) { running[ticket] = nil }
}
