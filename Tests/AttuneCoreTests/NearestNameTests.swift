import AttuneCore
import Testing

struct NearestNameTests {
    static let names = ["momentum", "learning-rate", "lr", "units", "optimizer"]

    @Test(arguments: [
        ("momentm", "momentum"), ("Momentum", "momentum"), ("learning_rate", "learning-rate"), ("rl", "lr"),
        ("optmiizer", "optimizer"), ("unit", "units"), ("lrr", "lr"),
    ])
    func `a slip of the fingers is recognised`(typed: String, meant: String) {
        #expect(nearest(to: typed, among: Self.names) == meant)
    }

    @Test(arguments: ["dropout", "x", "", "momentum-of-the-optimizer"])
    func `an unlike name is not guessed at`(typed: String) {
        #expect(nearest(to: typed, among: Self.names) == nil)
    }

    @Test func `of equally near names the first is given`() {
        #expect(nearest(to: "beta3", among: ["beta1", "beta2"]) == "beta1")
    }

    @Test func `single letters are not taken for one another`() {
        #expect(nearest(to: "x", among: ["y", "z"]) == nil)
        #expect(nearest(to: "X", among: ["y", "x"]) == "x")
    }
}
