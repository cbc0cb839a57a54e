import AttuneCore
import Foundation

/// Follows the metrics that some other program leaves in files or serves, and passes on every observation as it comes.
///
/// A file or directory that is not there yet, that is replaced or cut short is no error.
public struct MetricsFollower: Sendable {
    public enum Place: Sendable, Hashable {
        /// Lines in a file. Filters are regular expressions, as `MetricsCollector.filters`.
        case file(String, MetricsCollector.Format, filters: [String])
        /// TensorFlow event files in a directory, and in those within it.
        case events(String)
        case prometheus(MetricsCollector.HTTPGet)
    }

    private var source: any MetricsSource
    private let clock: TunerClock
    private let interval: Duration
    private var processes: ProcessWatch?

    /// - Parameters:
    ///   - texts: the metrics of which texts are values too, in lines of a file.
    ///   - interval: how long to wait between two readings.
    ///   - processes: where the end of the other processes is the end of the metrics.
    /// - Throws: for filters that are no regular expressions with two groups, and names that no Prometheus series has.
    public init(
        _ place: Place, metrics: [String], texts: [String] = [], every interval: Duration = .milliseconds(250),
        processes: ProcessWatch? = nil, clock: TunerClock = .system
    ) throws {
        source =
            switch place {
            case .file(let path, let format, let filters):
                try LineSource(
                    URL(filePath: path), format: format, metrics: metrics, texts: texts, filters: filters)
            case .events(let path): EventFileSource(URL(filePath: path), metrics: metrics)
            case .prometheus(let endpoint): try PrometheusSource(endpoint, metrics: metrics)
            }
        self.interval = interval
        self.processes = processes
        self.clock = clock
    }

    /// Reads and passes on until cancelled, or until the other processes have ended. What is there by then is still
    /// read, the last line included though it may lack its end.
    ///
    /// - Parameters:
    ///   - onTrouble: hears once of each trouble with reading, which may pass.
    ///   - found: gets observations in their order; never none.
    /// - Throws: what `found` throws, and what keeps the last reading from being made.
    public mutating func follow(
        onTrouble: (any Error) -> Void, found: ([Observation]) throws -> Void
    ) async throws {
        var lastTrouble = ""
        while !Task.isCancelled {
            let now = clock.now()
            if processes?.areOver(at: now) == true { break }
            do {
                try pass(try await source.read(at: now), to: found)
            } catch let error as AttemptError {
                if "\(error)" != lastTrouble { onTrouble(error) }
                lastTrouble = "\(error)"
            }
            // Told to end is no reason to leave anything unread.
            do { try await clock.sleepFor(interval) } catch is CancellationError { break }
        }
        try pass(try await source.read(at: clock.now()), to: found)
        try pass(try await source.finish(at: clock.now()), to: found)
    }

    private func pass(_ observations: [Observation], to found: ([Observation]) throws -> Void) throws {
        if !observations.isEmpty { try found(observations) }
    }
}
