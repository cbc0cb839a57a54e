/// Which of a trial's many values of one metric stands for the trial.
public enum MetricStrategy: String, Sendable, Hashable, Codable, CaseIterable {
    case min
    case max
    case latest
}
