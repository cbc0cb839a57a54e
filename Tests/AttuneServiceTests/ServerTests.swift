import AttuneProto
import AttuneService
import GRPCCore
import Testing

struct ServerTests {
    @Test func `a method answers on its path over both transports`() async throws {
        try await RunningServer.with { server in
            let reply = try await server.post("/attune.v1.Server/GetInfo", "{}")
            #expect(reply.status == 200)
            #expect(reply.headers["content-type"] == "application/json")
            #expect(reply.body.contains("\"namespace\":\"default\""))
            let info: Attune_V1_GetInfoReply = try await server.call(
                "/attune.v1.Server/GetInfo", Attune_V1_GetInfoRequest())
            #expect(info.namespace == "default")
            #expect(info.algorithms.contains("tpe"))
        }
    }

    @Test func `what is nowhere is not found`() async throws {
        try await RunningServer.with { server in
            let missing = try await server.post("/attune.v1.Server/Nothing", "{}")
            #expect(missing.status == 404)
            let refusal = await #expect(throws: RPCError.self) {
                _ = try await server.rawCall("/attune.v1.Server/Nothing", [])
            }
            #expect(refusal?.code == .unimplemented)
        }
    }

    @Test func `a server of Katib's protocol alone has no other experiments and trials`() async throws {
        try await RunningServer.with({ $0.onlyKatib = true }) { server in
            let list = try await server.post("/attune.v1.Experiments/ListExperiments", "{}")
            #expect(list.status == 404)
            let log = try await server.post("/api.v1.beta1.DBManager/GetObservationLog", #"{"trialName": "a-1"}"#)
            #expect(log.status == 200)
        }
    }
}
