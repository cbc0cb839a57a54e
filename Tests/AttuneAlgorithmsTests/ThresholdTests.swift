import AttuneAlgorithms
import AttuneCore
import Testing

struct ThresholdTests {
    @Test(
        arguments: [
            ([1.0, 5], Verdict.proceed), ([1, 5.1], .stop), ([1, -0.1], .stop), ([9, 1], .proceed), ([1, .nan], .stop),
            ([1, .infinity], .stop), ([1, -.infinity], .stop), ([9], .proceed),
        ] as [([Double], Verdict)])
    func `a trial stops when its latest value is out of bounds`(_ values: [Double], _ verdict: Verdict) throws {
        let scene = RuleScene("threshold", ["lower": "0", "upper": "5", "start_step": "2"])
        #expect(try scene.verdict(on: values) == verdict)
    }

    @Test func `without bounds only what is no finite number stops a trial`() throws {
        let scene = RuleScene("threshold")
        #expect(try scene.verdict(on: [1e308]) == .proceed)
        #expect(try scene.verdict(on: [.nan]) == .stop)
    }

    @Test func `another metric may be judged`() throws {
        let objective = Objective(.minimize, "loss", additionalMetrics: ["gradient"])
        let scene = RuleScene("threshold", ["upper": "5", "metric": "gradient"], objective: objective)
        #expect(try scene.verdict(on: [[9, 1]]) == .proceed)
        #expect(try scene.verdict(on: [[1, 9]]) == .stop)
    }

    @Test func `bounds that exclude everything and metrics that nobody collects are refused`() {
        #expect(
            RuleScene("threshold", ["lower": "2", "upper": "1"]).problems == [
                "earlyStopping.algorithmSettings[0].value: found \"2\"; lower must not be greater than upper"
            ])
        #expect(
            RuleScene("threshold", ["metric": "los"]).problems == [
                "earlyStopping.algorithmSettings[0].value: found \"los\"; metric must be one of the experiment's metrics: loss"
            ])
    }
}
