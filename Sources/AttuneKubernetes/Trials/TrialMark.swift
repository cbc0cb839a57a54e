import AttuneCore

/// What a resource says of the trial it carries out: written into its metadata, and read back when it is found again.
struct TrialMark: Sendable, Hashable {
    /// Which of all experiments that ever had the name: no other one's trials are adopted.
    var study: String
    var experiment: String
    var trial: String
    var attempt: Int

    static let experimentLabel = "katib.kubeflow.org/experiment"
    static let trialLabel = "katib.kubeflow.org/trial"
    static let studyAnnotation = "attune.dev/study"
    static let attemptAnnotation = "attune.dev/attempt"

    init(study: String, experiment: String, trial: Trial) {
        self.study = study
        self.experiment = experiment
        self.trial = trial.name
        attempt = trial.attempt
    }

    /// Nil where the object is no trial's.
    init?(_ object: JSON) {
        guard let study = object.annotation(TrialMark.studyAnnotation),
            let attempt = object.annotation(TrialMark.attemptAnnotation).flatMap({ Int($0) }),
            let experiment = object.label(TrialMark.experimentLabel)
        else { return nil }
        self.study = study
        self.experiment = experiment
        trial = object.name
        self.attempt = attempt
    }

    var annotations: [String: String] {
        [TrialMark.studyAnnotation: study, TrialMark.attemptAnnotation: String(attempt)]
    }
}
