import Foundation

/// A program to run for one attempt at a trial.
public struct ProcessSpec: Sendable, Equatable {
    /// The command and its arguments, passed on untouched by any shell. The command is looked up in the `PATH` of
    /// `environment` unless it contains a slash.
    public var command: [String]

    /// All the variables the program sees; nothing is inherited.
    public var environment: [String: String]

    /// An absolute path.
    public var workingDirectory: String

    /// How long the program may run, to the millisecond, before it is ended. Nil: as long as it likes.
    public var timeout: Duration?

    /// How long the program has between TERM and KILL, to the millisecond.
    public var grace: Duration

    public init(
        command: [String], environment: [String: String], workingDirectory: String,
        timeout: Duration? = nil, grace: Duration = .seconds(30)
    ) {
        self.command = command
        self.environment = environment
        self.workingDirectory = workingDirectory
        self.timeout = timeout
        self.grace = grace
    }
}

extension ProcessSpec {
    /// The file `spec` that the supervisor reads (spec.h).
    ///
    /// Every field is ended by one NUL byte: `attune-spec-1`, the working directory, the timeout in milliseconds
    /// (0 for none), the grace in milliseconds, the number of arguments and the arguments, the number of variables
    /// and the variables as `NAME=VALUE`. Nothing is quoted.
    ///
    /// - Throws: `AttemptError.invalidSpec` where a field cannot be said that way.
    func encoded() throws -> Data {
        try validate()
        let variables = environment.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
        let fields =
            ["attune-spec-1", workingDirectory]
            + [timeout.map { max(1, $0.milliseconds) } ?? 0, max(0, grace.milliseconds)].map(String.init)
            + ["\(command.count)"] + command
            + ["\(variables.count)"] + variables
        return fields.reduce(into: Data()) { $0 += Data($1.utf8) + [0] }
    }

    private func validate() throws {
        guard let program = command.first, !program.isEmpty else {
            throw AttemptError.invalidSpec("command: empty; give the program to run")
        }
        guard workingDirectory.hasPrefix("/") else {
            throw AttemptError.invalidSpec("workingDirectory: \(workingDirectory) is not an absolute path")
        }
        for name in environment.keys where name.isEmpty || name.contains("=") {
            throw AttemptError.invalidSpec(
                "environment: \"\(name)\" cannot name a variable; names are not empty and hold no =")
        }
        let texts = [workingDirectory] + command + environment.flatMap { [$0.key, $0.value] }
        if let text = texts.first(where: { $0.utf8.contains(0) }) {
            throw AttemptError.invalidSpec(
                "\(text.debugDescription) holds a NUL character, which no program can be given")
        }
    }
}

extension Duration {
    /// Whole milliseconds, rounded down, at most a hundred years.
    fileprivate var milliseconds: Int64 {
        let century: Int64 = 100 * 365 * 24 * 3600
        let (seconds, attoseconds) = components
        return seconds >= century ? century * 1000 : seconds * 1000 + attoseconds / 1_000_000_000_000_000
    }
}
