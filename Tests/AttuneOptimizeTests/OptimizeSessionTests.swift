import AttuneAlgorithms
import AttuneCore
import AttuneOptimize
import Testing

@Suite struct OptimizeSessionTests {
    // MARK: Asking

    @Test func `trials have ids, and parameters as numbers and strings`() throws {
        var session = try Examples.session()
        let trials = try #require(try session.ask(20))
        #expect(trials.map { $0["id"] } == (1...20).map { .number($0) })
        for trial in trials {
            guard case .number? = trial["parameters"]?["rate"], case .number? = trial["parameters"]?["batch"],
                case .string? = trial["parameters"]?["optimizer"]
            else {
                Issue.record("\(trial)")
                continue
            }
        }
    }

    @Test func `inactive parameters are absent`() throws {
        var session = try Examples.session()
        let trials = try #require(try session.ask(50))
        #expect(
            trials.allSatisfy { ($0["parameters"]?["momentum"] != nil) == ($0["parameters"]?["optimizer"] == "sgd") })
        #expect(Set(trials.map { $0["parameters"]?["optimizer"]?.string }) == ["sgd", "adam"])
    }

    @Test func `the same lines get the same answers, and another seed others`() throws {
        let lines = [#"{"ask":3}"#, #"{"tell":[{"id":2,"value":0.5}]}"#, #"{"ask":2}"#, #"{"best":true}"#]
        func answers(seed: UInt64) throws -> [String] {
            var session = try Examples.session(seed: seed)
            return lines.map { session.answer($0) }
        }
        #expect(try answers(seed: 1) == answers(seed: 1))
        #expect(try answers(seed: 1) != answers(seed: 2))
    }

    @Test(arguments: ["random", "sobol"]) func `what is asked is what a tuner would run`(algorithm: String) async throws
    {
        let experiment = Examples.experiment(algorithm: AlgorithmSpec(algorithm), trials: 8)
        let study = try await Tuner(experiment, AlgorithmSpec(algorithm)).run { _ in 1.0 }
        var session = try OptimizeSession(experiment, catalogue: .standard)
        _ = session.answer(#"{"ask":8}"#)
        #expect(session.study.trials.map(\.assignment) == study.trials.map(\.assignment))
    }

    @Test func `a finite space gives each point once and then says that it is exhausted`() throws {
        var session = try OptimizeSession(
            Experiment("grid", .minimize("loss"), over: Parameter("n", in: 1...3)), catalogue: .standard)
        #expect(session.answer(#"{"ask":2}"#).contains(#""id":2"#))
        let last = try JSON(parsing: session.answer(#"{"ask":2}"#))
        #expect(last["trials"]?.array?.count == 1)
        #expect(last["exhausted"] == true)
        #expect(session.answer(#"{"ask":2}"#) == #"{"trials":[],"exhausted":true}"#)
    }

    @Test func `neither the budget nor the goal ends anything`() throws {
        var experiment = Examples.experiment(trials: 2)
        experiment.objective.goal = 0.5
        var session = try OptimizeSession(experiment, catalogue: .standard)
        _ = session.answer(#"{"ask":2}"#)
        #expect(session.answer(#"{"tell":[{"id":1,"value":0.1},{"id":2,"value":0.1}]}"#) == #"{"ok":true}"#)
        #expect(try session.ask(5)?.count == 5)
    }

    @Test func `initial trials come first, whatever was imported`() throws {
        var experiment = Examples.experiment()
        let first = try experiment.space.assignment(reading: ["rate": "0.01", "batch": "32", "optimizer": "adam"])
        let second = try experiment.space.assignment(reading: ["rate": "0.02", "batch": "16", "optimizer": "adam"])
        experiment.initialTrials = [first, second]
        var session = try OptimizeSession(experiment, catalogue: .standard)
        #expect(session.answer(Examples.importing(rate: 0.05, value: 2)) == #"{"ok":true}"#)
        _ = session.answer(#"{"ask":3}"#)
        #expect(session.study.trials.dropFirst().prefix(2).map(\.assignment) == [first, second])
        #expect(session.study.trials.count == 4)
    }

    @Test func `a trial says why it is proposed where the algorithm does`() throws {
        var experiment = Examples.experiment()
        experiment.initialTrials = [experiment.space.assignment(at: [0.5, 0.5, 0.9, 0])]
        let why = Explanation("model", mean: 0.5, deviation: .infinity, acquisition: "EI", score: 2)
        var session = OptimizeSession(experiment, suggester: Explaining(why))
        let trials = try #require(try session.ask(2))
        #expect(trials[0]["why"] == ["method": "initial trial"])
        #expect(
            trials[1]["why"] == ["method": "model", "mean": .number(0.5), "acquisition": "EI", "score": .number(2.0)])
        var silent = try Examples.session()
        #expect(try silent.ask(1)?.first?.object?.keys == ["id", "parameters"])
    }

    @Test func `an algorithm that waits gives fewer, and one that waits for nothing is told on`() throws {
        var session = OptimizeSession(Examples.experiment(), suggester: OneAtATime())
        #expect(try session.ask(3)?.count == 1)
        #expect(session.answer(#"{"ask":3}"#) == #"{"trials":[]}"#)
        var stuck = OptimizeSession(Examples.experiment(), suggester: Waiting())
        #expect(stuck.answer(#"{"ask":1}"#).contains("waits although no trial is running"))
    }

    @Test func `an algorithm that fails is an answer, and what it gave before is given`() throws {
        var session = OptimizeSession(Examples.experiment(), suggester: FailsAtThird())
        #expect(try session.ask(5)?.count == 2)
        #expect(session.answer(#"{"ask":5}"#) == #"{"error":"no third"}"#)
    }

    // MARK: Telling

    @Test func `the best is the best told`() throws {
        var session = try Examples.session()
        #expect(session.answer(#"{"best":true}"#) == #"{"best":null}"#)
        _ = session.answer(#"{"ask":3}"#)
        #expect(
            session.answer(#"{"tell":[{"id":1,"value":0.5},{"id":2,"value":-1e-3},{"id":3,"failed":true}]}"#)
                == #"{"ok":true}"#)
        let best = try JSON(parsing: session.answer(#"{"best":true}"#))["best"]
        #expect(best?["id"] == 2)
        #expect(best?["value"]?.double == -0.001)
        #expect(session.study.counts.failed == 1)
    }

    @Test func `several metrics are told by name`() throws {
        var session = try Examples.session()
        _ = session.answer(#"{"ask":1}"#)
        #expect(session.answer(#"{"tell":[{"id":1,"values":{"accuracy":0.9,"loss":0.2}}]}"#) == #"{"ok":true}"#)
        #expect(session.study[1].value(of: "accuracy", for: session.study.objective) == 0.9)
        #expect(session.study.best?.number == 1)
    }

    @Test(arguments: ["null", #""NaN""#, #""-inf""#, "1e999"])
    func `a value that is not finite ends a trial without one`(value: String) throws {
        var session = try Examples.session()
        _ = session.answer(#"{"ask":1}"#)
        #expect(session.answer(#"{"tell":[{"id":1,"value":\#(value)}]}"#) == #"{"ok":true}"#)
        #expect(session.study.counts.metricsUnavailable == 1)
        #expect(session.study.best == nil)
    }

    @Test func `an import is a trial that succeeded, and takes a number of its own`() throws {
        var session = try Examples.session()
        #expect(session.answer(Examples.importing(rate: 0.05, value: -7)) == #"{"ok":true}"#)
        #expect(session.answer(#"{"best":true}"#).contains(#""value":-7.0"#))
        #expect(try session.ask(1)?.first?["id"] == 2)
        #expect(
            session.answer(#"{"tell":[{"parameters":{"rate":0.01,"batch":16,"optimizer":"adam"},"failed":true}]}"#)
                == #"{"ok":true}"#)
        #expect(session.study[3].outcome?.name == "Failed")
    }

    @Test func `a trial echoed with its value is understood`() throws {
        var session = try Examples.session()
        guard case .object(var trial)? = try session.ask(1)?.first else {
            Issue.record("no trial")
            return
        }
        trial["value"] = 1
        #expect(session.answer(JSON.object(["tell": .array([.object(trial)])]).description) == #"{"ok":true}"#)
    }

    // MARK: Errors

    @Test(arguments: [
        ("", "expected a value"), ("ask", "expected a value"), ("[1]", "one JSON object"), ("{}", "exactly one of"),
        (#"{"ask":1,"tell":[]}"#, "exactly one of"), (#"{"aks":1}"#, "did you mean"),
        (#"{"ask":0}"#, "from 1 to 10000"),
        (#"{"ask":1.5}"#, "from 1 to"), (#"{"ask":"1"}"#, "from 1 to"), (#"{"tell":1}"#, "list of objects"),
        (#"{"tell":[1]}"#, "give an object"),
        (#"{"tell":[{"value":1}]}"#, "give the id"), (#"{"tell":[{"id":9,"value":1}]}"#, "no such trial"),
        (#"{"tell":[{"id":0,"value":1}]}"#, "no such trial"), (#"{"tell":[{"id":1}]}"#, "give the value of loss"),
        (#"{"tell":[{"id":1,"value":true}]}"#, "give a number"),
        (#"{"tell":[{"id":1,"value":"0.5"}]}"#, "give a number"),
        (#"{"tell":[{"id":1,"value":NaN}]}"#, "write null"),
        (#"{"tell":[{"id":1,"values":{"los":1}}]}"#, "not a metric"),
        (#"{"tell":[{"id":1,"values":{"accuracy":1}}]}"#, "give the value of loss"),
        (#"{"tell":[{"id":1,"value":1,"values":{"loss":1}}]}"#, "not both"),
        (#"{"tell":[{"id":1,"valeu":1}]}"#, "not a field"),
        (#"{"tell":[{"id":1,"value":1,"step":-1}]}"#, "whole number from 0"),
        (#"{"tell":[{"id":1,"step":1}]}"#, "value at that step"),
        (#"{"tell":[{"id":1,"failed":"yes"}]}"#, "true or false"),
        (#"{"tell":[{"id":1,"failed":true,"step":2}]}"#, "no further step"),
        (
            #"{"tell":[{"id":1,"value":1,"parameters":{"rate":0.01,"batch":16,"optimizer":"adam"}}]}"#,
            "trial 1 has others"
        ),
        (
            #"{"tell":[{"parameters":{"rate":0.01,"batch":16,"optimizer":"adam"},"value":1,"step":1}]}"#,
            "leave the step out"
        ),
        (
            #"{"tell":[{"parameters":{"rate":5,"batch":16,"optimizer":"adam"},"value":1}]}"#,
            "parameters.rate: found \\\"5\\\""
        ),
        (#"{"tell":[{"parameters":{"rate":0.01,"batch":16},"value":1}]}"#, "parameters.optimizer"),
        (
            #"{"tell":[{"parameters":{"rate":0.01,"batch":16,"optimizer":"adam","momentum":0.1},"value":1}]}"#,
            "inactive"
        ),
        (#"{"tell":[{"parameters":{"rte":0.01,"batch":16,"optimizer":"adam"},"value":1}]}"#, "did you mean rate"),
        (#"{"tell":[{"parameters":{"rate":0.1,"batch":32,"optimizer":"adam"},"value":1}]}"#, "violates the constraint"),
        (#"{"tell":[{"parameters":{"rate":[1],"batch":32,"optimizer":"adam"},"value":1}]}"#, "a number or a string"),
    ])
    func `a line that cannot be honoured is answered, and changes nothing`(line: String, complaint: String) throws {
        var session = try Examples.session()
        _ = session.answer(#"{"ask":1}"#)
        let before = session.study.trials
        let answer = session.answer(line)
        #expect(answer.hasPrefix(#"{"error":"#) && answer.contains(complaint), "\(answer)")
        #expect(session.study.trials == before)
        #expect(session.answer(#"{"tell":[{"id":1,"value":1}]}"#) == #"{"ok":true}"#)
    }

    @Test func `what was told is not told again`() throws {
        var session = try Examples.session()
        _ = session.answer(#"{"ask":2}"#)
        #expect(session.answer(#"{"tell":[{"id":1,"value":1}]}"#) == #"{"ok":true}"#)
        #expect(session.answer(#"{"tell":[{"id":1,"value":2}]}"#).contains("ended as Succeeded"))
        #expect(session.answer(#"{"tell":[{"id":2,"value":2},{"id":2,"value":3}]}"#).contains("tell[1]"))
        #expect(session.study[2].isRunning)
    }

    // MARK: Early stopping

    @Test func `a hopeless trial is stopped at a step, and is then over`() throws {
        var session = try Examples.stoppingSession()
        for id in 1...2 {
            #expect(session.answer(#"{"tell":[{"id":\#(id),"value":0.1,"step":1}]}"#) == #"{"ok":true,"stop":false}"#)
            #expect(session.answer(#"{"tell":[{"id":\#(id),"value":0.1}]}"#) == #"{"ok":true}"#)
        }
        #expect(session.answer(#"{"tell":[{"id":3,"value":0.9,"step":1}]}"#) == #"{"ok":true,"stop":true}"#)
        #expect(session.study[3].outcome == .earlyStopped)
        // Whoever tells more of it is reminded; nothing changes.
        #expect(session.answer(#"{"tell":[{"id":3,"value":0.0,"step":2}]}"#) == #"{"ok":true,"stop":true}"#)
        #expect(session.answer(#"{"tell":[{"id":3,"value":0.0}]}"#) == #"{"ok":true,"stop":true}"#)
        #expect(session.study.best?.number == 1)
    }

    @Test func `several values at a step say which trials are to stop`() throws {
        var session = try Examples.stoppingSession()
        _ = session.answer(#"{"tell":[{"id":1,"value":0.1},{"id":2,"value":0.1}]}"#)
        let answer = session.answer(#"{"tell":[{"id":3,"value":0.05,"step":1},{"id":4,"value":0.9,"step":1}]}"#)
        #expect(answer == #"{"ok":true,"stop":true,"stopping":[4]}"#)
    }
}
