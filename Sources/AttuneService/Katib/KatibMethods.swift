import AttuneCore
import AttuneProto
import AttuneStore
import SwiftProtobuf

/// Katib's protocol, `api.v1.beta1`, and the health protocol that its probes speak; see docs/katib.md.
struct KatibMethods: Sendable {
    private let catalogue: AlgorithmCatalogue
    private let desks: SuggestionDesks
    private let observations: KatibObservations
    private let stopping: KatibStopping

    init(
        catalogue: AlgorithmCatalogue, store: SQLiteStore,
        onReport: @escaping KatibObservations.ReportListener = { _, _ in }
    ) {
        self.catalogue = catalogue
        desks = SuggestionDesks(catalogue)
        observations = KatibObservations(store, onReport: onReport)
        stopping = KatibStopping(catalogue, store)
    }

    var methods: [Method] { suggestion + earlyStopping + dbManager + [health] }

    private var suggestion: [Method] {
        let service = "api.v1.beta1.Suggestion"
        let (catalogue, desks) = (catalogue, desks)
        return [
            Method(
                service, "GetSuggestions", .write, of: Api_V1_Beta1_GetSuggestionsRequest.self,
                Api_V1_Beta1_GetSuggestionsReply.self
            ) { try await desks.answer($0, for: $1.namespace) },
            Method(service, "ValidateAlgorithmSettings", .read) {
                (request: Api_V1_Beta1_ValidateAlgorithmSettingsRequest, _) in
                try KatibRefusals(catalogue).check(request.experiment)
                return Api_V1_Beta1_ValidateAlgorithmSettingsReply()
            },
        ]
    }

    private var earlyStopping: [Method] {
        let service = "api.v1.beta1.EarlyStopping"
        let stopping = stopping
        return [
            Method(service, "GetEarlyStoppingRules", .read) { (request, caller) in
                try await stopping.rules(request, for: caller.namespace)
            },
            Method(service, "SetTrialStatus", .write) { (request, caller) in
                try await stopping.note(request, for: caller.namespace)
            },
            Method(service, "ValidateEarlyStoppingSettings", .read) {
                (request: Api_V1_Beta1_ValidateEarlyStoppingSettingsRequest, _) in
                try stopping.check(AlgorithmSpec(request.earlyStopping))
                return Api_V1_Beta1_ValidateEarlyStoppingSettingsReply()
            },
        ]
    }

    private var dbManager: [Method] {
        let service = "api.v1.beta1.DBManager"
        let observations = observations
        return [
            Method(service, "ReportObservationLog", .write) { (request, caller) in
                try await observations.report(request, for: caller.namespace)
            },
            Method(service, "GetObservationLog", .read) { (request, caller) in
                try await observations.log(request, for: caller.namespace)
            },
            Method(service, "DeleteObservationLog", .write) { (request, caller) in
                try await observations.delete(request, for: caller.namespace)
            },
        ]
    }

    /// What Katib's services and probes call themselves by; the empty name is the server as a whole.
    private static let healthy: Set = [
        "", "grpc.health.v1.Health", "manager.v1beta1.Suggestion", "manager.v1beta1.EarlyStopping",
    ]

    /// The state now. It changes only when the service ends, and the stream with it.
    var streams: [StreamingMethod] {
        [
            StreamingMethod("grpc.health.v1.Health", "Watch", .read) {
                (request: Grpc_Health_V1_HealthCheckRequest, _, send) in
                let isKnown = KatibMethods.healthy.contains(request.service)
                try await send(
                    Grpc_Health_V1_HealthCheckResponse.with { $0.status = isKnown ? .serving : .serviceUnknown })
                while true { try await Task.sleep(for: .seconds(3_600)) }
            }
        ]
    }

    private var health: Method {
        Method("grpc.health.v1.Health", "Check", .read) { (request: Grpc_Health_V1_HealthCheckRequest, _) in
            guard KatibMethods.healthy.contains(request.service) else {
                throw ServiceError(.notFound, "there is no service \(request.service) here")
            }
            return Grpc_Health_V1_HealthCheckResponse.with { $0.status = .serving }
        }
    }
}
