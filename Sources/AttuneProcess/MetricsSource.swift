import AttuneCore
import CAttuneHTTP
import Foundation

/// Where the metrics of one attempt are read from, little by little.
protocol MetricsSource: Sendable {
    /// What has come since the last call.
    mutating func read(at time: Date) async throws -> [Observation]
    /// What is left when the program has ended.
    mutating func finish(at time: Date) async throws -> [Observation]
}

/// A growing file, by the bytes that were not read yet. One that is replaced or cut short is read again from its start.
struct GrowingFile: Sendable {
    let url: URL
    /// How often it was begun again.
    private(set) var restarts = 0
    private var offset: off_t = 0
    private var inode: ino_t?

    init(_ url: URL) { self.url = url }

    /// What came since the last call, at most 4 MiB; empty while no regular file is there.
    ///
    /// - Throws: `AttemptError.system` when the file is there and cannot be read.
    mutating func read() throws -> Data {
        do {
            guard let file = try RegularFile.open(url.path(percentEncoded: false), O_RDONLY) else { return Data() }
            return try read(file)
        } catch AttemptError.malformedRecord {
            return Data()
        }
    }

    private mutating func read(_ file: borrowing Descriptor) throws -> Data {
        let status = try file.status()
        if let inode, inode != status.st_ino || status.st_size < offset {
            offset = 0
            restarts += 1
        }
        inode = status.st_ino
        let data = try file.bytes(from: offset, limit: min(4 << 20, Int(status.st_size - offset)))
        offset += off_t(data.count)
        return data
    }
}

/// Lines of text or JSON: the program's output, a file it writes, what it pushed.
struct LineSource: MetricsSource {
    private enum Parser {
        case text(TextMetricParser)
        case json(JSONMetricParser)

        mutating func observations(in line: Span<UInt8>, time: Date) -> [Observation] {
            switch self {
            case .text(var parser):
                defer { self = .text(parser) }
                return parser.observations(in: line, time: time)
            case .json(var parser):
                defer { self = .json(parser) }
                return parser.observations(in: line, time: time)
            }
        }
    }

    private var file: GrowingFile
    private var splitter = LineSplitter()
    private var parser: Parser

    /// - Parameter texts: the metrics of which texts are values too.
    init(
        _ url: URL, format: MetricsCollector.Format, metrics: [String], texts: [String], filters: [String]
    ) throws {
        file = GrowingFile(url)
        parser =
            switch format {
            case .text: .text(try TextMetricParser(metrics: metrics, filters: filters, texts: texts))
            case .json: .json(JSONMetricParser(metrics: metrics, texts: texts))
            }
    }

    mutating func read(at time: Date) throws -> [Observation] {
        var found: [Observation] = []
        var parser = self.parser
        var restarts = file.restarts
        while case let data = try file.read(), !data.isEmpty {
            // What the file held before is not the beginning of what it holds now.
            if file.restarts > restarts { splitter.finish { found += parser.observations(in: $0, time: time) } }
            restarts = file.restarts
            splitter.feed(data) { found += parser.observations(in: $0, time: time) }
        }
        self.parser = parser
        return found
    }

    mutating func finish(at time: Date) throws -> [Observation] {
        var found = try read(at: time)
        var parser = self.parser
        splitter.finish { found += parser.observations(in: $0, time: time) }
        self.parser = parser
        return found
    }
}

/// TensorFlow event files of a directory, those in its subdirectories too.
struct EventFileSource: MetricsSource {
    private struct Reading {
        var file: GrowingFile
        var reader: TensorFlowEventReader
        /// The file's, when the reader was made.
        var restarts = 0
    }

    private let directory: URL
    private let metrics: [String]
    private var readings: [String: Reading] = [:]

    init(_ directory: URL, metrics: [String]) {
        self.directory = directory
        self.metrics = metrics
    }

    mutating func read(at time: Date) throws -> [Observation] {
        var found: [Observation] = []
        for path in eventFiles() {
            var reading =
                readings[path] ?? Reading(file: GrowingFile(directory.appending(path: path)), reader: reader(of: path))
            while case let data = try reading.file.read(), !data.isEmpty {
                if reading.file.restarts > reading.restarts {
                    reading.reader = reader(of: path)
                    reading.restarts = reading.file.restarts
                }
                found += reading.reader.feed(data, time: time)
            }
            readings[path] = reading
        }
        return found
    }

    mutating func finish(at time: Date) throws -> [Observation] { try read(at: time) }

    private func reader(of path: String) -> TensorFlowEventReader {
        let url = directory.appending(path: path).deletingLastPathComponent()
        return TensorFlowEventReader(metrics: metrics, directory: url.path)
    }

    private func eventFiles() -> [String] {
        let all = FileManager.default.enumerator(atPath: directory.path)?.compactMap { $0 as? String } ?? []
        return all.filter { ($0 as NSString).lastPathComponent.contains("tfevents") }.sorted()
    }
}

/// A Prometheus endpoint of the running program, asked at every reading.
struct PrometheusSource: MetricsSource {
    private let url: String
    private var parser: PrometheusParser
    private var last: [String: Double] = [:]

    init(_ endpoint: MetricsCollector.HTTPGet, metrics: [String]) throws {
        let host = endpoint.host ?? "127.0.0.1"
        let url = "http://\(host):\(endpoint.port)\(endpoint.path)"
        guard URL(string: url) != nil else {
            throw AttuneError("spec.metricsCollectorSpec.source.httpGet: \(url) is no address")
        }
        self.url = url
        parser = try PrometheusParser(metrics: metrics)
    }

    /// Values that changed since the last reading. A program that does not answer yet, or no more, has none.
    mutating func read(at time: Date) async throws -> [Observation] {
        guard let body = await PrometheusSource.get(url) else { return [] }
        let found = parser.observations(in: body, time: time)
        let new = found.filter { last[$0.metric] != $0.value }
        for observation in new { last[observation.metric] = observation.value }
        return new
    }

    /// The body of a good answer, waited for on a thread that may block.
    private static func get(_ url: String) async -> String? {
        await withCheckedContinuation { continuation in
            DispatchQueue.global().async {
                let answer = attune_http_get(url, 2_000)
                defer { free(answer.body) }
                guard answer.status == 200, let body = answer.body else { return continuation.resume(returning: nil) }
                let bytes = UnsafeRawBufferPointer(start: body, count: answer.size)
                continuation.resume(returning: String(decoding: bytes, as: UTF8.self))
            }
        }
    }

    /// Nobody answers any more.
    mutating func finish(at time: Date) -> [Observation] { [] }
}

/// What a trial reports by itself with `attune report`: a line of JSON per call, in the attempt's directory.
public enum PushedMetrics {
    static func file(in attempt: String) -> URL { URL(filePath: attempt).appending(path: "pushed.jsonl") }

    /// The metrics of which a trial of that environment may report texts.
    public static func textMetrics(_ environment: [String: String]) -> [String] {
        (environment["ATTUNE_TEXT_METRICS"] ?? "").split(separator: "\n").map(String.init)
    }

    /// What nobody would read is refused, so that a trial does not run for nothing.
    private static func check(_ names: [String], _ environment: [String: String]) throws {
        if let collector = environment["ATTUNE_COLLECTOR"], collector != MetricsCollector.Kind.push.rawValue {
            throw AttuneError(
                "this experiment's collector is \(collector), which does not hear attune report; "
                    + "set metricsCollectorSpec: {collector: {kind: Push}}")
        }
        let wanted = environment["ATTUNE_METRICS"]?.split(separator: "\n").map(String.init) ?? names
        if let unknown = names.first(where: { !wanted.contains($0) }) {
            throw AttuneError("\(unknown) is no metric of this experiment; it has \(wanted.joined(separator: ", "))")
        }
    }

    /// Adds a line in one write, so that reports of several processes do not mix.
    ///
    /// - Parameter environment: the trial's, which says where its directory is.
    /// - Throws: `AttuneError` outside a trial.
    public static func append(
        _ values: [(name: String, value: ReportedValue)], step: Int?, time: Date, environment: [String: String]
    ) throws {
        guard let directory = environment["ATTUNE_TRIAL_DIR"] else {
            throw AttuneError("ATTUNE_TRIAL_DIR is not set: attune report works inside a trial that attune started")
        }
        try check(values.map(\.name), environment)
        var fields = JSON.Fields(values.map { ($0.name, $0.value.json) })
        fields["timestamp"] = .number(time.timeIntervalSince1970)
        fields["step"] = step.map { .number($0) }
        let line = Array((JSON.object(fields).description + "\n").utf8)
        let path = file(in: directory).path(percentEncoded: false)
        guard let file = try RegularFile.open(path, O_WRONLY | O_CREAT | O_APPEND) else {
            throw AttuneError("cannot write \(path): its directory is gone")
        }
        guard write(file.number, line, line.count) == line.count else {
            throw AttuneError("cannot write \(path): \(String(cString: strerror(errno)))")
        }
    }
}

/// The end of a program's output, for people.
enum LastLines {
    /// At most ten lines of the last 4 KiB; empty where they cannot be had.
    static func of(_ url: URL) -> String {
        guard let data = try? RegularFile.end(of: url.path(percentEncoded: false), limit: 4096) else { return "" }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).suffix(10).joined(
            separator: "\n")
    }
}
