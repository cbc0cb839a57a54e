import AttuneKubernetes
import Testing

struct APIBodyTests {
    @Test func `a body that is there comes whole, and then ends`() async throws {
        let body = APIBody(Array("abc".utf8))
        #expect(try await body.collect() == Array("abc".utf8))
        #expect(try await APIBody([]).collect().isEmpty)
    }
}
