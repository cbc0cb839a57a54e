import AttuneCore
import Testing

@testable import AttunePage

struct ThinningTests {
    @Test(arguments: [0, 1, 7, 100]) func `no more marks than the limit are all shown`(_ count: Int) {
        #expect(Thinning(limit: 100).chosen(of: count) == Array(0..<count))
    }

    @Test(arguments: [101, 250, 10_001, 100_000])
    func `of more marks each stratum gives one, and those that must be seen are seen`(_ count: Int) {
        let kept = [0, count / 3, count - 1]
        let chosen = Thinning(limit: 100).chosen(of: count, keeping: kept)
        #expect(chosen == chosen.sorted() && Set(chosen).count == chosen.count)
        #expect(Set(kept).isSubset(of: chosen))
        #expect(chosen.count >= 100 && chosen.count <= 103)
        for stratum in 0..<100 {
            #expect(chosen.contains { $0 >= stratum * count / 100 && $0 < (stratum + 1) * count / 100 })
        }
    }

    @Test func `what is periodic in the trials is neither always met nor always missed`() {
        let chosen = Thinning(limit: 1_000).chosen(of: 50_000)
        let met = chosen.count { $0 % 50 == 0 }
        #expect(met > 2 && met < 80)
    }
}
