import AttuneCore
import AttuneTestSupport
import Testing

struct MemoryStoreTests {
    @Test(arguments: TrialStoreLaw.all)
    func `a store in memory keeps the laws of stores`(law: TrialStoreLaw) async throws {
        let store = MemoryStore()
        try await law.check(StoreUnderTest(store) { store })
    }
}
