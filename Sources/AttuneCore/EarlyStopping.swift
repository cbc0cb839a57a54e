/// Decides whether a running trial is worth finishing. A pure function of the log.
///
/// What a conformer remembers between calls is a cache of what the study says, as with a `Suggester`: a fresh one shown
/// the same study says the same.
public protocol EarlyStopping: Sendable {
    /// Asked after every report of `trial`, which is one of `study`'s.
    ///
    /// - Returns: `.proceed`, `.stop` or `.finish`; that a trial is to pause follows from its level.
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict

    /// Why it stops the trial, which is as it was when the verdict was asked for; nil where it does not, or cannot say.
    mutating func grounds(for trial: Trial, in study: Study) -> StoppingGrounds?
}

extension EarlyStopping {
    public mutating func grounds(for trial: Trial, in study: Study) -> StoppingGrounds? { nil }
}

public enum Verdict: Sendable, Hashable {
    case proceed
    /// It has reached its level and is to rest there, its checkpoints kept; it may go on later.
    case pause
    /// It is hopeless: it ends as stopped early, and is never best.
    case stop
    /// It has come to where it will come to, good or bad: it ends as succeeded, with what it has reported.
    case finish
}
