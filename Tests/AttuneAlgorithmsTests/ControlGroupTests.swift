import AttuneAlgorithms
import AttuneCore
import Testing

struct ControlGroupTests {
    @Test func `about the share of trials belongs to it, by seed and number alone`() {
        let group = ControlGroup(share: 0.2, seed: 9)
        let members = (1...2000).filter(group.contains)
        #expect((340...460).contains(members.count), "\(members.count)")
        #expect((1...2000).filter(ControlGroup(share: 0.2, seed: 9).contains) == members)
        #expect((1...2000).filter(ControlGroup(share: 0.2, seed: 10).contains) != members)
        #expect(members.allSatisfy(ControlGroup(share: 0.3, seed: 9).contains), "a larger share has the same and more")
    }

    @Test(arguments: AlgorithmCatalogue.standard.stoppingRules.map(\.name)) func `every rule has the setting`(
        _ name: String
    ) throws {
        let rule = try #require(AlgorithmCatalogue.standard[stoppingRule: name])
        #expect(rule.settings.last?.name == "control_share")
        #expect(RuleScene(name, ["control_share": "0.1"]).problems == [])
        #expect(
            RuleScene(name, ["control_share": "0.6"]).problems == [
                "earlyStopping.algorithmSettings[0].value: found \"0.6\"; control_share must be a number of 0…0.5"
            ])
    }

    @Test func `its trials are never stopped`() throws {
        var scene = RuleScene("threshold", ["control_share": "0.5"], seed: 4)
        let group = try #require(ControlGroup(scene.study.experiment))
        for _ in 0..<20 {
            let number = try scene.run([.nan])
            #expect(try scene.verdict() == (group.contains(number) ? .proceed : .stop))
        }
    }
}
