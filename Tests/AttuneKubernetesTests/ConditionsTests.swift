import AttuneCore
import Foundation
import Testing

@testable import AttuneKubernetes

struct ConditionsTests {
    private let begin = Date(timeIntervalSince1970: 1_700_000_000.75)
    private var later: Date { begin + 60 }

    private func types(_ conditions: Conditions) -> [String] {
        conditions.items.map { "\($0["type"]?.string ?? "")=\($0["status"]?.string ?? "")" }
    }

    @Test func `a condition that changes moves to the end`() {
        var conditions = Conditions(nil)
        conditions.set("Created", reason: "A", "", at: begin)
        conditions.set("Running", reason: "B", "", at: begin)
        conditions.set("Succeeded", reason: "C", "", at: later)
        conditions.set("Running", false, reason: "B", "", at: later)
        #expect(types(conditions) == ["Created=True", "Succeeded=True", "Running=False"])
    }

    @Test func `setting what is set already changes nothing`() {
        var conditions = Conditions(nil)
        conditions.set("Running", reason: "A", "first", at: begin)
        conditions.set("Created", reason: "B", "", at: begin)
        let before = conditions
        conditions.set("Running", reason: "A", "second", at: later)
        #expect(conditions == before)
    }

    @Test func `the time of transition stays while only the reason changes`() {
        var conditions = Conditions(nil)
        conditions.set("Running", reason: "A", "", at: begin)
        conditions.set("Running", reason: "B", "", at: later)
        let running = conditions["Running"]
        #expect(running?["lastTransitionTime"]?.string == "2023-11-14T22:13:20Z")
        #expect(running?["lastUpdateTime"]?.string == "2023-11-14T22:14:20Z")
    }

    @Test func `what a resource has already is taken over in its order`() {
        let status: JSON = [
            "conditions": [["type": "Created", "status": "True"], ["type": "Running", "status": "False"]]
        ]
        let conditions = Conditions(status)
        #expect(types(conditions) == ["Created=True", "Running=False"])
        #expect(conditions.has("Created"))
        #expect(!conditions.has("Running"))
    }
}
