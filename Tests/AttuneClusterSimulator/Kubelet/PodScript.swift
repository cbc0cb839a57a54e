/// What a container does in a simulated pod.
public struct PodScript: Sendable {
    public enum Step: Sendable {
        /// A line of the log; its end of line is added.
        case say(String)
        /// Text of the log as it is.
        case write(String)
        /// Waits by the cluster's clock.
        case pause(Duration)
        /// Waits for a test.
        case wait(Gate)
    }

    public enum Start: Sendable {
        case normal
        /// No node takes the pod, at least until the gate opens.
        case unschedulable(until: Gate?)
        /// The image cannot be pulled, at least until the gate opens.
        case imageMissing(until: Gate?)
        /// The command is not there: `StartError`, 128.
        case cannotStart
    }

    public enum End: Sendable {
        case exit(Int)
        case oomKilled
        /// The kubelet throws the pod out.
        case evicted
        /// Runs until it is deleted.
        case never
    }

    public var start: Start
    public var steps: [Step]
    public var end: End
    /// The exit code when it is told to end before it did, as by a deletion.
    public var codeWhenTold: Int

    public init(_ steps: [Step] = [], start: Start = .normal, end: End = .exit(0), codeWhenTold: Int = 137) {
        self.steps = steps
        self.start = start
        self.end = end
        self.codeWhenTold = codeWhenTold
    }

    /// Says lines, with a pause of so long before each but the first, and exits.
    public static func printing(_ lines: [String], every gap: Duration = .zero, exit code: Int = 0) -> PodScript {
        PodScript(steps(lines, gap), end: .exit(code))
    }

    /// Says lines and stays until it is deleted.
    public static func endless(_ lines: [String] = [], every gap: Duration = .zero) -> PodScript {
        PodScript(steps(lines, gap), end: .never)
    }

    /// Waits for the gate before it does anything.
    public func after(_ gate: Gate) -> PodScript {
        var script = self
        script.steps.insert(.wait(gate), at: 0)
        return script
    }

    private static func steps(_ lines: [String], _ gap: Duration) -> [Step] {
        lines.enumerated().flatMap { index, line -> [Step] in
            index == 0 || gap == .zero ? [.say(line)] : [.pause(gap), .say(line)]
        }
    }
}
