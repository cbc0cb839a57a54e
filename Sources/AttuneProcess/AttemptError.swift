import Foundation

/// Why an attempt could not be launched, followed or read.
public enum AttemptError: Error, Equatable, CustomStringConvertible {
    /// The executable is in none of the places it is looked for.
    case supervisorNotFound(tried: [String])

    /// The field, and what would be right.
    case invalidSpec(String)

    /// The supervisor could not start the program, which did not run: another launch may succeed.
    case cannotLaunch(String)

    /// Nothing was ever started in this directory.
    case notStarted(directory: String)

    /// A record a supervisor writes does not read as one, or is no file.
    case malformedRecord(path: String)

    /// The supervisor lives where this process cannot see it, on another machine or in another container.
    case supervisedElsewhere(directory: String)

    /// A system call failed.
    case system(call: String, error: Int32)

    public var description: String {
        switch self {
        case .supervisorNotFound(let tried):
            "attune-supervisor not found at \(tried.joined(separator: " or ")); install it beside attune, "
                + "or name its path in ATTUNE_SUPERVISOR"
        case .invalidSpec(let reason): reason
        case .cannotLaunch(let reason): "the trial's supervisor could not start it: \(reason)"
        case .notStarted(let directory): "nothing was started in \(directory)"
        case .malformedRecord(let path): "\(path) is not a record of attune-supervisor"
        case .supervisedElsewhere(let directory):
            "\(directory) is in use by a supervisor on another machine or in another container"
        case .system(let call, let error): "\(call): \(String(cString: strerror(error)))"
        }
    }

    /// The system call that has just failed, with its `errno`.
    static func failed(_ call: String) -> AttemptError { .system(call: call, error: errno) }
}
