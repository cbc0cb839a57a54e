import AttuneAlgorithms
import AttuneCore
import AttuneProto
import SwiftProtobuf

/// `attune.v1.Server`: who is asked, and what it knows.
struct ServerMethods: Sendable {
    let catalogue: AlgorithmCatalogue

    var methods: [Method] {
        [
            Method("attune.v1.Server", "Ping", .read) { (_: Attune_V1_PingRequest, _) in Attune_V1_PingReply() },
            Method("attune.v1.Server", "GetInfo", .read) { (_: Attune_V1_GetInfoRequest, caller) in
                Attune_V1_GetInfoReply.with {
                    $0.version = attuneVersion
                    $0.algorithms = catalogue.algorithms.map(\.name)
                    $0.stoppingRules = catalogue.stoppingRules.map(\.name)
                    $0.namespace = caller.namespace
                    $0.scope = caller.scope.rawValue
                }
            },
        ]
    }
}
