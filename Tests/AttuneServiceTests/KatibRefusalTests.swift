import AttuneAlgorithms
import AttuneCore
import AttuneProto
import SwiftProtobuf
import Testing

@testable import AttuneService

/// What Katib's services say, word for word.
struct KatibRefusalTests {
    private let methods: KatibMethods

    init() throws { methods = KatibMethods(try TemporaryStore()) }

    private func refusal(_ experiment: Api_V1_Beta1_Experiment) async -> ServiceError? {
        await methods.refusal(
            "Suggestion", "ValidateAlgorithmSettings",
            Api_V1_Beta1_ValidateAlgorithmSettingsRequest.with { $0.experiment = experiment })
    }

    @Test(arguments: everyAlgorithm)
    func `sound experiments of every algorithm are accepted`(algorithm: String) async {
        #expect(await refusal(.sample(algorithm)) == nil)
    }

    @Test(arguments: [
        ("random", "random_state", "-1", "random_state should be great or equal than zero"),
        ("random", "gama", "1", "unknown setting gama for algorithm random"),
        ("tpe", "gamma", "1.5", "gamma should be in the range of (0, 1)"),
        ("tpe", "prior_weight", "0", "prior_weight should be great than zero"),
        ("tpe", "n_EI_candidates", "0", "n_EI_candidates should be great than zero"),
        (
            "bayesianoptimization", "base_estimator", "SVM",
            "base_estimator SVM is not supported in Bayesian optimization"
        ),
        ("bayesianoptimization", "n_initial_points", "-1", "n_initial_points should be great or equal than zero"),
        ("bayesianoptimization", "acq_func", "UCB", "acq_func UCB is not supported in Bayesian optimization"),
        (
            "bayesianoptimization", "acq_optimizer", "adam",
            "acq_optimizer adam is not supported in Bayesian optimization"
        ),
        ("simulated-annealing", "x", "1", "unknown algorithm name simulated-annealing"),
    ])
    func `settings are refused in Katib's words`(
        algorithm: String, name: String, value: String, message: String
    ) async throws {
        let refusal = try #require(await refusal(.sample(algorithm, [(name, value)])))
        #expect(refusal.code == .invalidArgument)
        #expect(refusal.message == message)
    }

    @Test func `a setting that is no number is named with its value`() async throws {
        let refusal = try #require(await refusal(.sample("random", [("random_state", "many")])))
        #expect(refusal.message.hasPrefix("failed to validate random_state(many): "))
    }

    @Test func `tpe takes the settings of both libraries`() async {
        let settings = [
            ("gamma", "0.25"), ("prior_weight", "1.1"), ("n_EI_candidates", "25"), ("random_state", "10"),
            ("n_startup_trials", "5"),
        ]
        #expect(await refusal(.sample("tpe", settings)) == nil)
        #expect(await refusal(.sample("tpe", [("n_ei_candidates", "12")])) == nil)
    }

    @Test(arguments: ["cmaes", "sobol"])
    func `what Katib passes over is passed over`(algorithm: String) async throws {
        let experiment = Api_V1_Beta1_Experiment.sample(algorithm, [("whatever", "1")])
        #expect(await refusal(experiment) == nil)
        var controller = KatibController(experiment)
        #expect(try await controller.ask(2, of: methods).parameterAssignments.count == 2)
    }

    @Test func `Hyperband wants its resource`() async throws {
        func message(_ settings: (String, String)...) async -> String? {
            var experiment = Api_V1_Beta1_Experiment.sample("random")
            experiment.spec.algorithm = .with {
                $0.algorithmName = "hyperband"
                $0.algorithmSettings = settings.map { setting in .with { ($0.name, $0.value) = setting } }
            }
            return await refusal(experiment)?.message
        }
        #expect(await message(("r_l", "9")) == "r_l and resource_name must be set.")
        #expect(await message(("resource_name", "layers")) == "r_l and resource_name must be set.")
        #expect(await message(("r_l", "-1"), ("resource_name", "layers")) == "r_l must be a positive float number.")
        #expect(await message(("r_l", "some"), ("resource_name", "layers")) == "r_l must be a positive float number.")
        let unknown = "value of resource_name setting must be in parameters."
        #expect(await message(("r_l", "9"), ("resource_name", "epochs")) == unknown)
        #expect(await message(("r_l", "4"), ("resource_name", "layers"), ("eta", "2")) == nil)
    }

    @Test func `a population wants its parameters`() async throws {
        var experiment = Api_V1_Beta1_Experiment.sample("pbt")
        experiment.spec.algorithm.algorithmSettings.removeLast()
        #expect(await refusal(experiment)?.message == "Required params missing: truncation_threshold")
        experiment = .sample("pbt")
        experiment.spec.algorithm.algorithmSettings[1].value = "4"
        #expect(await refusal(experiment)?.message == "Param(n_population) should be >= 5")
        experiment = .sample("pbt")
        experiment.spec.algorithm.algorithmSettings[2].value = "1.1"
        #expect(
            await refusal(experiment)?.message == "Param(truncation_threshold) should be between 0 and 1, inclusive")
        #expect(await refusal(.sample("pbt", [("resample_probability", "0.5")])) == nil)
    }

    @Test func `a grid wants steps and enough points`() async throws {
        var experiment = Api_V1_Beta1_Experiment.sample("grid", types: [.double])
        experiment.spec.maxTrialCount = 6
        let tooMany = "Max Trial Count: 6 > all possible search combinations: 5"
        #expect(await refusal(experiment)?.message == tooMany)
        experiment.spec.parameterSpecs.parameters[0].feasibleSpace.step = ""
        let message = try #require(await refusal(experiment)?.message)
        #expect(message.hasPrefix("Param rate step is nil"))
    }

    @Test func `CMA-ES wants two dimensions`() async throws {
        let message = "CMA-ES only supports two or more dimensional continuous search space."
        #expect(await refusal(.sample("cmaes", types: [.double, .categorical]))?.message == message)
    }

    @Test func `a parameter is named once`() async throws {
        var experiment = Api_V1_Beta1_Experiment.sample("sobol")
        experiment.spec.parameterSpecs.parameters.append(experiment.spec.parameterSpecs.parameters[0])
        #expect(await refusal(experiment)?.message == "Detect duplicated parameter name: rate")
    }

    @Test func `settings alone can be validated`() async {
        var experiment = Api_V1_Beta1_Experiment.sample("random", types: [])
        #expect(await refusal(experiment) == nil)
        experiment = .sample("tpe", [("gamma", "2")], types: [])
        #expect(await refusal(experiment)?.message == "gamma should be in the range of (0, 1)")
    }

    @Test func `what is wrong with the space names the field`() async throws {
        var experiment = Api_V1_Beta1_Experiment.sample("random", types: [.double])
        experiment.spec.parameterSpecs.parameters[0].feasibleSpace.min = "1"
        let refusal = try #require(await refusal(experiment))
        #expect(refusal.message.contains("spec.parameters[0].feasibleSpace.min"))
        #expect(!refusal.problems.isEmpty)
    }

    // MARK: Early stopping

    private func stoppingRefusal(_ name: String, _ settings: (String, String)...) async -> String? {
        await methods.refusal(
            "EarlyStopping", "ValidateEarlyStoppingSettings",
            Api_V1_Beta1_ValidateEarlyStoppingSettingsRequest.with {
                $0.earlyStopping.algorithmName = name
                $0.earlyStopping.algorithmSettings = settings.map { setting in
                    .with { ($0.name, $0.value) = setting }
                }
            })?.message
    }

    @Test func `early stopping is refused in Katib's words`() async {
        #expect(await stoppingRefusal("medianstop", ("min_trials_required", "1"), ("start_step", "2")) == nil)
        #expect(
            await stoppingRefusal("medianstop", ("min_trials_required", "0"))
                == "min_trials_required must be greater than zero (>0)")
        #expect(
            await stoppingRefusal("medianstop", ("start_step", "0"))
                == "start_step must be greater or equal than one (>=1)")
        #expect(
            await stoppingRefusal("medianstop", ("patience", "1"))
                == "unknown setting patience for algorithm medianstop")
        #expect(await stoppingRefusal("meanstop") == "unknown algorithm name meanstop")
        #expect(await stoppingRefusal("patience")?.contains("use medianstop, percentile, threshold") == true)
        #expect(await stoppingRefusal("threshold", ("lower", "1")) == nil)
        #expect(await stoppingRefusal("threshold", ("lower", "1"), ("upper", "2")) != nil)
        #expect(await stoppingRefusal("percentile", ("interval", "2")) != nil)
    }
}
