import Foundation

/// How a program ended.
public enum ProcessEnd: Sendable, Equatable {
    /// By itself, with this code, 0...255.
    case exited(Int32)

    /// By a signal that attune did not send.
    case signalled(Int32)

    /// By TERM or KILL after its timeout.
    case timedOut

    /// As `stop()` asked, perhaps before it started.
    case stopped

    /// It never ran: 127 when there is no such command and 126 otherwise, as a shell would say, and why.
    case unstartable(code: Int32, message: String)
}

/// How and when an attempt ended.
public struct AttemptEnd: Sendable, Equatable {
    public var how: ProcessEnd
    public var time: Date
}

/// What was started, and when.
public struct AttemptStart: Sendable, Equatable {
    /// The supervisor's process at that time; its number may be another's by now.
    public var supervisor: pid_t

    /// The program's process, and its process group; the number may be another's by now.
    public var program: pid_t

    /// When the program's process began, in the kernel's clock ticks since it booted.
    public var ticks: UInt64

    public var time: Date
}

/// Where an attempt stands.
public enum AttemptState: Sendable, Equatable {
    /// Nothing has been started.
    case absent

    /// A supervisor is about to start the program.
    case starting

    case running(AttemptStart)

    case ended(AttemptEnd)

    /// It was started, and nobody will know how it ended: its supervisor was killed, or the machine went down.
    case lost(AttemptStart)
}
