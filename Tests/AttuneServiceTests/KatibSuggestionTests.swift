import AttuneAlgorithms
import AttuneCore
import AttuneProto
import SwiftProtobuf
import Testing

@testable import AttuneService

/// But those that search nothing but architectures.
let everyAlgorithm = AlgorithmCatalogue.standard.algorithms.map(\.name).filter { !["darts", "enas"].contains($0) }

struct KatibSuggestionTests {
    private let store: TemporaryStore
    private let methods: KatibMethods

    init() throws {
        store = try TemporaryStore()
        methods = KatibMethods(store)
    }

    private func reply(
        to controller: KatibController, _ count: Int, of methods: KatibMethods? = nil
    ) async throws -> Api_V1_Beta1_GetSuggestionsReply {
        try await (methods ?? self.methods).call("Suggestion", "GetSuggestions", controller.request(count))
    }

    /// What a server says that has seen nothing.
    private func coldReply(to controller: KatibController, _ count: Int) async throws
        -> Api_V1_Beta1_GetSuggestionsReply
    {
        try await reply(to: controller, count, of: KatibMethods(store))
    }

    @Test(arguments: everyAlgorithm)
    func `every reply has as many suggestions as were asked for, all of the space`(algorithm: String) async throws {
        var controller = KatibController(.sample(algorithm))
        for round in 0..<12 {
            let count = 1 + round % 4
            let reply = try await controller.ask(count, of: methods)
            #expect(reply.parameterAssignments.count == count)
            for suggestion in reply.parameterAssignments {
                let parameters = controller.experiment.spec.parameterSpecs.parameters
                #expect(suggestion.assignments.map(\.name) == parameters.map(\.name))
                for (parameter, assignment) in zip(parameters, suggestion.assignments) {
                    #expect(parameter.contains(assignment.value), "\(parameter.name) = \(assignment.value)")
                }
            }
            controller.end(round % 3 + 1, as: round % 5 == 4 ? .failed : .succeeded)
        }
        #expect(Set(controller.trials.map(\.name)).count == controller.trials.count)
        #expect(controller.trials.allSatisfy { $0.name.count <= 63 })
    }

    @Test(arguments: everyAlgorithm, [Api_V1_Beta1_ParameterType.double, .int, .discrete, .categorical])
    func `every algorithm searches parameters of one type`(
        algorithm: String, type: Api_V1_Beta1_ParameterType
    ) async throws {
        var experiment = Api_V1_Beta1_Experiment.sample(algorithm, types: [type])
        let isOrdered = type == .double || type == .int
        if algorithm == "cmaes" {
            guard isOrdered else { return }
            experiment.spec.parameterSpecs.parameters.append(.range("other", type, "1", "4"))
        }
        experiment.spec.maxTrialCount = 3
        var controller = KatibController(experiment)
        try await controller.run(3, of: 2, with: methods)
        #expect(controller.trials.count == 6)
    }

    @Test(arguments: everyAlgorithm)
    func `a server that was there all the time and one that has just begun give the same`(
        algorithm: String
    ) async throws {
        var controller = KatibController(.sample(algorithm))
        for round in 0..<14 {
            let warm = try await reply(to: controller, 3)
            let cold = try await coldReply(to: controller, 3)
            #expect(warm == cold, "round \(round)")
            controller.start(warm)
            controller.end(round % 2 == 0 ? 2 : 4, as: round % 4 == 3 ? .earlystopped : .succeeded)
        }
    }

    @Test(arguments: everyAlgorithm)
    func `the order in which trials are listed does not matter`(algorithm: String) async throws {
        var controller = KatibController(.sample(algorithm))
        try await controller.run(6, with: methods)
        let straight = try await reply(to: controller, 2)
        var random = RandomSource(seed: 5)
        controller.trials.shuffle(using: &random)
        #expect(try await reply(to: controller, 2) == straight)
        #expect(try await coldReply(to: controller, 2) == straight)
    }

    @Test(arguments: everyAlgorithm)
    func `trials of other names and of other spaces do no harm`(algorithm: String) async throws {
        var controller = KatibController(.sample(algorithm))
        controller.keepsNames = false
        try await controller.run(3, with: methods)
        for (index, value) in ["7", "nonsense", "", "-1e300", "nan"].enumerated() {
            var trial = controller.trials[index]
            trial.name = "stranger-\(index)"
            trial.spec.parameterAssignments.assignments = controller.trials[index].spec.parameterAssignments.assignments
                .map { assignment in .with { ($0.name, $0.value) = (assignment.name, value) } }
            controller.trials.append(trial)
        }
        controller.trials.append(.with { $0.name = "empty" })
        controller.trials.append(controller.trials[0])
        let warm = try await reply(to: controller, 3)
        #expect(warm.parameterAssignments.count == 3)
        #expect(try await coldReply(to: controller, 3) == warm)
    }

    @Test(arguments: everyAlgorithm)
    func `two calls in quick succession give different points`(algorithm: String) async throws {
        var controller = KatibController(.sample(algorithm))
        try await controller.run(4, with: methods)
        let first = try await reply(to: controller, 2)
        // The controller has taken those two, and does not list them yet.
        var later = controller
        later.start(first)
        let request = later.request(1)
        var early = controller.request(1)
        early.totalRequestNumber = request.totalRequestNumber
        let second: Api_V1_Beta1_GetSuggestionsReply = try await methods.call("Suggestion", "GetSuggestions", early)
        #expect(!first.parameterAssignments.map(\.trialName).contains(second.parameterAssignments[0].trialName))
        #expect(try await reply(to: later, 1) == second)
    }

    @Test func `a space that was tried completely is tried again, in order`() async throws {
        var experiment = Api_V1_Beta1_Experiment.sample("grid", types: [.categorical])
        experiment.spec.maxTrialCount = 3
        var controller = KatibController(experiment)
        try await controller.run(3, with: methods)
        let values = controller.trials.map { $0.spec.parameterAssignments.assignments[0].value }
        #expect(values == ["sgd", "adam", "ftrl", "sgd", "adam", "ftrl", "sgd", "adam", "ftrl"])
    }

    @Test func `a trial that is never listed is not proposed over and over`() async throws {
        var controller = KatibController(.sample("grid", types: [.int]))
        controller.experiment.spec.maxTrialCount = 5
        try await controller.ask(1, of: methods)
        controller.end()
        try await controller.ask(1, of: methods)
        // It brought no metrics, so the controller leaves it out.
        controller.trials.removeLast()
        try await controller.run(2, of: 1, with: methods)
        #expect(controller.trials.map { $0.spec.parameterAssignments.assignments[0].value } == ["1", "3", "4"])
    }

    @Test func `Hyperband runs every rung, whatever runs at once`() async throws {
        var controller = KatibController(.sample("hyperband", types: [.double]))
        controller.experiment.spec.maxTrialCount = 13
        try await controller.run(5, of: 3, with: methods)
        let levels = controller.trials.prefix(13).map { $0.spec.parameterAssignments.assignments[1].value }
        #expect(levels.filter { $0 == "1" }.count == 9)
        #expect(levels.filter { $0 == "3" }.count == 3)
        #expect(levels.filter { $0 == "9" }.count == 1)
        let best = controller.trials.prefix(9).min { KatibController.value(of: $0) < KatibController.value(of: $1) }
        let top = controller.trials.prefix(13).first { $0.spec.parameterAssignments.assignments[1].value == "9" }
        #expect(top?.spec.parameterAssignments.assignments[0] == best?.spec.parameterAssignments.assignments[0])
    }

    @Test func `Katib's own example of Hyperband, whose resource has one value, runs`() async throws {
        var experiment = Api_V1_Beta1_Experiment.sample("random", types: [.double])
        experiment.spec.parameterSpecs.parameters.append(.range("num-epochs", .int, "1", "1"))
        experiment.spec.algorithm = .with {
            $0.algorithmName = "hyperband"
            $0.algorithmSettings = [("resource_name", "num-epochs"), ("eta", "2"), ("r_l", "2")].map { setting in
                .with { ($0.name, $0.value) = setting }
            }
        }
        experiment.spec.parallelTrialCount = 2
        experiment.spec.maxTrialCount = 2
        var controller = KatibController(experiment)
        let reply = try await controller.ask(2, of: methods)
        #expect(reply.algorithm == experiment.spec.algorithm)
        controller.end()
        let next = try await controller.ask(2, of: methods)
        #expect(next.parameterAssignments[0].assignments[1].value == "2")
    }

    @Test(arguments: ["asha", "bohb", "freeze-thaw", "successive-halving"])
    func `trials get on to higher levels`(algorithm: String) async throws {
        var controller = KatibController(.sample(algorithm, types: [.double]))
        try await controller.run(16, with: methods)
        let levels = Set(controller.trials.map { $0.spec.parameterAssignments.assignments[1].value })
        #expect(levels == ["1", "3", "9"])
    }

    @Test func `a population's replies carry Katib's labels and names`() async throws {
        var controller = KatibController(.sample("pbt", types: [.double]))
        var parents = 0
        for _ in 0..<8 {
            let known = Set(controller.trials.map(\.name))
            let reply = try await controller.ask(3, of: methods)
            for suggestion in reply.parameterAssignments {
                let labels = suggestion.labels
                let generation = labels["pbt.suggestion.katib.kubeflow.org/generation"].flatMap { Int($0) }
                let parent = labels["pbt.suggestion.katib.kubeflow.org/parent"]
                #expect(generation != nil)
                #expect((parent == nil) == (generation == 0))
                if let parent {
                    #expect(known.contains(parent))
                    parents += 1
                }
                #expect(suggestion.trialName.hasPrefix("sample-"))
            }
            controller.end()
        }
        #expect(parents > 10)
    }

    @Test func `CMA-ES finds its own draws again in names alone`() async throws {
        var experiment = Api_V1_Beta1_Experiment.sample("cmaes", [("random_state", "3")], types: [])
        experiment.spec.parameterSpecs.parameters = [
            .range("x", .double, "-5", "5"), .range("y", .double, "-5", "5"),
        ]
        var named = KatibController(experiment)
        try await named.run(50, with: methods)
        let best = named.trials.map(KatibController.value).min() ?? .infinity
        #expect(best < 1e-3, "\(best)")
    }

    @Test func `experiments of one name in two namespaces share nothing`() async throws {
        var controller = KatibController(.sample("tpe"))
        try await controller.run(3, with: methods)
        let request = controller.request(2)
        let a: Api_V1_Beta1_GetSuggestionsReply = try await methods.call("Suggestion", "GetSuggestions", request)
        var other = request
        other.trials = []
        other.totalRequestNumber = 2
        let b: Api_V1_Beta1_GetSuggestionsReply = try await methods.call(
            "Suggestion", "GetSuggestions", other, in: "elsewhere")
        #expect(a != b)
        let again: Api_V1_Beta1_GetSuggestionsReply = try await methods.call("Suggestion", "GetSuggestions", request)
        #expect(again == a)
    }

    @Test func `many calls at once give what one after the other do`() async throws {
        var controller = KatibController(.sample("tpe"))
        try await controller.run(5, with: methods)
        let request = controller.request(2)
        let fresh = KatibMethods(store)
        let expected = try await reply(to: controller, 2)
        try await withThrowingTaskGroup(of: Api_V1_Beta1_GetSuggestionsReply.self) { group in
            for index in 0..<24 {
                var request = request
                if index % 3 == 1 { request.trials.removeLast(index % 5) }
                let sent = request
                group.addTask { try await fresh.call("Suggestion", "GetSuggestions", sent) }
            }
            for try await reply in group { #expect(reply.parameterAssignments.count == 2) }
        }
        #expect(try await reply(to: controller, 2, of: fresh) == expected)
    }

    @Test func `JSON gives what protobuf gives`() async throws {
        var controller = KatibController(.sample("random"))
        try await controller.run(2, with: methods)
        let binary = try await reply(to: controller, 2)
        let json: Api_V1_Beta1_GetSuggestionsReply = try await methods.call(
            "Suggestion", "GetSuggestions", controller.request(2), as: .json)
        #expect(json == binary)
    }

    @Test func `bytes that are no request are refused`() async throws {
        let sound: [UInt8] = try KatibController(.sample("random")).request(2).serializedBytes()
        let method = try #require(methods.methods.first { $0.name == "GetSuggestions" })
        var random = RandomSource(seed: 9)
        for _ in 0..<2_000 {
            var bytes = Array(sound.prefix(random.below(sound.count) + 1))
            for _ in 0..<random.below(4) { bytes[random.below(bytes.count)] = UInt8(truncatingIfNeeded: random.next()) }
            do {
                _ = try await method.answer(bytes, .protobuf, Caller())
            } catch {
                #expect([.invalidArgument, .resourceExhausted].contains(ServiceError(error).code), "\(error)")
            }
        }
    }
}

struct KatibTrialNameTests {
    private let tried = [("x", "0.1"), ("y", "adam")]

    @Test(
        arguments: ["sample", "a", "an-experiment-with-a-name-of-forty-letters", "Upper.case_and more", "", "9lives"],
        [true, false])
    func `a name is read back, and is a DNS label`(experiment: String, isOfPopulation: Bool) throws {
        var name = KatibTrialName(position: 12_345)
        name.parent = 12_001
        name.labels =
            isOfPopulation
            ? [KatibTrialName.generation: "1200", KatibTrialName.member: "39"] : ["bracket": "1200"]
        name.rung = isOfPopulation ? nil : 3
        let text = name.text(of: experiment, tried)
        #expect(text.wholeMatch(of: /[a-z]([-a-z0-9]*[a-z0-9])?/) != nil, "\(text)")
        #expect(text.utf8.count <= 63, "\(text)")
        #expect(KatibTrialName(text, of: experiment, tried) == name)
        #expect(KatibTrialName(text, of: experiment, tried.reversed()) == name)
    }

    @Test func `a name of ours says nothing of a trial that tries something else`() {
        let text = KatibTrialName(position: 1).text(of: "sample", tried)
        #expect(KatibTrialName(text, of: "sample", [("x", "0.2"), ("y", "adam")]) == nil)
        #expect(KatibTrialName(text, of: "example", tried) == nil)
    }

    @Test(arguments: [
        "sample-abcd1234", "sample-x1234567", "sample-1", "sample-1-xaaaa", "sample", "", "-x", "sample--x",
    ])
    func `names of others are none of ours`(text: String) {
        #expect(KatibTrialName(text, of: "sample", tried) == nil)
    }
}
