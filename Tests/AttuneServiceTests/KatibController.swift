import AttuneAlgorithms
import AttuneCore
import AttuneProto
import AttuneStore
import Foundation
import SwiftProtobuf

@testable import AttuneService

/// Does with an experiment what Katib's controller does: sends the whole history, starts what it is told, sends more.
struct KatibController {
    var experiment: Api_V1_Beta1_Experiment
    var trials: [Api_V1_Beta1_Trial] = []
    /// Whether it takes the names that replies give.
    var keepsNames = true
    private var second = 0
    private var given = 0
    private var random: RandomSource

    init(_ experiment: Api_V1_Beta1_Experiment, seed: UInt64 = 1) {
        self.experiment = experiment
        random = RandomSource(seed: seed)
    }

    var time: String { KatibController.time(second) }

    static func time(_ second: Int) -> String {
        let minute = second / 60
        return String(format: "2026-06-22T%02d:%02d:%02dZ", 8 + minute / 60, minute % 60, second % 60)
    }

    func request(_ count: Int) -> Api_V1_Beta1_GetSuggestionsRequest {
        .with {
            $0.experiment = experiment
            $0.trials = trials
            $0.currentRequestNumber = Int32(count)
            $0.totalRequestNumber = Int32(given + count)
        }
    }

    /// Asks for so many suggestions, and starts them.
    @discardableResult
    mutating func ask(_ count: Int, of methods: KatibMethods) async throws -> Api_V1_Beta1_GetSuggestionsReply {
        let reply: Api_V1_Beta1_GetSuggestionsReply = try await methods.call(
            "Suggestion", "GetSuggestions", request(count))
        start(reply)
        return reply
    }

    mutating func start(_ reply: Api_V1_Beta1_GetSuggestionsReply) {
        second += 1
        given += reply.parameterAssignments.count
        for suggestion in reply.parameterAssignments {
            trials.append(
                .with {
                    $0.name =
                        keepsNames && !suggestion.trialName.isEmpty
                        ? suggestion.trialName : "\(experiment.name)-\(random.next() % 100_000_000)"
                    $0.spec.objective = experiment.spec.objective
                    $0.spec.parameterAssignments.assignments = suggestion.assignments
                    $0.status.startTime = time
                    $0.status.condition = .running
                })
        }
    }

    /// Ends running trials, the first ones first.
    mutating func end(_ count: Int = .max, as condition: Api_V1_Beta1_TrialStatus.TrialConditionType = .succeeded) {
        second += 1
        for index in trials.indices.filter({ trials[$0].status.condition == .running }).prefix(count) {
            trials[index].status.condition = condition
            trials[index].status.completionTime = time
            guard condition == .succeeded || condition == .earlystopped else { continue }
            trials[index].status.observation.metrics = [
                .with {
                    $0.name = experiment.spec.objective.objectiveMetricName
                    $0.value = KatibController.value(of: trials[index]).text
                }
            ]
        }
    }

    /// A bowl over the numbers, with a choice's length on top.
    static func value(of trial: Api_V1_Beta1_Trial) -> Double {
        trial.spec.parameterAssignments.assignments.reduce(0) { sum, assignment in
            sum + (Double(assignment.value).map { ($0 - 0.3) * ($0 - 0.3) } ?? Double(assignment.value.count))
        }
    }

    /// Asks and ends in turn.
    mutating func run(_ rounds: Int, of parallel: Int = 3, with methods: KatibMethods) async throws {
        for _ in 0..<rounds {
            try await ask(parallel, of: methods)
            end()
        }
    }
}

extension KatibMethods {
    init(_ store: TemporaryStore) { self.init(catalogue: .standard, store: store.store) }

    func call<Reply: Message>(
        _ service: String, _ name: String, _ request: some Message, in namespace: String = "default",
        as format: Method.Format = .protobuf
    ) async throws -> Reply {
        let full = service == "Health" ? "grpc.health.v1.Health" : "api.v1.beta1.\(service)"
        guard let method = methods.first(where: { $0.service == full && $0.name == name }) else {
            throw AttuneError("there is no method \(full)/\(name)")
        }
        let bytes: [UInt8] = format == .protobuf ? try request.serializedBytes() : try request.jsonUTF8Bytes()
        let reply = try await method.answer(bytes, format, Caller(namespace: namespace))
        return format == .protobuf ? try Reply(serializedBytes: reply) : try Reply(jsonUTF8Bytes: reply)
    }

    /// What a call was refused with; nil where it was not.
    func refusal(
        _ service: String, _ name: String, _ request: some Message
    ) async -> ServiceError? {
        do {
            let _: Google_Protobuf_Empty = try await call(service, name, request)
            return nil
        } catch {
            return ServiceError(error)
        }
    }
}

extension Api_V1_Beta1_Experiment {
    /// An experiment with a parameter of every type, but those that `algorithm` cannot search.
    static func sample(
        _ algorithm: String, _ settings: [(String, String)] = [], types: [Api_V1_Beta1_ParameterType]? = nil
    ) -> Self {
        .with {
            $0.name = "sample"
            $0.spec.objective = .with {
                ($0.type, $0.objectiveMetricName) = (.minimize, "loss")
            }
            $0.spec.algorithm.algorithmName = algorithm
            let needed: [(String, String)] =
                switch algorithm {
                case "hyperband", "asha", "bohb", "successive-halving", "freeze-thaw":
                    [("r_l", "9"), ("resource_name", "epochs"), ("eta", "3")]
                case "pbt":
                    [
                        ("suggestion_trial_dir", "/opt/checkpoints"), ("n_population", "5"),
                        ("truncation_threshold", "0.2"),
                    ]
                default: []
                }
            $0.spec.algorithm.algorithmSettings = (needed + settings).map { setting in
                .with { ($0.name, $0.value) = setting }
            }
            $0.spec.parameterSpecs.parameters = (types ?? [.double, .int, .discrete, .categorical]).map {
                .sample($0, isStepped: algorithm == "grid")
            }
            if needed.contains(where: { $0.0 == "resource_name" }) {
                $0.spec.parameterSpecs.parameters.append(.range("epochs", .int, "1", "9"))
            }
            $0.spec.parallelTrialCount = 3
            $0.spec.maxTrialCount = 24
        }
    }
}

extension Api_V1_Beta1_ParameterSpec {
    static func range(
        _ name: String, _ type: Api_V1_Beta1_ParameterType, _ low: String, _ high: String, step: String = "",
        _ distribution: Api_V1_Beta1_Distribution = .uniform
    ) -> Self {
        .with {
            ($0.name, $0.parameterType) = (name, type)
            $0.feasibleSpace = .with {
                ($0.min, $0.max, $0.step, $0.distribution) = (low, high, step, distribution)
            }
        }
    }

    static func list(_ name: String, _ type: Api_V1_Beta1_ParameterType, _ values: String...) -> Self {
        .with {
            ($0.name, $0.parameterType) = (name, type)
            $0.feasibleSpace.list = values
        }
    }

    static func sample(_ type: Api_V1_Beta1_ParameterType, isStepped: Bool) -> Self {
        switch type {
        case .double: .range("rate", .double, "0.01", "0.05", step: isStepped ? "0.01" : "")
        case .int: .range("layers", .int, "1", "5")
        case .discrete: .list("units", .discrete, "32", "64", "128")
        default: .list("optimizer", .categorical, "sgd", "adam", "ftrl")
        }
    }

    /// Whether a value is one of the parameter's.
    func contains(_ value: String) -> Bool {
        switch parameterType {
        case .double: (Double(feasibleSpace.min)!...Double(feasibleSpace.max)!).contains(Double(value) ?? .nan)
        case .int: (Int(feasibleSpace.min)!...Int(feasibleSpace.max)!).contains(Int(value) ?? .min)
        default: feasibleSpace.list.contains(value)
        }
    }
}
