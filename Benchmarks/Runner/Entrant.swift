import AttuneCore

/// An optimizer under test: asked what to evaluate, told what came of it, for one run.
///
/// The bench calls it from one task at a time, with simulated times that never go back.
public protocol Entrant: Sendable {
    /// Whether it wants the values of a learning curve one by one, as they come, and may stop what it sees.
    var followsCurves: Bool { get }

    /// What to evaluate next.
    ///
    /// - Parameters:
    ///   - count: how many workers are idle; at least 1.
    ///   - seconds: the simulated time since the run began.
    /// - Returns: at most `count`. Fewer while it waits for results; none with nothing running means that it has nothing
    ///   more to try, and ends the run.
    mutating func ask(_ count: Int, at seconds: Double) async throws -> [Candidate]

    /// Takes in what happened at one moment, in the order in which the candidates were asked.
    ///
    /// - Returns: candidates to be stopped, of those that reported a step just now; a report `stopped` of each follows.
    mutating func tell(_ reports: [Report], at seconds: Double) async throws -> Set<Candidate.ID>

    /// The run is over, well or badly; nothing is asked or told after it.
    mutating func leave() async
}

extension Entrant {
    public var followsCurves: Bool { false }
    public mutating func leave() async {}
}

/// What an entrant wants evaluated.
public struct Candidate: Sendable, Hashable, Identifiable {
    /// The entrant's own number, never used twice in a run.
    public var id: Int
    public var assignment: Assignment
    /// Units of resource to spend on it, from 1 to the problem's `maxResource`; nil for all.
    public var resource: Int?
    /// The candidate from whose checkpoint it goes on, one that finished below the maximum: only what is more is paid for.
    public var continues: Int?

    public init(id: Int, assignment: Assignment, resource: Int? = nil, continues: Int? = nil) {
        self.id = id
        self.assignment = assignment
        self.resource = resource
        self.continues = continues
    }
}

/// What came of a candidate, as an entrant may know it: noise included.
public struct Report: Sendable, Hashable {
    public enum Content: Sendable, Hashable {
        /// The first metric after so many units of resource; more follows. Only for an entrant that follows curves.
        case step(Int, Double)
        /// The last report: the values by metric, in the problem's order, after all the resource asked for.
        case finished([Double])
        /// The last report: the evaluation failed and has no value.
        case failed(String)
        /// The last report: stopped because the entrant said so.
        case stopped
    }

    public var candidate: Candidate.ID
    public var content: Content

    public init(_ candidate: Candidate.ID, _ content: Content) {
        self.candidate = candidate
        self.content = content
    }
}
