/// An experiment to begin with: complete, valid, and run by anything that has a shell.
public struct ExperimentTemplate: Sendable, Hashable {
    public let name: String
    public let summary: String
    /// YAML.
    public let text: String

    public static let all: [ExperimentTemplate] = [
        first, modelBased, hyperband, objectives, population, architecture,
    ]

    private static let first = ExperimentTemplate(
        name: "first-search", summary: "Random search: the first look at any problem.",
        text: #"""
            # Tries 20 random settings of a program that prints loss=… in the end. Put your own command in its place.
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata:
              name: first-search
            spec:
              objective:
                type: minimize
                objectiveMetricName: loss
              algorithm:
                algorithmName: random
              parallelTrialCount: 2
              maxTrialCount: 20
              maxFailedTrialCount: 3
              parameters:
                - name: rate
                  parameterType: double
                  feasibleSpace: {min: "0.0001", max: "1", distribution: logUniform}
                - name: layers
                  parameterType: int
                  feasibleSpace: {min: "1", max: "8"}
              trialTemplate:
                trialParameters:
                  - {name: rate, reference: rate}
                  - {name: layers, reference: layers}
                trialSpec:
                  apiVersion: attune.dev/v1
                  kind: Process
                  command:
                    - awk
                    - "BEGIN { r = log(${trialParameters.rate}) + 4; l = ${trialParameters.layers} - 3; print \"loss=\" r * r + l * l / 4 }"

            """#)

    private static let modelBased = ExperimentTemplate(
        name: "bayesian-early-stopping",
        summary: "Bayesian optimisation: few, costly trials; hopeless ones are stopped while they run.",
        text: #"""
            # A model proposes settings; trials that are worse than the median of the finished ones are stopped early.
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata:
              name: bayesian-early-stopping
            spec:
              objective:
                type: maximize
                objectiveMetricName: accuracy
                goal: 0.99
              algorithm:
                algorithmName: bayesianoptimization
              earlyStopping:
                algorithmName: medianstop
                algorithmSettings:
                  - {name: min_trials_required, value: "3"}
                  - {name: start_step, value: "4"}
              parallelTrialCount: 2
              maxTrialCount: 30
              maxFailedTrialCount: 3
              parameters:
                - name: rate
                  parameterType: double
                  feasibleSpace: {min: "0.0001", max: "1", distribution: logUniform}
                - name: momentum
                  parameterType: double
                  feasibleSpace: {min: "0", max: "0.99"}
              trialTemplate:
                trialParameters:
                  - {name: rate, reference: rate}
                  - {name: momentum, reference: momentum}
                trialSpec:
                  apiVersion: attune.dev/v1
                  kind: Process
                  # Reports a line for each of ten epochs, as a training program does.
                  command:
                    - sh
                    - -c
                    - |
                      for epoch in 1 2 3 4 5 6 7 8 9 10; do
                        awk "BEGIN { r = log(${trialParameters.rate}) + 3; m = ${trialParameters.momentum} - 0.8;
                          print \"accuracy=\" (1 - 1 / (1 + $epoch)) * exp(-r * r / 20 - m * m) }"
                        sleep 0.2
                      done

            """#)

    private static let hyperband = ExperimentTemplate(
        name: "hyperband", summary: "Hyperband: many settings a little, the good ones longer.",
        text: #"""
            # Begins many trials with few epochs; a third of each round goes on to three times as many.
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata:
              name: hyperband
            spec:
              objective:
                type: minimize
                objectiveMetricName: loss
              algorithm:
                algorithmName: hyperband
                algorithmSettings:
                  - {name: resource_name, value: epochs}
                  - {name: eta, value: "3"}
                  - {name: r_l, value: "9"}
              parallelTrialCount: 9
              maxTrialCount: 22
              maxFailedTrialCount: 3
              parameters:
                - name: rate
                  parameterType: double
                  feasibleSpace: {min: "0.0001", max: "1", distribution: logUniform}
                - name: epochs
                  parameterType: int
                  feasibleSpace: {min: "1", max: "9"}
              trialTemplate:
                trialParameters:
                  - {name: rate, reference: rate}
                  - {name: epochs, reference: epochs}
                trialSpec:
                  apiVersion: attune.dev/v1
                  kind: Process
                  command:
                    - awk
                    - "BEGIN { r = log(${trialParameters.rate}) + 4; for (e = 1; e <= ${trialParameters.epochs}; e++) print \"loss=\" r * r / 10 + 1 / e }"

            """#)

    private static let objectives = ExperimentTemplate(
        name: "several-objectives", summary: "Several objectives: the front of what no other setting betters in all.",
        text: #"""
            # Accuracy is to be high and size small; settings whose latency is above 20 ms are of no use.
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata:
              name: several-objectives
            spec:
              objectives:
                - {metric: accuracy, type: maximize, reference: 0.5}
                - {metric: size, type: minimize, reference: 300}
              outcomeConstraints:
                - {metric: latency, max: 20}
              algorithm:
                algorithmName: auto
              parallelTrialCount: 2
              maxTrialCount: 40
              maxFailedTrialCount: 5
              parameters:
                - name: units
                  parameterType: int
                  feasibleSpace: {min: "4", max: "256", distribution: logUniform}
                - name: rate
                  parameterType: double
                  feasibleSpace: {min: "0.001", max: "1", distribution: logUniform}
              trialTemplate:
                trialParameters:
                  - {name: units, reference: units}
                  - {name: rate, reference: rate}
                trialSpec:
                  apiVersion: attune.dev/v1
                  kind: Process
                  command:
                    - awk
                    - "BEGIN { u = ${trialParameters.units}; r = log(${trialParameters.rate}) + 3; print \"accuracy=\" (1 - 1 / u) * exp(-r * r / 30) \"\\nsize=\" u \"\\nlatency=\" u / 10 }"

            """#)

    private static let population = ExperimentTemplate(
        name: "population-based",
        summary:
            "Population based training: settings change while the networks learn, from the checkpoints of the best.",
        text: #"""
            # Five trials learn side by side; between generations the worst take over what the best have learned. A trial
            # finds its checkpoint in /opt/checkpoints, and in $ATTUNE_RESOURCE how many epochs it is to reach in all.
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata:
              name: population-based
            spec:
              objective:
                type: maximize
                objectiveMetricName: score
                metricStrategies:
                  - {name: score, value: latest}
              algorithm:
                algorithmName: pbt
                algorithmSettings:
                  - {name: suggestion_trial_dir, value: /opt/checkpoints}
                  - {name: n_population, value: "5"}
                  - {name: truncation_threshold, value: "0.2"}
                  - {name: interval, value: "2"}
              parallelTrialCount: 5
              maxTrialCount: 25
              maxFailedTrialCount: 3
              parameters:
                - name: rate
                  parameterType: double
                  feasibleSpace: {min: "0.001", max: "1", distribution: logUniform}
              trialTemplate:
                trialParameters:
                  - {name: rate, reference: rate}
                trialSpec:
                  apiVersion: attune.dev/v1
                  kind: Process
                  command:
                    - sh
                    - -c
                    - |
                      score=$(cat /opt/checkpoints/score 2>/dev/null || echo 0)
                      score=$(awk "BEGIN { r = log(${trialParameters.rate}) + 3; print $score + exp(-r * r / 4) }")
                      echo "$score" > /opt/checkpoints/score
                      echo "score=$score"

            """#)

    private static let architecture = ExperimentTemplate(
        name: "architecture-search",
        summary: "Neural architecture search: cells found by gradients, drawn when a trial has ended.",
        text: #"""
            # Each trial searches cells on Fashion-MNIST (--data names the folder with its four files) and prints
            # Best-Genotype=Genotype(…) in the end.
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata:
              name: architecture-search
            spec:
              objective:
                type: maximize
                objectiveMetricName: Retrained-Accuracy
                additionalMetricNames: [Validation-Accuracy, Train-Loss]
              algorithm:
                algorithmName: random
              parallelTrialCount: 1
              maxTrialCount: 4
              maxFailedTrialCount: 1
              parameters:
                - name: rate
                  parameterType: double
                  feasibleSpace: {min: "0.005", max: "0.02", distribution: logUniform}
                - name: seed
                  parameterType: int
                  feasibleSpace: {min: "1", max: "1000"}
              trialTemplate:
                trialParameters:
                  - {name: rate, reference: rate}
                  - {name: seed, reference: seed}
                trialSpec:
                  apiVersion: attune.dev/v1
                  kind: Process
                  command:
                    - attune
                    - nas
                    - search
                    - --data=fashion-mnist
                    - --shrink=2
                    - --architecture-rate=${trialParameters.rate}
                    - --seed=${trialParameters.seed}

            """#)
}
