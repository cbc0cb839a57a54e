#!/usr/bin/env python3
"""Asks a running server what a Katib controller asks, with the client code that Katib's own SDK generated.

usage: katib-client.py HOST:PORT [--quick]

Wants the Python packages kubeflow-katib and grpcio. Every algorithm gets parameters of every type; replies, codes and
messages are checked, and long histories are timed. Ends with 1 where anything is other than it should be.
"""

import json
import random
import sys
import time

import grpc
from kubeflow.katib import katib_api_pb2 as api
from kubeflow.katib import katib_api_pb2_grpc as services

ALGORITHMS = (
    "random grid tpe multivariate-tpe bayesianoptimization cmaes sobol hyperband pbt auto nsga2 nsga3 "
    "regularized-evolution local-search bananas successive-halving asha bohb freeze-thaw"
).split()
LADDERS = {"hyperband", "asha", "bohb", "successive-halving", "freeze-thaw"}
SPEEDY = ["random", "tpe", "bayesianoptimization", "cmaes", "grid", "sobol"]
failures = []


def check(holds, what):
    if not holds:
        failures.append(what)
        print("FAILED:", what)


def settings(pairs):
    return [api.AlgorithmSetting(name=name, value=value) for name, value in pairs]


def number(name, kind, low, high, step="", law=api.UNIFORM):
    space = api.FeasibleSpace(min=low, max=high, step=step, distribution=law)
    return api.ParameterSpec(name=name, parameter_type=kind, feasible_space=space)


def choice(name, kind, values):
    return api.ParameterSpec(name=name, parameter_type=kind, feasible_space=api.FeasibleSpace(list=values))


def experiment(algorithm, extra=(), trials=100_000, wide=False):
    """Parameters of all types; stepped where a grid wants steps."""
    own = {"pbt": [("suggestion_trial_dir", "/opt/c"), ("n_population", "10"), ("truncation_threshold", "0.2")]}
    pairs = own.get(algorithm, [])
    stepped = algorithm == "grid"
    parameters = [
        number("lr", api.DOUBLE, "0.01", "0.05", "0.0001" if stepped or wide else ""),
        number("decay", api.DOUBLE, "0.0001", "0.1", "0.01" if stepped else "", api.LOG_UNIFORM),
        number("layers", api.INT, "1", "32"),
        choice("units", api.DISCRETE, ["32", "64", "128"]),
        choice("optimizer", api.CATEGORICAL, ["sgd", "adam", "ftrl"]),
    ]
    if algorithm in LADDERS:
        pairs = [("r_l", "27"), ("resource_name", "epochs"), ("eta", "3")]
        parameters.append(number("epochs", api.INT, "1", "27"))
    return api.Experiment(
        name="campaign",
        spec=api.ExperimentSpec(
            parameter_specs=api.ExperimentSpec.ParameterSpecs(parameters=parameters),
            objective=api.ObjectiveSpec(type=api.MINIMIZE, objective_metric_name="loss"),
            algorithm=api.AlgorithmSpec(algorithm_name=algorithm, algorithm_settings=settings([*pairs, *extra])),
            parallel_trial_count=3,
            max_trial_count=trials,
        ),
    )


def moment(second):
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(1_750_000_000 + second))


class Controller:
    def __init__(self, stub, asked):
        self.stub, self.asked, self.trials, self.second, self.given = stub, asked, [], 0, 0
        self.random = random.Random(7)

    def request(self, count):
        return api.GetSuggestionsRequest(
            experiment=self.asked,
            trials=self.trials,
            current_request_number=count,
            total_request_number=self.given + count,
        )

    def ask(self, count):
        reply = self.stub.GetSuggestions(self.request(count), timeout=60)
        self.start(reply)
        return reply

    def start(self, reply):
        self.second += 1
        self.given += len(reply.parameter_assignments)
        for suggestion in reply.parameter_assignments:
            name = suggestion.trial_name or f"{self.asked.name}-{self.random.randrange(16**8):08x}"
            self.add(name, suggestion.assignments, api.TrialStatus.RUNNING)

    def add(self, name, assignments, condition):
        trial = api.Trial(
            name=name,
            spec=api.TrialSpec(
                objective=self.asked.spec.objective,
                parameter_assignments=api.TrialSpec.ParameterAssignments(assignments=assignments),
            ),
            status=api.TrialStatus(start_time=moment(self.second), condition=condition),
        )
        self.trials.append(trial)
        return trial

    def end(self):
        self.second += 1
        for trial in self.trials:
            if trial.status.condition == api.TrialStatus.RUNNING:
                self.finish(trial)

    def finish(self, trial):
        values = {one.name: one.value for one in trial.spec.parameter_assignments.assignments}
        loss = (float(values["lr"]) - 0.02) ** 2 * 1e3 + int(values["layers"]) / 100 + self.random.random() / 1e3
        trial.status.condition = api.TrialStatus.SUCCEEDED
        trial.status.completion_time = moment(self.second)
        trial.status.observation.metrics.append(api.Metric(name="loss", value=repr(loss)))

    def invent(self, count):
        """A history that somebody else has made, in the controller's own naming."""
        for index in range(count):
            values = {
                "lr": repr(round(self.random.randrange(401) * 0.0001 + 0.01, 4)),
                "decay": repr(round(self.random.randrange(10) * 0.01 + 0.0001, 6)),
                "layers": str(self.random.randint(1, 32)),
                "units": self.random.choice(["32", "64", "128"]),
                "optimizer": self.random.choice(["sgd", "adam", "ftrl"]),
            }
            if self.asked.spec.algorithm.algorithm_name in LADDERS:
                values["epochs"] = self.random.choice(["1", "3", "9", "27"])
            pairs = [api.ParameterAssignment(name=name, value=value) for name, value in values.items()]
            self.second = index // 3 * 2
            trial = self.add(f"campaign-{self.random.randrange(16**8):08x}", pairs, api.TrialStatus.RUNNING)
            self.second += 1
            self.finish(trial)
        self.given += count


def contains(parameter, text):
    space = parameter.feasible_space
    if parameter.parameter_type == api.INT:
        return int(space.min) <= int(text) <= int(space.max)
    if parameter.parameter_type == api.DOUBLE:
        return float(space.min) <= float(text) <= float(space.max)
    return text in space.list


def suggestions(stub):
    for algorithm in ALGORITHMS:
        asked = experiment(algorithm, trials=400 if algorithm == "grid" else 60)
        stub.ValidateAlgorithmSettings(api.ValidateAlgorithmSettingsRequest(experiment=asked))
        controller = Controller(stub, asked)
        for round_ in range(8):
            count = 1 + round_ % 3
            reply = controller.ask(count)
            check(len(reply.parameter_assignments) == count, f"{algorithm}: {count} suggestions")
            for suggestion in reply.parameter_assignments:
                parameters = asked.spec.parameter_specs.parameters
                names = [one.name for one in suggestion.assignments]
                check(names == [one.name for one in parameters], f"{algorithm}: names {names}")
                for parameter, one in zip(parameters, suggestion.assignments):
                    check(contains(parameter, one.value), f"{algorithm}: {one.name} = {one.value}")
            controller.end()
        check(len({trial.name for trial in controller.trials}) == len(controller.trials), f"{algorithm}: names differ")
    print(f"{len(ALGORITHMS)} algorithms: parameters of all types")


def network(algorithm, pairs=(), layers=3):
    def operation(kind, *parameters):
        return api.Operation(
            operation_type=kind, parameter_specs=api.Operation.ParameterSpecs(parameters=parameters)
        )

    sizes = choice("filter_size", api.CATEGORICAL, ["3", "5"])
    graph = api.GraphConfig(num_layers=layers, input_sizes=[32, 32, 3], output_sizes=[10])
    operations = [operation("separable_convolution", sizes), operation("convolution", sizes)]
    if algorithm != "darts":
        operations.append(operation("reduction", number("pool_size", api.INT, "2", "3", "1")))
    return api.Experiment(
        name="networks",
        spec=api.ExperimentSpec(
            objective=api.ObjectiveSpec(type=api.MAXIMIZE, objective_metric_name="accuracy"),
            algorithm=api.AlgorithmSpec(algorithm_name=algorithm, algorithm_settings=settings(pairs)),
            nas_config=api.NasConfig(
                graph_config=graph, operations=api.NasConfig.Operations(operation=operations)
            ),
            parallel_trial_count=2,
            max_trial_count=20,
        ),
    )


def architectures(stub):
    """What a trial's container does with each text: quotes replaced, read as JSON."""

    def read(assignments):
        return {one.name: json.loads(one.value.replace("'", '"')) for one in assignments}

    for algorithm in ["enas", "random", "tpe"]:
        asked = network(algorithm)
        stub.ValidateAlgorithmSettings(api.ValidateAlgorithmSettingsRequest(experiment=asked))
        controller = Controller(stub, asked)
        for _ in range(4):
            for suggestion in controller.ask(2).parameter_assignments:
                told = read(suggestion.assignments)
                layers, config = told["architecture"], told["nn_config"]
                check([len(layer) for layer in layers] == [1, 2, 3], f"{algorithm}: {layers}")
                used = {str(layer[0]) for layer in layers}
                check(set(config["embedding"]) == used, f"{algorithm}: {config['embedding']}")
            for trial in controller.trials:
                if trial.status.condition == api.TrialStatus.RUNNING:
                    trial.status.condition = api.TrialStatus.SUCCEEDED
                    trial.status.completion_time = moment(controller.second)
                    trial.status.observation.metrics.append(api.Metric(name="accuracy", value="0.5"))
    asked = network("darts", [("num_epochs", "1"), ("batch_size", "None")], layers=1)
    stub.ValidateAlgorithmSettings(api.ValidateAlgorithmSettingsRequest(experiment=asked))
    controller = Controller(stub, asked)
    for _ in range(3):
        for suggestion in controller.ask(2).parameter_assignments:
            told = read(suggestion.assignments)
            check(told["num-layers"] == 1, f"darts: {told}")
            check(told["search-space"][0] == "separable_convolution_3x3", f"darts: {told}")
            pair = told["algorithm-settings"]["num_epochs"], told["algorithm-settings"]["batch_size"]
            check(pair == ("1", None), f"darts: {told}")
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    for algorithm, pair, message in [
        ("darts", ("num_nodes", "0"), "num_nodes should be greater than or equal to one"),
        ("enas", ("controller_hidden_size", "x"), "Algorithm Setting controller_hidden_size must be int type"),
        ("enas", ("other", "1"), "Unknown Algorithm Setting name: other"),
    ]:
        request = api.ValidateAlgorithmSettingsRequest(experiment=network(algorithm, [pair]))
        refused(stub.ValidateAlgorithmSettings, request, invalid, message)
    print("architectures: enas, darts and others")


def refused(call, request, code, message):
    try:
        call(request)
        check(False, f"accepted, not refused with: {message}")
    except grpc.RpcError as error:
        check(error.code() == code and error.details() == message, f"{error.code()} {error.details()} for {message}")


def messages(stub, stopping):
    invalid = grpc.StatusCode.INVALID_ARGUMENT
    wanted = [
        ("random", ("random_state", "-1"), "random_state should be great or equal than zero"),
        ("random", ("other", "1"), "unknown setting other for algorithm random"),
        ("tpe", ("gamma", "1.5"), "gamma should be in the range of (0, 1)"),
        ("tpe", ("prior_weight", "-1"), "prior_weight should be great than zero"),
        ("tpe", ("n_EI_candidates", "0"), "n_EI_candidates should be great than zero"),
        ("bayesianoptimization", ("acq_func", "X"), "acq_func X is not supported in Bayesian optimization"),
        ("bayesianoptimization", ("n_initial_points", "-1"), "n_initial_points should be great or equal than zero"),
        ("hyperband", ("r_l", "-1"), "r_l must be a positive float number."),
        ("nobody", ("x", "1"), "unknown algorithm name nobody"),
    ]
    for algorithm, pair, message in wanted:
        asked = experiment(algorithm)
        kept = [one for one in asked.spec.algorithm.algorithm_settings if one.name != pair[0]]
        del asked.spec.algorithm.algorithm_settings[:]
        asked.spec.algorithm.algorithm_settings.extend([*kept, *settings([pair])])
        refused(
            stub.ValidateAlgorithmSettings, api.ValidateAlgorithmSettingsRequest(experiment=asked), invalid, message
        )
    bad = api.EarlyStoppingSpec(
        algorithm_name="medianstop",
        algorithm_settings=[api.EarlyStoppingSetting(name="min_trials_required", value="0")],
    )
    refused(
        stopping.ValidateEarlyStoppingSettings,
        api.ValidateEarlyStoppingSettingsRequest(early_stopping=bad),
        invalid,
        "min_trials_required must be greater than zero (>0)",
    )
    print(f"{len(wanted) + 1} refusals: codes and messages")


def observations(channel):
    db = services.DBManagerStub(channel)
    trial = f"campaign-{time.time_ns()}"
    log = api.ObservationLog(
        metric_logs=[
            api.MetricLog(time_stamp="2026-06-22T08:00:0%d.25+02:00" % index, metric=api.Metric(name="loss", value=value))
            for index, value in enumerate(["0.3", "unavailable", "0.1"])
        ]
    )
    db.ReportObservationLog(api.ReportObservationLogRequest(trial_name=trial, observation_log=log))
    read = db.GetObservationLog(api.GetObservationLogRequest(trial_name=trial))
    check(read.observation_log == log, "a log comes back as it was")
    db.DeleteObservationLog(api.DeleteObservationLogRequest(trial_name=trial))
    read = db.GetObservationLog(api.GetObservationLogRequest(trial_name=trial))
    check(not read.observation_log.metric_logs, "a deleted log is gone")
    print("observation logs: reported, read, deleted")


def milliseconds(stub, request):
    best = time.perf_counter()
    reply = stub.GetSuggestions(request, timeout=120)
    return reply, (time.perf_counter() - best) * 1e3


def speed(stub, quick):
    count = 500 if quick else 5_000
    print(f"\n{count} trials, ms        first    same again   3 more ended   share")
    for algorithm in SPEEDY:
        controller = Controller(stub, experiment(algorithm, trials=count + 100, wide=True))
        controller.invent(count)
        # The connection and the code that both calls share are warm.
        milliseconds(stub, Controller(stub, experiment(algorithm, wide=True)).request(1))
        reply, first = milliseconds(stub, controller.request(3))
        _, same = milliseconds(stub, controller.request(3))
        later = []
        for _ in range(5):
            controller.start(reply)
            controller.end()
            reply, one = milliseconds(stub, controller.request(3))
            later.append(one)
        median = sorted(later)[2]
        print(f"{algorithm:22} {first:9.1f} {same:12.1f} {median:14.1f} {median / first:8.3f}")
        if not quick:
            check(median < first / 10, f"{algorithm}: the next call costs {median / first:.3f} of the first")
    count = 1_000 if quick else 10_000
    print(f"\n{count} trials, ms        first     same again")
    for algorithm in ALGORITHMS:
        controller = Controller(stub, experiment(algorithm, trials=count + 100, wide=True))
        controller.invent(count)
        _, first = milliseconds(stub, controller.request(3))
        _, same = milliseconds(stub, controller.request(3))
        print(f"{algorithm:22} {first:9.1f} {same:12.1f}")
        check(first < 1_000, f"{algorithm}: {first:.0f} ms with {count} trials")


def main():
    address, quick = sys.argv[1], "--quick" in sys.argv
    channel = grpc.insecure_channel(address, options=[("grpc.max_send_message_length", -1)])
    stub, stopping = services.SuggestionStub(channel), services.EarlyStoppingStub(channel)
    suggestions(stub)
    architectures(stub)
    messages(stub, stopping)
    observations(channel)
    speed(stub, quick)
    print("\nfailures:", len(failures))
    sys.exit(1 if failures else 0)


main()
