import AttuneCore
import AttuneKubernetes
import Testing

struct TrialConditionTests {
    private static func usual(_ success: String) throws -> TrialCondition {
        try TrialCondition(
            success: #"status.conditions.#(type=="\#(success)")#|#(status=="True")#"#,
            failure: #"status.conditions.#(type=="Failed")#|#(status=="True")#"#)
    }

    private static func job(_ conditions: JSON...) -> JSON { ["status": ["conditions": .array(conditions)]] }

    @Test func `a job runs until a condition of its end is true`() throws {
        let condition = try Self.usual("Complete")
        #expect(condition.verdict(on: [:]) == .running)
        #expect(condition.verdict(on: Self.job()) == .running)
        #expect(condition.verdict(on: Self.job(["type": "SuccessCriteriaMet", "status": "True"])) == .running)
        #expect(condition.verdict(on: Self.job(["type": "Complete", "status": "False"])) == .running)
        let complete = Self.job(
            ["type": "SuccessCriteriaMet", "status": "True"],
            ["type": "Complete", "status": "True", "reason": "CompletionsReached", "message": "all pods"])
        #expect(
            condition.verdict(on: complete) == .succeeded(reason: "CompletionsReached", message: "all pods"))
    }

    @Test func `failure is looked at first`() throws {
        let both = Self.job(
            ["type": "Succeeded", "status": "True"],
            ["type": "Failed", "status": "True", "reason": "BackoffLimitExceeded", "message": "too often"])
        #expect(
            try Self.usual("Succeeded").verdict(on: both)
                == .failed(reason: "BackoffLimitExceeded", message: "too often"))
    }

    @Test func `a phase is asked for by way of the element itself, as for an Argo workflow`() throws {
        let condition = try TrialCondition(
            success: #"status.[@this].#(phase=="Succeeded")#"#, failure: #"status.[@this].#(phase=="Failed")#"#)
        #expect(condition.verdict(on: [:]) == .running)
        #expect(condition.verdict(on: ["status": ["phase": "Running"]]) == .running)
        #expect(
            condition.verdict(on: ["status": ["phase": "Succeeded"]]) == .succeeded(reason: nil, message: nil))
        #expect(
            condition.verdict(on: ["status": ["phase": "Failed", "message": "child failed"]])
                == .failed(reason: nil, message: "child failed"))
    }

    @Test func `an object counts, a scalar does not`() throws {
        let object = try TrialCondition(success: "status.done", failure: "status.broken")
        #expect(object.verdict(on: ["status": ["done": ["reason": "R"]]]) == .succeeded(reason: "R", message: nil))
        #expect(object.verdict(on: ["status": ["done": true]]) == .running)
        #expect(object.verdict(on: ["status": ["done": [1]]]) == .succeeded(reason: nil, message: nil))
        #expect(object.verdict(on: ["status": ["done": .null, "broken": [:]]]) == .failed(reason: nil, message: nil))
    }

    @Test func `a condition that cannot be asked is a problem of its field`() throws {
        let template = TrialTemplate(
            source: .spec([:]), successCondition: "status.#(phase", failureCondition: "status.phase")
        let problems = TrialCondition.problems(in: template)
        #expect(problems.map(\.field.description) == ["spec.trialTemplate.successCondition"])
        #expect(problems.first?.description.contains("character 9") == true, "\(problems)")
        let error = #expect(throws: AttuneError.self) { try TrialCondition(success: "a", failure: "[") }
        #expect(error?.message.hasPrefix("spec.trialTemplate.failureCondition: ") == true)
        #expect(TrialCondition.problems(in: TrialTemplate(source: .spec([:]))).isEmpty)
    }
}
