import AttuneCore
import AttuneProto
import AttuneStore
import AttuneTestSupport
import Foundation
import SwiftProtobuf
import Testing

@testable import AttuneService

/// Texts over the service's protocols.
struct TextObjectiveServiceTests {
    private func office() async throws -> (Office, Attune_V1_Trial) {
        let office = try Office()
        let _: Attune_V1_Experiment = try await office.call(
            "Experiments/CreateExperiment",
            Attune_V1_CreateExperimentRequest.with { $0.text = Samples.architectureSearch(trials: 2).json.description })
        return (office, try #require(try await office.ask("darts").trials.first))
    }

    private func report(
        _ office: Office, _ trial: Attune_V1_Trial, _ text: String, _ metric: String = "Best-Genotype",
        of experiment: String = "darts"
    ) async throws -> Attune_V1_ReportReply {
        try await office.call(
            "Trials/Report",
            Attune_V1_ReportRequest.with {
                ($0.experiment, $0.trial, $0.attempt) = (experiment, trial.number, trial.attempt)
                $0.observations = [
                    .with {
                        $0.metric = metric
                        $0.text = text
                    }
                ]
            })
    }

    private func tell(
        _ office: Office, _ trial: Attune_V1_Trial, _ texts: [String: String], of experiment: String = "darts"
    ) async throws -> Attune_V1_TellReply {
        try await office.call(
            "Trials/Tell",
            Attune_V1_TellRequest.with {
                ($0.experiment, $0.trial, $0.attempt) = (experiment, trial.number, trial.attempt)
                $0.texts = texts
            })
    }

    @Test func `a worker tells a text, and it is the best`() async throws {
        let (office, trial) = try await office()
        #expect(try await report(office, trial, "half done").verdict == .proceed)
        #expect(try await tell(office, trial, ["Best-Genotype": Samples.genotype]).state == "Succeeded")
        let experiment = try await office.experiment("darts")
        #expect(experiment.best.number == 1 && !experiment.best.hasValue)
        let metric = try #require(experiment.best.metrics["Best-Genotype"])
        #expect(metric.text == Samples.genotype && !metric.hasLatest && !metric.hasMin)
        let listed: Attune_V1_ListExperimentsReply = try await office.call(
            "Experiments/ListExperiments", Attune_V1_ListExperimentsRequest())
        #expect(listed.experiments.first?.best.metrics["Best-Genotype"]?.text == Samples.genotype)
        let study = try #require(try await office.study("darts"))
        #expect(study.best?.observations.map(\.text) == ["half done", Samples.genotype])
    }

    @Test func `texts that cannot be are refused, and change nothing`() async throws {
        let (office, trial) = try await office()
        let long = String(repeating: "g", count: ReportedValue.longestText + 1)
        for text in [" ", "unavailable", long] {
            #expect(await refusal { try await report(office, trial, text) }?.code == .invalidArgument)
            #expect(await refusal { try await tell(office, trial, ["Best-Genotype": text]) }?.code == .invalidArgument)
        }
        #expect(await refusal { try await report(office, trial, "x", "other") }?.code == .invalidArgument)
        #expect(try await office.study("darts")?[1].observations.isEmpty == true)
        _ = try await office.create()
        let number = try #require(try await office.ask().trials.first)
        let refused = await refusal { try await report(office, number, "low", "loss", of: "demo") }
        #expect(refused?.code == .invalidArgument && refused?.message.contains("loss takes numbers") == true)
        #expect(await refusal { try await tell(office, number, ["loss": "low"], of: "demo") }?.code == .invalidArgument)
        #expect(try await office.trials()[0].state == "Running")
    }

    @Test func `Katib's DBManager gives a trial's text`() async throws {
        let (office, trial) = try await office()
        _ = try await tell(office, trial, ["Best-Genotype": Samples.genotype])
        let reply = try await KatibObservations(office.store).log(
            .with { $0.trialName = "darts-1" }, for: Caller.defaultNamespace)
        #expect(reply.observationLog.metricLogs.map(\.metric.value) == [Samples.genotype])
    }

    @Test func `a controller's trial with a text has succeeded`() throws {
        let objective = Samples.architectureSearch().objective
        func outcome(_ value: String, of objective: Objective) -> Outcome? {
            let status = Api_V1_Beta1_TrialStatus.with {
                $0.condition = .succeeded
                $0.observation.metrics = [.with { ($0.name, $0.value) = (objective.metric, value) }]
            }
            return KatibTrial.Ending(status, of: objective)?.outcome
        }
        #expect(outcome(Samples.genotype, of: objective) == .succeeded)
        #expect(outcome("0.5", of: objective) == .succeeded)
        for value in ["unavailable", "", "nan"] {
            #expect(outcome(value, of: objective)?.name == "MetricsUnavailable")
        }
        #expect(outcome("low", of: Samples.experiment().objective)?.name == "MetricsUnavailable")
    }

    // MARK: The page

    private static let hostile = "Genotype(\u{1B}[2J</script><script>alert(1)</script>\u{202E})"

    private func fill(_ store: SQLiteStore) async throws {
        let experiment = Samples.architectureSearch()
        try await store.create(experiment, at: Samples.noon)
        let claim = try await store.claim(experiment.id, at: Samples.noon)
        try await store.append(Samples.searched(experiment, [.text(Self.hostile)]), under: claim).wait()
        try await store.release(claim)
    }

    @Test func `the page has the text whole`() async throws {
        try await RunningServer.with { server in
            try await fill(server.store)
            let page = "/v1/page/experiments/darts"
            #expect(try await server.json(page)["best"]?["value"]?.string == Self.hostile)
            let trial = try await server.json(page + "/trials/1")
            #expect(trial["value"]?.string == Self.hostile)
            let metric = trial["metricsSummary"]?["Best-Genotype"]
            #expect(metric?["latest"]?.string == Self.hostile && metric?["min"] == .null)
            #expect(trial["series"]?["Best-Genotype"]?["value"]?.array?.isEmpty == true)
            let list = try await server.json("/v1/page/experiments")
            #expect(list["experiments"]?[0]?["best"]?["value"]?.string == Self.hostile)
            #expect(try await server.json("/v1/page/experiments?sort=best")["total"] == 1)
            let rows = try await server.json(page + "/trials")
            #expect(rows["trials"]?[0]?["value"]?.string == Self.hostile)
            for part in ["/history", "/curves", "/importance", "/parallel"] {
                #expect(try await server.get(page + part).status == 200)
            }
            let csv = try await server.get(page + "/trials.csv")
            #expect(csv.status == 200 && csv.body.contains("Genotype("))
        }
    }

    @Test func `a text in a report is no script`() async throws {
        try await RunningServer.with { server in
            try await fill(server.store)
            let reply = try await server.get("/v1/page/experiments/darts/report")
            #expect(reply.status == 200 && reply.body.contains("Genotype("))
            #expect(!reply.body.contains("<script>alert"))
            #expect(reply.body.matches(of: /<script/).count == 2)
        }
    }
}
