/// Trials that no early-stopping rule ends, so that it can be seen afterwards what became of those it would have ended.
///
/// Who belongs to it is a function of the seed and the trial's number, drawn apart from what algorithms draw.
public struct ControlGroup: Sendable, Hashable {
    /// The chance of each trial to belong to it.
    public let share: Double
    private let seed: UInt64

    /// - Parameter share: 0…1.
    public init(share: Double, seed: UInt64) {
        self.share = share
        // Apart from the streams that algorithms draw from, which have the seed itself.
        self.seed = seed ^ 0x636f_6e74_726f_6c73
    }

    /// The group that the experiment's early stopping asks for; nil where it asks for none.
    public init?(_ experiment: Experiment) {
        let share = experiment.earlyStopping?[ControlGroup.setting.name].flatMap { Double($0) } ?? 0
        guard share > 0 else { return nil }
        self.init(share: share, seed: experiment.seed)
    }

    public func contains(_ number: Trial.Number) -> Bool {
        var random = RandomSource(seed: seed, stream: UInt64(number))
        return random.uniform() < share
    }

    /// The setting that every rule has.
    public static let setting = AlgorithmSetting(
        "control_share", .number(0...0.5), default: "0",
        "the share of trials, drawn at random, that are never stopped, for `attune audit` to compare with",
        complaint: "control_share must be a number of 0…0.5")
}

/// A rule that leaves the control group alone.
struct SparingControls: EarlyStopping {
    private var rule: any EarlyStopping
    private let controls: ControlGroup

    init(_ rule: any EarlyStopping, controls: ControlGroup) {
        self.rule = rule
        self.controls = controls
    }

    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        controls.contains(trial.number) ? .proceed : rule.verdict(on: trial, in: study)
    }
    mutating func grounds(for trial: Trial, in study: Study) -> StoppingGrounds? {
        controls.contains(trial.number) ? nil : rule.grounds(for: trial, in: study)
    }
}
