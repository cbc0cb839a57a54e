import AttuneProto
import Foundation
import SwiftProtobuf

/// How many requests a running service answers: the empty method, and durable asks and tells, over gRPC and as JSON over
/// HTTP, from the same number of clients. Prints one line for each.
///
///     attune-service-benchmark HTTP-PORT GRPC-PORT [CLIENTS] [SECONDS]
@main
enum ServiceBenchmark {
    static func main() async throws {
        let arguments = CommandLine.arguments.dropFirst().compactMap { Int($0) }
        guard arguments.count >= 2 else {
            let usage = "usage: attune-service-benchmark HTTP-PORT GRPC-PORT [CLIENTS] [SECONDS]\n"
            FileHandle.standardError.write(Data(usage.utf8))
            exit(2)
        }
        let clients = arguments.count > 2 ? arguments[2] : 64
        let seconds = arguments.count > 3 ? Double(arguments[3]) : 5
        try await measure("http", HTTPCalls(port: arguments[0]), clients, seconds)
        let grpc = try await GRPCCalls.connected(port: arguments[1])
        try await measure("grpc", grpc, clients, seconds)
        await grpc.close()
    }

    private static func measure(
        _ transport: String, _ calls: any Calls, _ clients: Int, _ seconds: Double
    ) async throws {
        let load = Load(calls: calls, clients: clients, seconds: seconds)
        let empty = try await load.rate { _ in
            { connection in
                let _: Attune_V1_PingReply = try await connection.call("Server", "Ping", Attune_V1_PingRequest())
                return 1
            }
        }
        let name = "load-\(transport)-\(UUID().uuidString.prefix(8).lowercased())"
        try await createExperiment(named: name, over: calls, parallel: clients)
        let durable = try await load.rate { _ in
            { connection in
                try await askAndTell(name, connection)
                return 2
            }
        }
        print(
            "\(transport): \(clients) clients  empty \(Int(empty))/s  ask and tell \(Int(durable))/s "
                + "(\(Int(durable / 2)) round trips/s)  ratio \(String(format: "%.2f", durable / empty))")
    }
}

func createExperiment(named name: String, over calls: any Calls, parallel: Int) async throws {
    let connection = try await calls.connect()
    let request = Attune_V1_CreateExperimentRequest.with {
        $0.text = """
            apiVersion: kubeflow.org/v1beta1
            kind: Experiment
            metadata: {name: \(name)}
            spec:
              objective: {type: minimize, objectiveMetricName: loss}
              algorithm: {algorithmName: random}
              parallelTrialCount: \(parallel)
              parameters:
              - {name: lr, parameterType: double, feasibleSpace: {min: "0.0001", max: "0.1", distribution: logUniform}}
              - {name: units, parameterType: int, feasibleSpace: {min: "16", max: "1024"}}
              - {name: optimizer, parameterType: categorical, feasibleSpace: {list: [adam, sgd, rmsprop]}}
            """
    }
    let _: Attune_V1_Experiment = try await connection.call("Experiments", "CreateExperiment", request)
}

@Sendable func askAndTell(_ name: String, _ connection: any Connection) async throws {
    let reply: Attune_V1_AskReply = try await connection.call(
        "Trials", "Ask",
        Attune_V1_AskRequest.with {
            $0.experiment = name
            $0.requestID = UUID().uuidString
        })
    guard let trial = reply.trials.first else { throw Unexpected("no trial: \(reply.message)") }
    let _: Attune_V1_TellReply = try await connection.call(
        "Trials", "Tell",
        Attune_V1_TellRequest.with {
            $0.experiment = name
            $0.trial = trial.number
            $0.attempt = trial.attempt
            $0.metrics = ["loss": Double(trial.number)]
            $0.requestID = UUID().uuidString
        })
}

struct Unexpected: Error, CustomStringConvertible {
    let description: String
    init(_ description: String) { self.description = description }
}
