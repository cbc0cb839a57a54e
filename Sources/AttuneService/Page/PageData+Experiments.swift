import AttuneCore
import AttunePage
import AttuneStore
import Foundation

/// The list of experiments, and one of them.
extension PageData {
    func list() async throws -> JSON {
        let all = try await store.summaries(in: caller.tenancy)
        let search = query["search"]?.lowercased()
        let found = all.filter { search == nil || $0.name.lowercased().contains(search ?? "") }
        let states = Dictionary(grouping: found, by: \.status.pageWord).mapValues(\.count)
        let wanted = Set(query.list("states"))
        let chosen = found.filter { wanted.isEmpty || wanted.contains($0.status.pageWord) }
        let sorted = try ExperimentOrder(query["sort"] ?? "-created").sorted(chosen)
        let offset = try query.number("offset", 0, 0...Int.max)
        let limit = try query.number("limit", 50, 1...500)
        var cards: [JSON] = []
        for summary in sorted.dropFirst(offset).prefix(limit) {
            // Lists do not say who drives an experiment.
            guard let current = try await store.summary(of: summary.id), let card = try await card(current) else {
                continue
            }
            cards.append(card.json)
        }
        return [
            "total": .number(sorted.count),
            "states": .object(JSON.Fields(states.sorted { $0.key < $1.key }.map { ($0.key, .number($0.value)) })),
            "experiments": .array(cards),
        ]
    }

    /// Nil where it was deleted meanwhile.
    func card(_ summary: ExperimentSummary) async throws -> ExperimentCard? {
        guard let experiment = try await store.experiment(summary.id) else { return nil }
        let spark = try await page.sparks.values(of: summary, store)
        return ExperimentCard(summary, namespace: caller.namespace, experiment, spark: spark)
    }

    func detail(_ name: String) async throws -> JSON {
        try await detailPage(of: try await subject(name), texts: false).json
    }

    /// - Parameter texts: whether the view is wanted with parameters and metrics.
    func detailPage(of subject: Subject, texts: Bool) async throws -> ExperimentDetail {
        guard let card = try await card(subject.summary) else { throw page.hub.unknown(subject.id) }
        let view = try await view(of: subject, texts: texts || card.experiment.objective.hasSeveralTargets)
        let budget = try await store.editedBudget(of: subject.id) ?? card.experiment.budget
        let best = try await store.best(of: subject.id).map { $0.presentedAssignment(by: card.experiment) }
        let hasLogs = logs(of: subject, card.experiment).map { logs in
            (1...3).contains { logs.hasOutput(of: $0) }
        }
        return ExperimentDetail(card, budget: budget, view, bestAssignment: best, hasLogs: hasLogs ?? false)
    }
}

/// How the list is sorted.
struct ExperimentOrder {
    private enum Key: String { case created, name, best, progress }
    private let key: Key
    private let isDescending: Bool

    init(_ text: String) throws(ServiceError) {
        isDescending = text.hasPrefix("-")
        guard let key = Key(rawValue: isDescending ? String(text.dropFirst()) : text) else {
            throw ServiceError(
                .invalidArgument, "sort: found \"\(text)\"; must be created, name, best or progress, with - to turn it")
        }
        self.key = key
    }

    func sorted(_ all: [ExperimentSummary]) -> [ExperimentSummary] {
        if key == .name {
            return all.sorted { isDescending ? $0.name > $1.name : $0.name < $1.name }
        }
        let keyed = all.map { (summary: $0, value: value($0)) }
        return keyed.sorted { left, right in
            // What has no value comes last whatever the direction.
            guard let a = left.value, let b = right.value, a != b else {
                if (left.value == nil) != (right.value == nil) { return right.value == nil }
                return left.summary.name < right.summary.name
            }
            return isDescending ? a > b : a < b
        }.map(\.summary)
    }

    private func value(_ summary: ExperimentSummary) -> Double? {
        switch key {
        case .created, .name: summary.createdAt.timeIntervalSince1970
        case .best: summary.best?.value.number
        case .progress: summary.maxTrials.map { Double(summary.counts.ended) / Double(max(1, $0)) }
        }
    }
}
