import AttuneCore
import AttuneProcess
import AttuneStore
import Foundation

/// What commands read of experiments, wherever they are kept: in a store of this machine, or by a server.
protocol Records: Sendable {
    /// Every experiment, by name.
    func experiments() async throws -> [ExperimentSummary]
    /// Nil when there is none of that name; as for all of these.
    func summary(of name: String) async throws -> ExperimentSummary?
    func experiment(_ name: String) async throws -> Experiment?
    /// The experiment with its events.
    func load(_ name: String) async throws -> StoredExperiment?
    func best(of name: String) async throws -> TrialRow?
    /// The living process that drives it.
    func holder(of name: String) async throws -> String?
    /// All trials by number.
    func allTrials(of name: String) async throws -> [TrialRow]
    func trial(_ number: Trial.Number, of name: String) async throws -> TrialRow?
    /// Where this machine keeps what trials leave; nil where it has none of them.
    func trialDirectories(of name: String) async throws -> TrialDirectories?
    /// How people start an experiment here.
    var firstStep: String { get }
}

extension Records {
    /// - Throws: `AttuneError` naming the nearest experiment when there is none of that name.
    func required(_ name: String) async throws -> ExperimentSummary {
        if let summary = try await summary(of: name) { return summary }
        throw AttuneError(try await unknown(name))
    }

    /// The experiment with its events.
    func requiredStudy(_ name: String) async throws -> StoredExperiment {
        if let stored = try await load(name) { return stored }
        throw AttuneError(try await unknown(name))
    }

    /// The experiment as it was created.
    func requiredExperiment(_ name: String) async throws -> Experiment {
        if let experiment = try await experiment(name) { return experiment }
        throw AttuneError(try await unknown(name))
    }

    private func unknown(_ name: String) async throws -> String {
        let names = try await experiments().map(\.name)
        let hint =
            nearest(to: name, among: names).map { "; did you mean \($0)?" }
            ?? (names.isEmpty ? "" : "; attune list shows what there is")
        return "there is no experiment named \(name)\(hint)"
    }
}

extension SQLiteStore: Records {
    /// A page at a time.
    func allTrials(of name: String) async throws -> [TrialRow] {
        var all: [TrialRow] = []
        while case let page = try await trials(of: name, offset: all.count, limit: 5_000), !page.isEmpty { all += page }
        return all
    }

    func trial(_ number: Trial.Number, of name: String) async throws -> TrialRow? {
        number < 1 ? nil : try await trials(of: name, offset: number - 1, limit: 1).first
    }

    func trialDirectories(of name: String) async throws -> TrialDirectories? {
        try await experiment(name)?.trialDirectories
    }

    var firstStep: String { "attune run FILE starts one" }
}
