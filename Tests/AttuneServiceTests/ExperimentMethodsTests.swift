import AttuneCore
import AttuneProto
import AttuneStore
import AttuneTestSupport
import Foundation
import SwiftProtobuf
import Synchronization
import Testing

@testable import AttuneService

struct ExperimentMethodsTests {
    let office: Office

    init() throws { office = try Office(limits: ExperimentMethodsTests.few) }

    private static var few: Limits {
        var limits = Limits()
        limits.experimentsPerNamespace = 3
        return limits
    }

    // MARK: Creating

    @Test func `an experiment is created once by one request, and refused to another`() async throws {
        let first = try await office.create(request: "create-1")
        #expect(first.name == "demo" && first.namespace == "default" && first.state == .experimentRunning)
        #expect(try await office.create(request: "create-1") == first)
        #expect(await refusal { try await office.create(request: "create-2") }?.code == .alreadyExists)
        #expect(await refusal { try await office.create() }?.code == .alreadyExists)
    }

    @Test func `everything that is wrong is said at once, with its field and line`() async throws {
        let text = Office.manifest("demo", algorithm: "tpee").replacing("min: \"1\"", with: "min: \"1000\"")
        let error = await refusal {
            let _: Attune_V1_Experiment = try await office.call(
                "Experiments/CreateExperiment", Attune_V1_CreateExperimentRequest.with { $0.text = text })
        }
        #expect(error?.code == .invalidArgument)
        let fields = ["spec.algorithm.algorithmName", "spec.parameters[1].feasibleSpace.min"]
        #expect(error?.problems.map(\.field.description) == fields)
        let reply: Attune_V1_ValidateExperimentReply = try await office.call(
            "Experiments/ValidateExperiment", Attune_V1_ValidateExperimentRequest.with { $0.text = text })
        #expect(!reply.valid && reply.problems.map(\.field) == fields && reply.problems.map(\.line) == [6, 11])
        #expect(try await office.store.experiments().isEmpty)
    }

    @Test func `an object is as good as text`() async throws {
        let object = try await office.create().manifest
        let copy: Attune_V1_Experiment = try await office.call(
            "Experiments/CreateExperiment",
            Attune_V1_CreateExperimentRequest.with {
                $0.object = object
                $0.object.fields["metadata"]?.structValue.fields["name"] = "copy"
            })
        #expect(copy.name == "copy" && copy.manifest.fields["spec"] == object.fields["spec"])
    }

    @Test(arguments: ["", "kind: Pod", "{", "- 1\n- 2", "\u{0}"])
    func `what is no experiment is refused`(text: String) async throws {
        let error = await refusal {
            let _: Attune_V1_Experiment = try await office.call(
                "Experiments/CreateExperiment", Attune_V1_CreateExperimentRequest.with { $0.text = text })
        }
        #expect(error?.code == .invalidArgument)
    }

    @Test func `a namespace has no more experiments than it may`() async throws {
        for name in ["a", "b", "c"] { _ = try await office.create(name) }
        #expect(await refusal { try await office.create("d") }?.code == .resourceExhausted)
        _ = try await office.create("d", as: Caller(namespace: "team"))
        try await delete("a")
        _ = try await office.create("d")
    }

    @Test func `what a caller says of our own annotations counts for nothing`() async throws {
        let text = Office.manifest("demo").replacing(
            "metadata: {name: demo}",
            with:
                "metadata: {name: demo, annotations: {attune.dev/namespace: team, attune.dev/trials: /etc, mine: yes}}")
        let created: Attune_V1_Experiment = try await office.call(
            "Experiments/CreateExperiment", Attune_V1_CreateExperimentRequest.with { $0.text = text })
        #expect(created.namespace == "default")
        let stored = try #require(try await office.store.experiment("demo"))
        #expect(stored.metadata.annotations == ["mine": "yes"])
    }

    // MARK: Namespaces

    @Test func `namespaces do not see one another`() async throws {
        let team = Caller(namespace: "team")
        _ = try await office.create("demo")
        _ = try await office.create("demo", as: team)
        let trial = try await office.ask("demo", as: team).trials[0]
        #expect(trial.name == "demo-1")
        #expect(try await office.trials().isEmpty)
        #expect(try await office.experiment(as: team).counts.running == 1)
        #expect(await refusal { try await office.experiment("demo", as: Caller(namespace: "x")) }?.code == .notFound)
        #expect(await refusal { try await office.experiment("team/demo") }?.code == .invalidArgument)
        for (caller, names) in [(Caller(), ["demo"]), (team, ["demo"]), (Caller(namespace: "tea"), [])] {
            let list: Attune_V1_ListExperimentsReply = try await office.call(
                "Experiments/ListExperiments", Attune_V1_ListExperimentsRequest(), as: caller)
            #expect(list.experiments.map(\.name) == names)
        }
    }

    @Test func `a warm start reaches only into its own namespace`() async throws {
        let team = Caller(namespace: "team")
        _ = try await office.create("secret", as: team)
        let error = await refusal {
            try await office.create("demo", more: "warmStart: {experiments: [team/secret]}")
        }
        #expect(error?.code == .invalidArgument)
        _ = try await office.create("demo", more: "warmStart: {experiments: [secret]}", as: team)
    }

    // MARK: Looking

    @Test func `lists come in pages`() async throws {
        for name in ["a", "b", "c"] { _ = try await office.create(name) }
        var names: [String] = []
        var token = ""
        repeat {
            let page: Attune_V1_ListExperimentsReply = try await office.call(
                "Experiments/ListExperiments",
                Attune_V1_ListExperimentsRequest.with {
                    $0.pageSize = 2
                    $0.pageToken = token
                })
            names += page.experiments.map(\.name)
            token = page.nextPageToken
        } while !token.isEmpty
        #expect(names == ["a", "b", "c"])
    }

    @Test func `trials are filtered by state, in pages`() async throws {
        _ = try await office.create(parallel: 10)
        let trials = try await office.ask(count: 7).trials
        for trial in trials where !trial.number.isMultiple(of: 2) { try await office.tell(trial, 1) }
        func page(_ states: [String], _ token: String) async throws -> Attune_V1_ListTrialsReply {
            try await office.call(
                "Experiments/ListTrials",
                Attune_V1_ListTrialsRequest.with {
                    $0.experiment = "demo"
                    $0.pageSize = 2
                    $0.states = states
                    $0.pageToken = token
                })
        }
        let first = try await page(["Succeeded"], "")
        let second = try await page(["Succeeded"], first.nextPageToken)
        #expect((first.trials + second.trials).map(\.number) == [1, 3, 5, 7] && second.nextPageToken.isEmpty)
        #expect(await refusal { try await page([], "x") }?.code == .invalidArgument)
    }

    // MARK: Changing

    private func delete(_ name: String, request: String = "") async throws {
        let _: Attune_V1_DeleteExperimentReply = try await office.call(
            "Experiments/DeleteExperiment",
            Attune_V1_DeleteExperimentRequest.with {
                $0.experiment = name
                $0.requestID = request
            })
    }

    @Test func `what was deleted is gone, and can be created anew`() async throws {
        _ = try await office.create()
        _ = try await office.ask()
        try await delete("demo", request: "delete-1")
        try await delete("demo", request: "delete-1")
        #expect(await refusal { try await delete("demo", request: "delete-2") }?.code == .notFound)
        #expect(await refusal { try await office.ask() }?.code == .notFound)
        _ = try await office.create()
        #expect(try await office.ask().trials.first?.number == 1)
    }

    @Test func `a larger budget opens a finished experiment again`() async throws {
        _ = try await office.create(parallel: 1, maxTrials: 1, more: "maxFailedTrialCount: 1")
        try await office.tell(try await office.ask().trials[0], 1)
        #expect(try await office.ask().state == .askOver)
        let edited: Attune_V1_Experiment = try await office.call(
            "Experiments/EditBudget",
            Attune_V1_EditBudgetRequest.with {
                $0.experiment = "demo"
                $0.budget.maxTrials = 2
            })
        #expect(
            edited.state == .experimentRunning && edited.budget.maxTrials == 2 && edited.budget.maxFailedTrials == 1)
        #expect(try await office.ask().trials.first?.number == 2)
        let error = await refusal {
            let _: Attune_V1_Experiment = try await office.call(
                "Experiments/EditBudget",
                Attune_V1_EditBudgetRequest.with {
                    $0.experiment = "demo"
                    $0.budget.maxTrials = 0
                    $0.budget.parallelTrials = -1
                })
        }
        #expect(error?.problems.map(\.field.description) == ["budget.parallel_trials", "budget.max_trials"])
    }

    @Test func `trials carried out elsewhere are taken in, all or none`() async throws {
        _ = try await office.create()
        func request(_ learningRates: [Double]) -> Attune_V1_ImportTrialsRequest {
            .with {
                $0.experiment = "demo"
                $0.requestID = "import-\(learningRates.count)"
                $0.trials = learningRates.map { rate in
                    .with {
                        $0.assignment.fields = ["lr": .init(numberValue: rate), "units": 3, "optimizer": "sgd"]
                        $0.metrics = ["loss": rate]
                    }
                }
            }
        }
        let error = await refusal {
            let _: Attune_V1_ImportTrialsReply = try await office.call("Experiments/ImportTrials", request([0.05, 5]))
        }
        #expect(error?.problems.map(\.field.description) == ["trials[1].assignment.lr"])
        #expect(try await office.trials().isEmpty)
        for _ in 0..<2 {
            let reply: Attune_V1_ImportTrialsReply = try await office.call(
                "Experiments/ImportTrials", request([0.05, 0.02, 0.07]))
            #expect(reply.numbers == [1, 2, 3])
        }
        #expect(try await office.experiment().best.number == 2)
        #expect(try await office.ask().trials.first?.number == 4)
    }

    // MARK: Watching

    @Test func `a watcher sees the whole log, then every event, and ends with the experiment`() async throws {
        _ = try await office.create()
        let trial = try await office.ask().trials[0]
        let seen = Mutex<[Int64]>([])
        let watching = Task {
            let stream = try #require(office.experiments.streams.first)
            let request = Attune_V1_WatchEventsRequest.with { $0.experiment = "demo" }
            try await stream.answer(try request.serializedBytes(), .protobuf, Caller()) { bytes in
                let event = try Attune_V1_Event(serializedBytes: bytes)
                seen.withLock { $0.append(event.sequence) }
            }
        }
        await office.clock.hasSleeper()
        try await office.tell(trial, 1)
        while seen.withLock({ $0.count }) < 3 { await Task.yield() }
        try await delete("demo")
        try await watching.value
        #expect(seen.withLock { $0 } == [1, 2, 3])
    }

    @Test func `the log is read from any place on`() async throws {
        _ = try await office.create()
        try await office.tell(try await office.ask().trials[0], 1)
        let page: Attune_V1_ListEventsReply = try await office.call(
            "Experiments/ListEvents",
            Attune_V1_ListEventsRequest.with {
                $0.experiment = "demo"
                $0.after = 1
            })
        #expect(page.events.map(\.kind) == ["observed", "ended"] && page.events.map(\.sequence) == [2, 3])
        #expect(page.total == 3)
    }

    @Test func `who drives the experiment elsewhere is named`() async throws {
        _ = try await office.create()
        let claim = try await office.store.claim("demo", at: office.clock.now)
        #expect(await refusal { try await office.ask() }?.code == .unavailable)
        try await office.store.release(claim)
        #expect(try await office.ask().state == .askTrials)
    }
}

struct IntegralNumbersTests {
    @Test(arguments: [
        (#"{"a":3.0,"b":-12.0,"c":[1.0,2.5,0.0]}"#, #"{"a":3,"b":-12,"c":[1,2.5,0]}"#),
        (#"{"a":"3.0,","b\".0,":1e20,"c":10.01}"#, #"{"a":"3.0,","b\".0,":1e20,"c":10.01}"#),
        (#"{"a":3.05,"b":"\\","c":7.0}"#, #"{"a":3.05,"b":"\\","c":7}"#), ("1.0", "1"), ("", ""),
    ])
    func `whole numbers lose their point, and nothing else does`(before: String, after: String) {
        #expect(String(decoding: IntegralNumbers.shortened(Array(before.utf8)), as: UTF8.self) == after)
    }
}
