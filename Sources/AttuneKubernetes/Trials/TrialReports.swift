import AttuneCore
import Synchronization

/// Where trials report by themselves, as Katib's Push has it: kept by whoever serves their reports, under the trial's name.
public struct TrialReports: Sendable {
    /// What one attempt has reported, and will.
    public struct Series: Sendable {
        /// In the order in which they came, from the first; ends after `close`.
        public var observations: AsyncStream<[Observation]>
        /// Says that nothing more will be reported. What is durable by then comes yet.
        public var close: @Sendable () -> Void

        public init(_ observations: AsyncStream<[Observation]>, close: @escaping @Sendable () -> Void) {
            self.observations = observations
            self.close = close
        }
    }

    /// Forgets what was reported under the trial's name, before an attempt begins that is not to have it.
    public var forget: @Sendable (Trial) async throws -> Void
    /// What a trial reports of its experiment's objective, which says whether texts are values.
    public var follow: @Sendable (Trial, Objective) -> Series

    public init(
        forget: @escaping @Sendable (Trial) async throws -> Void,
        follow: @escaping @Sendable (Trial, Objective) -> Series
    ) {
        self.forget = forget
        self.follow = follow
    }
}

/// Reads what a trial reports by itself.
final class ReportReader: Sendable {
    private let series: TrialReports.Series
    private let done = Atomic<Bool>(false)

    init(_ series: TrialReports.Series) { self.series = series }

    var isDone: Bool { done.load(ordering: .acquiring) }

    func read(into metrics: TrialMetrics, telling signal: Signal) async {
        for await observations in series.observations { metrics.take(observations) }
        done.store(true, ordering: .releasing)
        signal.raise()
    }

    /// Reads to what there is by now, and no further.
    func close() { series.close() }
}
