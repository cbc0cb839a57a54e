import AttuneCore
import AttuneProblems

/// Someone who sends an entrant into every run: an algorithm of Attune's, or any program.
public struct Contestant: Sendable {
    /// What the `algorithm` column of the results says.
    public var name: String
    /// Everything beside the name that decides how it behaves: settings, a command. Finished runs are kept as long as it stays.
    public var details: String
    /// Sends an entrant into one run.
    ///
    /// - Throws: `Refusal` when it cannot honour what the challenge asks; the run is then skipped, and the reason recorded.
    public var enter: @Sendable (Challenge) async throws -> any Entrant

    public init(
        _ name: String, details: String = "", enter: @escaping @Sendable (Challenge) async throws -> any Entrant
    ) {
        self.name = name
        self.details = details
        self.enter = enter
    }
}

/// What an entrant is told before a run begins.
public struct Challenge: Sendable {
    /// Of which an entrant may know the space, the metrics, and `maxResource`.
    public var problem: BenchmarkProblem
    /// Keys the entrant's random choices; below 2³¹, which every optimizer's library accepts.
    public var seed: UInt64
    /// How many evaluations the run may finish.
    public var evaluations: Int
    /// How many evaluations go on at once.
    public var workers: Int
    /// How much resource may be spent, in full trainings; nil where only evaluations count.
    public var trainings: Int?

    public init(
        problem: BenchmarkProblem, seed: UInt64, evaluations: Int, workers: Int = 1, trainings: Int? = nil
    ) {
        self.problem = problem
        self.seed = seed
        self.evaluations = evaluations
        self.workers = workers
        self.trainings = trainings
    }
}

/// Why a contestant does not take a challenge, as a sentence without a full stop.
public struct Refusal: Error, Sendable, Hashable, CustomStringConvertible {
    public var reason: String
    public init(_ reason: String) { self.reason = reason }
    public var description: String { reason }
}
