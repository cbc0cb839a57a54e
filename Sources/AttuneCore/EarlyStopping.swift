/// Decides whether a running trial is worth finishing. A pure function of the log.
public protocol EarlyStopping: Sendable {
    /// Asked after every report of `trial`, which is one of `study`'s.
    func verdict(on trial: Trial, in study: Study) -> Verdict
}

public enum Verdict: Sendable, Hashable {
    case proceed
    case stop
}
