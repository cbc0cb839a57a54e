import AttuneCore
import AttuneProto
import Foundation
import Logging
import Testing

@testable import AttuneService

struct OpenAPITests {
    @Test func `every method is in the document, and every method of its services that is there is served`() throws {
        let document = try JSON(parsing: openAPIDocument)
        let described = Set(try #require(document["paths"]?.object).map(\.key))
        let server = Server(.init(), store: try TemporaryFile.store(), logger: .silent)
        let served = Set(server.paths)
        #expect(served.subtracting(described) == [])
        let services = Set(served.map { $0.split(separator: "/")[0] })
        let promised = described.filter { path in services.contains { path.hasPrefix("/\($0)/") } }
        #expect(promised.subtracting(served) == [])
    }

    @Test func `the document is served`() async throws {
        try await RunningServer.with { server in
            let reply = try await server.get("/openapi.json")
            #expect(reply.status == 200)
            #expect(reply.body == openAPIDocument)
        }
    }
}
