import ArgumentParser
import AttuneCore
import AttuneProcess
import Foundation

/// What runs beside a trial in its pod; for people to run by hand it is of little use.
struct CollectCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "collect",
        abstract: "Follows another program's metrics and prints a line of JSON for each observation.",
        discussion: """
            What is not there yet is waited for. At TERM or Ctrl-C, which is how a cluster ends what runs beside a \
            trial, it reads what has come by then, prints it and ends.
            """)

    @Option(help: "A file of lines.", completion: .file()) var file: String?
    @Option(help: "A directory of TensorFlow event files.", completion: .directory) var events: String?
    @Option(help: "A Prometheus endpoint: [HOST:]PORT/PATH.") var prometheus: String?
    @Option(help: "What the file's lines are: TEXT or JSON.") var format = MetricsCollector.Format.text
    @Option(help: "A regular expression with the groups name and value; may be repeated.") var filter: [String] = []
    @Option(help: "A metric to look for; may be repeated.") var metric: [String] = []
    @Option(help: "A metric of which, in a file, a text that is no number is a value too; may be repeated.")
    var text: [String] = []
    @Option(help: "Seconds between two readings.") var interval = 0.25
    @Flag(help: "End when no other process is left that is to be seen from here.") var withProcesses = false

    func validate() throws {
        guard [file, events, prometheus].count(where: { $0 != nil }) == 1 else {
            throw ValidationError("give one of --file, --events and --prometheus")
        }
        if metric.isEmpty { throw ValidationError("--metric: name at least one metric") }
        if file == nil, !filter.isEmpty || !text.isEmpty || format != .text {
            throw ValidationError("--filter, --text and --format say how to read the lines of a --file")
        }
        if let unknown = text.first(where: { !metric.contains($0) }) {
            throw ValidationError("--text: \(unknown) is no --metric")
        }
        if format == .json, !filter.isEmpty { throw ValidationError("--filter: lines of JSON are not filtered") }
        if !(0.01...60).contains(interval) {
            throw ValidationError("--interval: found \(interval); must be from 0.01 to 60")
        }
        _ = try place
    }

    func run() async throws {
        let interrupts = Interrupts()
        await interrupts.ready()
        let following = Task { try await follow() }
        let interrupting = Task {
            await interrupts.first()
            following.cancel()
        }
        let result = await following.result
        interrupting.cancel()
        try result.get()
    }

    private func follow() async throws {
        var follower = try follower()
        try await follower.follow(
            onTrouble: { Terminal.complain("\($0)") },
            found: { observations in
                let lines = observations.map { CollectedLine.text($0) + "\n" }
                try FileHandle.standardOutput.write(contentsOf: Data(lines.joined().utf8))
            })
    }

    private func follower() throws -> MetricsFollower {
        do {
            return try MetricsFollower(
                place, metrics: metric, texts: text, every: .seconds(interval),
                processes: withProcesses ? ProcessWatch() : nil)
        } catch let error as MetricFilterError {
            throw AttuneError("--filter: \(error)")
        } catch let error as PrometheusNameError {
            throw AttuneError("--metric: \(error)")
        }
    }

    private var place: MetricsFollower.Place {
        get throws {
            if let file { return .file(file, format, filters: filter) }
            if let events { return .events(events) }
            return .prometheus(try CollectCommand.endpoint(prometheus ?? ""))
        }
    }

    /// `[HOST:]PORT/PATH`
    private static func endpoint(_ text: String) throws -> MetricsCollector.HTTPGet {
        let slash = text.firstIndex(of: "/") ?? text.endIndex
        let address = text[..<slash]
        let colon = address.lastIndex(of: ":")
        let port = Int(colon.map { address[address.index(after: $0)...] } ?? address)
        guard let port, (1...65535).contains(port), colon != address.startIndex else {
            throw ValidationError("--prometheus: found \(text); must be such as 8080/metrics")
        }
        let path = slash < text.endIndex ? String(text[slash...]) : MetricsCollector.HTTPGet().path
        return MetricsCollector.HTTPGet(host: colon.map { String(address[..<$0]) }, port: port, path: path)
    }
}

extension MetricsCollector.Format: ExpressibleByArgument {
    public init?(argument: String) { self.init(rawValue: argument.uppercased()) }
}
