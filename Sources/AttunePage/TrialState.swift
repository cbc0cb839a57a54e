import AttuneCore
import AttuneStore

/// Where a trial stands, as charts tell it by a letter.
public enum TrialState: UInt8, Sendable, Hashable, CaseIterable {
    case running, paused, succeeded, earlyStopped, failed, killed, metricsUnavailable

    public init?(name: String) {
        switch name {
        case "Running": self = .running
        case "Paused": self = .paused
        case "Succeeded": self = .succeeded
        case "EarlyStopped": self = .earlyStopped
        case "Failed": self = .failed
        case "Killed": self = .killed
        case "MetricsUnavailable": self = .metricsUnavailable
        default: return nil
        }
    }

    /// Katib's name of the condition, or `Paused`.
    public var name: String {
        switch self {
        case .running: "Running"
        case .paused: "Paused"
        case .succeeded: "Succeeded"
        case .earlyStopped: "EarlyStopped"
        case .failed: "Failed"
        case .killed: "Killed"
        case .metricsUnavailable: "MetricsUnavailable"
        }
    }

    /// The first of the name's.
    public var letter: String { String(name.prefix(1)) }
}
