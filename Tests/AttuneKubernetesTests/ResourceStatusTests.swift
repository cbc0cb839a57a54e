import AttuneCore
import Foundation
import Testing

@testable import AttuneKubernetes

/// Experiment, Trial and Suggestion resources as Katib's clients read them.
struct ResourceStatusTests {
    private let begin = Date(timeIntervalSince1970: 1_700_000_000)
    private let owner: JSON = [
        "apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment",
        "metadata": ["name": "demo", "namespace": "team", "uid": "u-1"],
        "spec": ["objective": ["type": "minimize", "objectiveMetricName": "loss"]],
    ]

    private func study(_ outcomes: [Outcome?], finish: Finish? = nil) throws -> Study {
        let x = Parameter<Double>("x", in: 0...1)
        var experiment = Experiment("demo", .minimize("loss", also: "size"), over: x, trials: 10)
        experiment.metadata.labels = ["team": "vision"]
        var study = Study(experiment, createdAt: begin)
        for (index, outcome) in outcomes.enumerated() {
            let number = index + 1
            let assignment = Assignment(["x": .double(0.25)])
            try study.apply(.started(number, Suggestion(assignment), at: begin))
            let loss = Observation(metric: "loss", value: Double(number), step: 0, time: begin)
            try study.apply(.observed(number, [loss]))
            if let outcome { try study.apply(.ended(number, outcome, at: begin + 30)) }
        }
        if let finish { try study.apply(.finished(finish, at: begin + 60)) }
        return study
    }

    private func types(_ conditions: Conditions) -> [String] {
        conditions.items.map { "\($0["type"]?.string ?? "")=\($0["status"]?.string ?? "")" }
    }

    @Test func `an experiment's counters and lists are Katib's, and those that are empty are left out`() throws {
        let study = try study([.succeeded, .failed("x"), .metricsUnavailable("none"), nil])
        let status = ExperimentStatus.status(study, Conditions(nil), startTime: begin, completionTime: nil)
        #expect(status["trials"]?.int == 4)
        #expect(status["trialsSucceeded"]?.int == 1)
        #expect(status["trialMetricsUnavailable"]?.int == 1)
        #expect(status["metricsUnavailableTrialList"] == ["demo-3"])
        #expect(status["runningTrialList"] == ["demo-4"])
        #expect(status["trialsKilled"] == .null)
        let best = status["currentOptimalTrial"]
        #expect(best?["bestTrialName"]?.string == "demo-1")
        #expect(best?["parameterAssignments"] == [["name": "x", "value": "0.25"]])
        #expect(
            best?["observation"]?["metrics"] == [
                ["name": "loss", "min": "1.0", "max": "1.0", "latest": "1.0"],
                ["name": "size", "min": "unavailable", "max": "unavailable", "latest": "unavailable"],
            ])
    }

    @Test func `without a best trial the optimum still has an observation to look into`() throws {
        let status = ExperimentStatus.status(try study([nil]), Conditions(nil), startTime: begin, completionTime: nil)
        #expect(status["currentOptimalTrial"] == ["observation": [:]])
    }

    @Test func `an experiment that succeeds says so last, after Running has become false`() throws {
        var conditions = ExperimentStatus.conditions(try study([nil]), after: Conditions(nil), at: begin)
        #expect(types(conditions) == ["Created=True", "Running=True"])
        let over = try study([.succeeded], finish: .maxTrialsReached)
        conditions = ExperimentStatus.conditions(over, after: conditions, at: begin + 60)
        #expect(types(conditions) == ["Created=True", "Running=False", "Succeeded=True"])
        #expect(conditions["Succeeded"]?["reason"]?.string == "ExperimentMaxTrialsReached")
    }

    @Test func `the suggestion of an experiment that is over has succeeded, unless it is to stay`() throws {
        var over = try study([.succeeded], finish: .goalReached)
        var conditions = ExperimentStatus.suggestionConditions(over, after: Conditions(nil), at: begin)
        #expect(conditions.has("Succeeded"))
        #expect(!conditions.has("Running"))
        var experiment = over.experiment
        experiment.resumePolicy = .longRunning
        over = Study(experiment, createdAt: begin)
        try over.apply(.finished(.goalReached, at: begin))
        conditions = ExperimentStatus.suggestionConditions(over, after: Conditions(nil), at: begin)
        #expect(!conditions.has("Succeeded"))
        #expect(conditions.has("Running"))
    }

    @Test(
        arguments: [
            (Outcome.succeeded, "Succeeded", "TrialSucceeded", "Trial has succeeded"),
            (.earlyStopped, "EarlyStopped", "TrialEarlyStopped", "Trial is early stopped"),
            (
                .failed("BackoffLimitExceeded: Job has reached the specified backoff limit"), "Failed",
                "TrialFailed. Job reason: BackoffLimitExceeded",
                "Trial has failed. Job message: Job has reached the specified backoff limit"
            ),
            (.metricsUnavailable("never reported loss"), "MetricsUnavailable", "MetricsUnavailable", nil),
        ] as [(Outcome, String, String, String?)])
    func `a trial's last condition tells how it ended, in Katib's words`(
        outcome: Outcome, type: String, reason: String, message: String?
    ) throws {
        let study = try study([outcome])
        let maker = TrialStatus(experiment: study.experiment, owner: owner) { _ in nil }
        let (status, _) = maker.status(study[1], after: Conditions(nil), at: begin + 30)
        let conditions = Conditions(status)
        #expect(types(conditions) == ["Created=True", "Running=False", "\(type)=True"])
        #expect(conditions[type]?["reason"]?.string == reason)
        if let message { #expect(conditions[type]?["message"]?.string == message) }
        #expect(status["completionTime"]?.string == "2023-11-14T22:13:50Z")
    }

    @Test func `a trial's resource belongs to the experiment and says whose it is`() throws {
        let study = try study([nil])
        let object = TrialStatus(experiment: study.experiment, owner: owner) { _ in ["kind": "Job"] }.object(study[1])
        #expect(object.name == "demo-1")
        #expect(object.namespace == "team")
        #expect(object.label("katib.kubeflow.org/experiment") == "demo")
        #expect(object.label("team") == "vision")
        #expect(object.metadata?["ownerReferences"]?[0]?["uid"]?.string == "u-1")
        #expect(object["spec"]?["runSpec"] == ["kind": "Job"])
        #expect(object["spec"]?["objective"]?["metricStrategies"]?[0] == ["name": "loss", "value": "min"])
    }

    @Test func `of a very long experiment only the newest names are listed, and all are counted`() throws {
        let study = try study(Array(repeating: .succeeded, count: ExperimentStatus.longestList + 5))
        let status = ExperimentStatus.status(study, Conditions(nil), startTime: begin, completionTime: nil)
        #expect(status["succeededTrialList"]?.array?.count == ExperimentStatus.longestList)
        #expect(status["trialsSucceeded"]?.int == ExperimentStatus.longestList + 5)
        let suggestion = ExperimentStatus.suggestionStatus(study, Conditions(nil), startTime: begin)
        #expect(suggestion["suggestions"]?.array?.count == ExperimentStatus.longestWindow)
    }
}
