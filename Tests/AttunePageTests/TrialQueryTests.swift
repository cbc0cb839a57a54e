import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttunePage

struct TrialQueryTests {
    private func find(
        _ view: ExperimentView, _ sort: String = "number", _ states: [String] = [], _ filters: [String] = []
    ) throws -> [Int] {
        try view.trials(for: TrialQuery(sort: sort, states: states, filters: filters)).map { $0 + 1 }
    }

    @Test(arguments: ["value", "-value", "start", "-duration", "state", "parameter:momentum", "-accuracy", "best"])
    func `sorting gives every trial once, what has no value last`(_ sort: String) throws {
        let (view, study) = try ExperimentView.random(200, seed: 3)
        let found = try find(view, sort)
        #expect(found.sorted() == Array(1...study.trials.count))
        guard sort.hasSuffix("value") else { return }
        let values = found.map { study[$0].value(of: study.objective) }
        #expect(values == values.filter { $0 != nil } + values.filter { $0 == nil })
        let known = values.compactMap(\.self)
        #expect(known == known.sorted(by: sort == "value" ? { $0 < $1 } : { $0 > $1 }))
    }

    @Test func `filters hold together, and of alternatives any one`() throws {
        let (view, study) = try ExperimentView.random(400, seed: 6)
        let found = try find(
            view, "number", ["Succeeded", "Failed"], ["parameter:optimizer=sgd", "parameter:layers>=2", "value<0.3"])
        let plain = study.trials.filter {
            ["Succeeded", "Failed"].contains($0.state) && $0.assignment["optimizer"] == .text("sgd")
                && $0.assignment["layers"]!.number! >= 2 && ($0.value(of: study.objective) ?? .infinity) < 0.3
        }
        #expect(found == plain.map(\.number) && !found.isEmpty)
        #expect(try find(view, "number", [], ["parameter:optimizer=sgd|adam"]).count == study.trials.count)
        #expect(try find(view, "number", [], ["parameter:layers!=1|2|3|4"]).isEmpty)
    }

    @Test func `the best come first in the objective's direction, the front before others`() throws {
        let objective = Objective([.init(.maximize, "score"), .init(.minimize, "cost")])
        let experiment = Experiment("best", objective, over: Parameter("x", in: 0.0...1.0))
        let study = try succeeded(
            experiment,
            [["score": 5, "cost": 5], ["score": 4, "cost": 9], ["score": 1, "cost": 1], ["score": 9, "cost": 9]])
        #expect(try find(try ExperimentView(study, events: 12), "best") == [4, 1, 3, 2])
    }

    @Test(arguments: ["rate<0.1", "parameter:rate~1", "parameter:optimizer=rmsprop", "value<much", "", "loss"])
    func `a filter that makes no sense is refused`(_ filter: String) throws {
        let (view, _) = try ExperimentView.random(50, seed: 1)
        #expect(throws: AttuneError.self) { try find(view, "number", [], [filter]) }
    }

    @Test func `a state or a field that there is not is refused`() throws {
        let (view, _) = try ExperimentView.random(50, seed: 1)
        #expect(throws: AttuneError.self) { try find(view, "number", ["Ended"]) }
        #expect(throws: AttuneError.self) { try find(view, "parameter:nothing") }
    }

    @Test func `cells of a spreadsheet are quoted, and none is a formula`() {
        #expect(TrialSheet.quoted("plain") == "plain")
        #expect(TrialSheet.quoted("a,b \"c\"") == "\"a,b \"\"c\"\"\"")
        #expect(TrialSheet.quoted("two\nlines") == "\"two\nlines\"")
        #expect(TrialSheet.quoted("-0.5") == "-0.5" && TrialSheet.quoted("1e-05") == "1e-05")
        for formula in ["=HYPERLINK(\"http://x\")", "+1+1", "-1+1", "@SUM(A1)", "\t=1", "\r=1"] {
            #expect(TrialSheet.quoted(formula).hasPrefix("\"'"), "\(formula)")
        }
    }
}
