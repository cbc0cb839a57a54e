import Foundation

/// Finds metrics in one TensorBoard event file while it is being written.
///
/// Feed it the file's bytes as they come, in chunks of any size. The end of the bytes is never an error: the rest of the
/// record is still to be written. Damage is: it is kept in `firstError`, and unless the framing is lost, the records
/// behind it are still read.
///
/// The tags a metric goes by depend on the directory the file lies in, see `init`. Numbers may be `simple_value`s or
/// tensors of one element; histograms, images and texts are passed over. Steps and times are those of the events.
public struct TensorFlowEventReader: Sendable {
    /// The first damage met.
    public private(set) var firstError: TensorFlowEventError?
    /// How many records were damaged.
    public private(set) var errorCount = 0
    /// True once nothing more can be read, because a record's length was corrupted. A file that has been repaired since
    /// needs a new reader, from its start.
    public var isStopped: Bool { records.isStopped }

    private var records = TFRecordReader()
    private var matcher: TensorFlowTagMatcher

    /// - Parameters:
    ///   - metrics: names to look for. A metric `train/accuracy` is a tag that starts with `accuracy` in a file whose
    ///     directory ends with `train`; a plain `accuracy` is one in any directory. An equal tag is preferred to one
    ///     that merely starts alike.
    ///   - directory: the path of the directory the file lies in.
    public init(metrics: [String], directory: String) {
        matcher = TensorFlowTagMatcher(metrics: WantedMetrics(metrics).names, directory: directory)
    }

    /// The observations that `chunk` completes.
    ///
    /// - Parameters:
    ///   - chunk: the bytes of the file that follow those fed before.
    ///   - time: for events that do not say theirs.
    public mutating func feed(_ chunk: some ContiguousBytes, time: Date) -> [Observation] {
        chunk.withUnsafeBytes { records.append($0) }
        var observations: [Observation] = []
        while let record = records.next() {
            switch record {
            case .damaged(let error): note(error)
            case .data(let data, let offset):
                do {
                    observations += self.observations(of: try TensorFlowEvent(data), time)
                } catch {
                    note(.malformedEvent(offset: offset))
                }
            }
        }
        return observations
    }

    private mutating func observations(of event: TensorFlowEvent, _ time: Date) -> [Observation] {
        let isTimed = event.wallTime.isFinite && event.wallTime > 0
        let time = isTimed ? Date(timeIntervalSince1970: event.wallTime) : time
        return matcher.select(event.scalars).map {
            Observation(metric: $0.metric, value: $0.value, step: event.step, time: time)
        }
    }

    private mutating func note(_ error: TensorFlowEventError) {
        firstError = firstError ?? error
        errorCount += 1
    }
}
