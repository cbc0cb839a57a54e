import AttuneCore
import Foundation

/// Experiments and histories for tests.
public enum Samples {
    /// Noon of a day; its fraction of a second is one that a sum in binary would lose.
    public static let noon = Date(timeIntervalSinceReferenceDate: 800_000_000 + 0x1p-23)

    /// Four parameters, of which one is conditional; the same for the same name.
    public static func experiment(named name: String = "sample") -> Experiment {
        let optimizer = Parameter("optimizer", of: ["sgd", "adam"])
        return Experiment(
            name, .minimize("loss", also: "accuracy"),
            over: Parameter("rate", in: 1e-4...1e-1, .logUniform), Parameter("layers", in: 1...4), optimizer,
            Parameter("momentum", in: 0.0...0.99).when(optimizer, in: "sgd"), seed: 7)
    }

    /// A search whose only trial prints the cells that it has found, as Katib's darts examples do.
    public static func architectureSearch(named name: String = "darts", trials: Int? = 1) -> Experiment {
        let text = """
            {"apiVersion": "kubeflow.org/v1beta1", "kind": "Experiment", "metadata": {"name": "\(name)"}, "spec": {
              "objective": {
                "type": "maximize", "objectiveMetricName": "Best-Genotype", "additionalMetricNames": ["accuracy"]},
              "algorithm": {"algorithmName": "darts", "algorithmSettings": [{"name": "num_epochs", "value": "1"}]},
              "metricsCollectorSpec": {"collector": {"kind": "StdOut"}, "source": {"filter": {
                "metricsFormat": ["([\\\\w-]+)=(Genotype.*)", "(accuracy)=([0-9.]+)"]}}},
              "parallelTrialCount": 1\(trials.map { ", \"maxTrialCount\": \($0)" } ?? ""),
              "nasConfig": {
                "graphConfig": {"numLayers": 1, "inputSizes": [32, 32, 3], "outputSizes": [10]},
                "operations": [{"operationType": "separable_convolution", "parameters": [{
                  "name": "filter_size", "parameterType": "categorical", "feasibleSpace": {"list": ["3", "5"]}}]}]}}}
            """
        do {
            return try Experiment(json: JSON(parsing: text))
        } catch {
            preconditionFailure("\(error)")
        }
    }

    /// What such a trial prints in the end.
    public static let genotype =
        "Genotype(normal=[[('separable_convolution_3x3',0),('skip_connection',1)]],normal_concat=range(2,3),"
        + "reduce=[[('max_pooling_3x3',0),('max_pooling_3x3',1)]],reduce_concat=range(2,3))"

    /// Trials of an architecture search that succeeded, one for each text or number.
    public static func searched(_ experiment: Experiment, _ values: [ReportedValue]) -> [Event] {
        let assignment = experiment.space.assignment(at: experiment.space.parameters.map { _ in 0.5 })
        return values.enumerated().flatMap { index, value -> [Event] in
            let time = noon.addingTimeInterval(Double(index))
            let found = Observation(metric: experiment.objective.metric, value: value, step: 0, time: time)
            return [
                .started(index + 1, Suggestion(assignment), at: time), .observed(index + 1, [found]),
                .ended(index + 1, .succeeded, at: time),
            ]
        }
    }

    /// Trials of other experiments, of every outcome that says something.
    public static func priorTrials(of experiment: Experiment) -> [PriorTrial] {
        let outcomes: [Outcome] = [
            .succeeded, .earlyStopped, .failed("exit code 1: naïve 🤷"), .metricsUnavailable("never reported loss"),
        ]
        return outcomes.enumerated().map { index, outcome in
            let u = (Double(index) + 0.5) / Double(outcomes.count)
            let assignment = experiment.space.assignment(at: experiment.space.parameters.map { _ in u })
            return PriorTrial(
                of: "earlier", number: 3 * index + 1, assignment, outcome: outcome,
                value: index < 2 ? 0.1 * Double(index + 2) : nil)
        }
    }

    /// A short history with every kind of event but imports.
    public static func events(of experiment: Experiment) -> [Event] {
        let assignment = experiment.space.assignment(at: experiment.space.parameters.map { _ in 0.25 })
        func time(_ second: Double) -> Date { noon.addingTimeInterval(second) }
        func loss(_ value: Double, _ step: Int) -> Observation {
            Observation(metric: "loss", value: value, step: step, time: time(Double(step) + 0.1))
        }
        return [
            .started(1, Suggestion(assignment, labels: ["resource": "9", "parent": "sample-1"]), at: time(0)),
            .observed(1, [loss(0.5, 1), loss(-.infinity, 2)]),
            .lost(1, reason: "the node went away: \"evicted\"\n", at: time(3)),
            .started(2, Suggestion(assignment), at: time(3)),
            .observed(1, [loss(0.1 + 0.2, 4)]),
            .ended(1, .succeeded, at: time(5)),
            .ended(2, .failed("exit code 1: naïve 🤷"), at: time(5)),
            .stopped(at: time(6)),
            .budgetEdited(
                Budget(parallelTrials: 2, maxTrials: 40, maxFailedTrials: 3, maxRunTime: .seconds(90)), at: time(7)),
            .started(3, Suggestion(assignment), at: time(8)),
            .ended(3, .killed("the experiment was stopped"), at: time(9)),
            .finished(.failed("max failed count has reached"), at: time(9)),
        ]
    }
}
