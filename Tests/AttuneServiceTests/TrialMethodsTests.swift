import AttuneCore
import AttuneProto
import AttuneStore
import AttuneTestSupport
import Foundation
import SwiftProtobuf
import Testing

@testable import AttuneService

struct TrialMethodsTests {
    let office: Office

    init() throws { office = try Office() }

    @Test func `a trial is asked for, reported of and told`() async throws {
        _ = try await office.create()
        let asked = try await office.ask()
        let trial = try #require(asked.trials.first)
        #expect(asked.state == .askTrials && trial.number == 1 && trial.name == "demo-1" && trial.attempt == 1)
        #expect(Set(trial.assignment.fields.keys) == ["lr", "units", "optimizer"])
        #expect(try await office.report(trial, 0.5, step: 1) == .proceed)
        #expect(try await office.tell(trial, 0.25).state == "Succeeded")
        let experiment = try await office.experiment()
        #expect(experiment.counts.succeeded == 1 && experiment.best.number == 1 && experiment.best.value == 0.25)
        #expect(try await office.study()?.best?.number == 1)
    }

    @Test func `no more trials are given than run at once, and none when all are over`() async throws {
        _ = try await office.create(parallel: 2, maxTrials: 3)
        let first = try await office.ask(count: 10)
        #expect(first.trials.count == 2)
        #expect(try await office.ask().state == .askWait)
        for trial in first.trials { try await office.tell(trial, 1) }
        let last = try #require(try await office.ask(count: 10).trials.first)
        #expect(last.number == 3)
        try await office.tell(last, 1)
        let over = try await office.ask()
        #expect(over.state == .askOver && over.message.contains("max trial count"))
        #expect(try await office.experiment().reason == "ExperimentMaxTrialsReached")
    }

    // MARK: Requests made again

    @Test func `a request that is made again gets the same reply and changes nothing`() async throws {
        _ = try await office.create()
        let first = try await office.ask(request: "ask-1")
        #expect(try await office.ask(request: "ask-1") == first)
        #expect(try await office.ask(request: "ask-2").trials.first?.number == 2)
        let trial = first.trials[0]
        let told = try await office.tell(trial, 0.5, request: "tell-1")
        #expect(try await office.tell(trial, 0.5, request: "tell-1") == told)
        #expect(await refusal { try await office.tell(trial, 0.5, request: "tell-2") }?.code == .failedPrecondition)
        #expect(try await office.trials().count == 2)
    }

    @Test func `one word for requests of two methods names two requests`() async throws {
        _ = try await office.create()
        let trial = try await office.ask(request: "one").trials[0]
        #expect(try await office.tell(trial, 0.5, request: "one").state == "Succeeded")
        #expect(try await office.ask(request: "one").trials == [trial])
    }

    @Test func `a request that is made again after a restart gets the same reply`() async throws {
        _ = try await office.create()
        let first = try await office.ask(request: "ask-1")
        try await office.hub.releaseAll()
        let next = try Office(office.directory)
        #expect(try await next.ask(request: "ask-1") == first)
        #expect(try await next.trials().count == 1)
    }

    @Test func `requests of one name at the same moment are one`() async throws {
        _ = try await office.create(parallel: 50, maxTrials: 100)
        let replies = try await withThrowingTaskGroup(of: Attune_V1_AskReply.self) { group in
            for _ in 0..<32 { group.addTask { try await office.ask(request: "same") } }
            return try await group.reduce(into: []) { $0.append($1) }
        }
        #expect(replies.allSatisfy { $0 == replies[0] })
        #expect(try await office.trials().count == 1)
    }

    @Test func `waiting is not remembered`() async throws {
        _ = try await office.create(parallel: 1)
        let trial = try await office.ask().trials[0]
        #expect(try await office.ask(request: "again").state == .askWait)
        try await office.tell(trial, 1)
        #expect(try await office.ask(request: "again").trials.first?.number == 2)
    }

    // MARK: Leases

    @Test func `a trial whose worker is silent is leased to another, and the first is refused`() async throws {
        _ = try await office.create(parallel: 1)
        let first = try await office.ask(worker: "a", lease: 30).trials[0]
        #expect(try await office.ask().state == .askWait)
        office.clock.advance(by: .seconds(31))
        let second = try await office.ask(worker: "b").trials[0]
        #expect(second.number == first.number && second.attempt == 2 && second.assignment == first.assignment)
        #expect(await refusal { try await office.tell(first, 0.1) }?.code == .aborted)
        #expect(await refusal { try await office.report(first, 0.1, step: 1) }?.code == .aborted)
        #expect(try await office.heartbeat([first]).map(\.held) == [false])
        #expect(try await office.tell(second, 0.2).state == "Succeeded")
        #expect(try await office.experiment().best.value == 0.2)
    }

    @Test func `who speaks up keeps the lease, even late, as long as nobody else has asked`() async throws {
        _ = try await office.create(parallel: 1)
        let trial = try await office.ask(lease: 30).trials[0]
        for _ in 0..<5 {
            office.clock.advance(by: .seconds(20))
            #expect(try await office.heartbeat([trial]).first?.held == true)
        }
        office.clock.advance(by: .seconds(100))
        #expect(try await office.report(trial, 0.5, step: 1) == .proceed)
        #expect(try await office.ask().state == .askWait)
        #expect(try await office.tell(trial, 0.2).state == "Succeeded")
    }

    @Test func `after a restart running trials stay with their workers for a while`() async throws {
        _ = try await office.create(parallel: 1)
        let trial = try await office.ask(lease: 30).trials[0]
        try await office.hub.releaseAll()
        let next = try Office(office.directory)
        #expect(try await next.ask().state == .askWait)
        #expect(try await next.heartbeat([trial]).first?.held == true)
        next.clock.advance(by: .seconds(61))
        let again = try await next.ask().trials[0]
        #expect(again.number == trial.number && again.attempt == 2)
    }

    @Test func `a trial that is lost too often fails, and says why`() async throws {
        _ = try await office.create(parallel: 1, more: "retries: 1")
        for attempt in 1...2 {
            #expect(try await office.ask(worker: "w").trials.first?.attempt == Int32(attempt))
            office.clock.advance(by: .seconds(61))
        }
        #expect(try await office.ask().trials.first?.number == 2)
        let failed = try await office.trials()[0]
        #expect(failed.state == "Failed" && failed.reason.contains("worker w was not heard of for 60 s"))
    }

    @Test func `a trial whose worker is gone ends with its suspended experiment, though nobody asks`() async throws {
        _ = try await office.create()
        _ = try await office.ask(worker: "w")
        let request = Attune_V1_SuspendExperimentRequest.with { $0.experiment = "demo" }
        let _: Attune_V1_Experiment = try await office.call("Experiments/SuspendExperiment", request)
        try await office.hub.maintain()
        #expect(try await office.trials()[0].state == "Running")
        office.clock.advance(by: .seconds(61))
        try await office.hub.maintain()
        #expect(try await office.trials()[0].state == "Killed")
    }

    @Test func `what attune stop asks for on the same file is heeded`() async throws {
        _ = try await office.create()
        _ = try await office.ask()
        let other = try SQLiteStore(at: office.store.path)
        #expect(try await other.requestStop("demo"))
        try await office.hub.maintain()
        #expect(try await office.ask().state == .askOver)
    }

    @Test func `an experiment that nobody uses is closed, and opens again when it is asked for`() async throws {
        _ = try await office.create()
        _ = try await office.ask()
        try await office.hub.maintain()
        #expect(try await office.store.holder(of: "demo") != nil)
        office.clock.advance(by: .seconds(601))
        try await office.hub.maintain()
        #expect(try await office.store.holder(of: "demo") == nil)
        #expect(try await office.ask().trials.first?.number == 2)
    }

    @Test func `a trial that is given back is the next to be given, under a further attempt`() async throws {
        _ = try await office.create()
        let trial = try await office.ask().trials[0]
        #expect(try await office.fail(trial, "the machine goes down", lost: true).state == "Running")
        let again = try await office.ask().trials[0]
        #expect(again.number == 1 && again.attempt == 2)
        #expect(try await office.study()?[1].losses == 1)
        #expect(try await office.fail(again, "exit code 3").state == "Failed")
        #expect(try await office.trials()[0].reason == "exit code 3")
    }

    // MARK: Verdicts

    @Test func `a hopeless trial is told to stop, and is early stopped when it completes`() async throws {
        let rule =
            "earlyStopping: {algorithmName: medianstop, algorithmSettings: [{name: min_trials_required, value: \"1\"}, {name: start_step, value: \"1\"}]}"
        _ = try await office.create(more: rule)
        let good = try await office.ask().trials[0]
        for step in 1...3 { _ = try await office.report(good, 0.1, step: Int64(step)) }
        #expect(try await office.complete(good).state == "Succeeded")
        let bad = try await office.ask().trials[0]
        var verdict = Attune_V1_Verdict.proceed
        for step in 1...3 where verdict == .proceed { verdict = try await office.report(bad, 9, step: Int64(step)) }
        #expect(verdict == .stop)
        #expect(try await office.heartbeat([bad]).first?.verdict == .stop)
        #expect(try await office.complete(bad).state == "EarlyStopped")
    }

    @Test func `when an experiment is suspended its workers are told to stop, and what they had is killed`()
        async throws
    {
        _ = try await office.create()
        let trials = try await office.ask(count: 2).trials
        _ = try await office.report(trials[0], 0.5, step: 1)
        let request = Attune_V1_SuspendExperimentRequest.with { $0.experiment = "demo" }
        let suspended: Attune_V1_Experiment = try await office.call("Experiments/SuspendExperiment", request)
        #expect(suspended.state == .experimentSuspended)
        #expect(try await office.report(trials[0], 0.4, step: 2) == .stop)
        #expect(try await office.complete(trials[0]).state == "Killed")
        // This one had not heard of it, and came to its end.
        #expect(try await office.tell(trials[1], 0.3).state == "Succeeded")
        #expect(try await office.ask().state == .askOver)
        let resume = Attune_V1_ResumeExperimentRequest.with { $0.experiment = "demo" }
        let resumed: Attune_V1_Experiment = try await office.call("Experiments/ResumeExperiment", resume)
        #expect(resumed.state == .experimentRunning)
        #expect(try await office.ask().trials.first?.number == 3)
    }

    @Test func `a trial rests at its level and goes on when it is its turn`() async throws {
        let settings = "[{name: r_l, value: \"9\"}, {name: eta, value: \"3\"}, {name: resume, value: same-trial}]"
        let manifest = Office.manifest("demo", parallel: 1, maxTrials: 9).replacing(
            "algorithm: {algorithmName: random}",
            with: "algorithm: {algorithmName: asha, algorithmSettings: \(settings)}")
        let _: Attune_V1_Experiment = try await office.call(
            "Experiments/CreateExperiment", Attune_V1_CreateExperimentRequest.with { $0.text = manifest })
        var wentOn = 0
        for round in 0..<12 {
            guard let trial = try await office.ask().trials.first else { break }
            if trial.attempt > 1 { wentOn += 1 }
            var step: Int64 = 0
            var verdict = Attune_V1_Verdict.proceed
            while verdict == .proceed, step < 9 {
                step += 1
                verdict = try await office.report(trial, Double(trial.number) + 1 / Double(step), step: step)
            }
            let end = try await office.complete(trial)
            #expect(verdict == (trial.resource == 9 ? .proceed : .pause), "round \(round)")
            #expect(end.state == (trial.resource == 9 ? "Succeeded" : "Paused"), "round \(round)")
        }
        #expect(wentOn > 0)
    }

    // MARK: Waiting

    @Test func `who waits for a trial gets it when another ends`() async throws {
        _ = try await office.create(parallel: 1)
        let trial = try await office.ask().trials[0]
        async let waiting = office.ask(wait: 30)
        await office.clock.hasSleeper()
        try await office.tell(trial, 1)
        #expect(try await waiting.trials.first?.number == 2)
    }

    @Test func `who has waited for long enough is told to ask again`() async throws {
        _ = try await office.create(parallel: 1)
        _ = try await office.ask(lease: 3_600)
        async let waiting = office.ask(wait: 30)
        await office.clock.hasSleeper()
        office.clock.advance(by: .seconds(31))
        #expect(try await waiting.state == .askWait)
    }

    @Test func `a trial that is told of without the metric that counts goes on`() async throws {
        _ = try await office.create()
        let trial = try await office.ask().trials[0]
        let error = await refusal {
            let _: Attune_V1_TellReply = try await office.call(
                "Trials/Tell",
                Attune_V1_TellRequest.with {
                    $0.experiment = "demo"
                    $0.trial = trial.number
                    $0.metrics = ["los": 1]
                })
        }
        #expect(error?.code == .invalidArgument && error?.message.contains("loss") == true)
        #expect(try await office.tell(trial, 0.5).state == "Succeeded")
    }

    @Test func `who waits is answered when the service ends`() async throws {
        _ = try await office.create(parallel: 1)
        _ = try await office.ask(lease: 3_600)
        async let waiting = office.ask(wait: 30)
        await office.clock.hasSleeper()
        office.hub.end()
        #expect(try await waiting.state == .askWait)
    }

    @Test func `what cannot be is refused by name`() async throws {
        _ = try await office.create()
        #expect(await refusal { try await office.ask("nothing") }?.code == .notFound)
        #expect(await refusal { try await office.ask("other/demo") }?.code == .invalidArgument)
        #expect(await refusal { try await office.ask(count: 101) }?.message.hasPrefix("count: found 101") == true)
        #expect(await refusal { try await office.ask(lease: -1) }?.message.hasPrefix("lease_seconds") == true)
        #expect(await refusal { try await office.ask(wait: 1e9) }?.message.hasPrefix("wait_seconds") == true)
        #expect(
            await refusal { try await office.ask(request: String(repeating: "x", count: 65)) }?.code == .invalidArgument
        )
        let stranger = Attune_V1_Trial.with { $0.number = 7 }
        #expect(await refusal { try await office.tell(stranger, 1) }?.code == .notFound)
        #expect(await refusal { try await office.tell(.with { $0.number = -3 }, 1) }?.code == .notFound)
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `a value that is no number counts for nothing`(value: Double) async throws {
        _ = try await office.create()
        #expect(try await office.tell(try await office.ask().trials[0], value).state == "MetricsUnavailable")
        #expect(try await office.experiment().hasBest == false)
    }
}
