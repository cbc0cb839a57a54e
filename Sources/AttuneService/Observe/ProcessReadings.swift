import AttuneCore
import Foundation

/// How the service's process does.
struct ProcessReadings: Sendable {
    private let clock: TunerClock
    private let start: Date

    init(clock: TunerClock) {
        self.clock = clock
        start = clock.now()
    }

    var samples: [Metrics.Sample] {
        var samples = [
            Metrics.Sample(
                "process_start_time_seconds", "When the process began to serve, since 1970.", .gauge, [],
                start.timeIntervalSince1970.rounded()),
            Metrics.Sample(
                "attune_uptime_seconds", "How long the service runs.", .gauge, [], clock.now().timeIntervalSince(start)),
            Metrics.Sample("attune_info", "Which version runs.", .gauge, ["version": attuneVersion], 1),
        ]
        if let bytes = residentBytes {
            samples.append(
                Metrics.Sample("process_resident_memory_bytes", "Memory in use.", .gauge, [], Double(bytes)))
        }
        return samples
    }

    /// Where the system tells.
    private var residentBytes: Int? {
        guard let data = FileManager.default.contents(atPath: "/proc/self/statm") else { return nil }
        let pages = String(decoding: data, as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Int($0) }
        return pages.map { $0 * Int(sysconf(Int32(_SC_PAGESIZE))) }
    }
}
