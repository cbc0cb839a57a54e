import Foundation

/// Carries trials out somewhere: in this process, as a command, as a Kubernetes resource.
public protocol TrialRunner: Sendable {
    /// Follows a trial to its end, starting it unless it is already there.
    ///
    /// Cancelling lets go: the trial goes on, and a later call with the same trial and attempt adopts it. Observations
    /// that an earlier follower of the attempt reported are in `trial.attemptObservations` and are not reported again.
    ///
    /// - Parameter report: takes new observations; returns once they are durable.
    /// - Throws: `CancellationError` when letting go.
    func run(_ trial: Trial, report: @escaping @Sendable ([Observation]) async throws -> Void) async throws -> WorkEnd

    /// Ends an attempt at a trial wherever it is; `run` then returns `.stopped`.
    ///
    /// One that has not begun never begins, as `run` may be called at the same moment. Does nothing when the attempt is
    /// over, and nothing the second time.
    func stop(_ trial: Trial) async throws
}

/// How the work of an attempt ended, with what it had not reported yet.
public struct WorkEnd: Sendable, Hashable {
    public enum Kind: Sendable, Hashable {
        case completed
        /// The program itself failed; starting it again would not help.
        case failed(String)
        /// The infrastructure lost it; it may be started again.
        case lost(String)
        case stopped
    }

    public var kind: Kind
    public var observations: [Observation]
    /// Last lines of what the program printed, for when no metric came.
    public var lastOutput: String

    public init(_ kind: Kind, observations: [Observation] = [], lastOutput: String = "") {
        self.kind = kind
        self.observations = observations
        self.lastOutput = lastOutput
    }
}

extension Trial {
    /// The end of its work with these values, reported after all it has reported so far.
    public func completed(with values: [String: Double], at time: Date) -> WorkEnd {
        completed(with: values.mapValues { ReportedValue.number($0) }, at: time)
    }

    /// The same of numbers and texts.
    public func completed(with values: [String: ReportedValue], at time: Date) -> WorkEnd {
        let last = observations.last?.step ?? -1
        return WorkEnd(.completed, observations: Observation.all(values, step: max(last, last &+ 1), at: time))
    }
}
