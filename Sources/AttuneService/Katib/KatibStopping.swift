import AttuneCore
import AttuneProto
import AttuneStore
import Foundation
import SwiftProtobuf

/// Katib's `EarlyStopping`: rules that a trial's own sidecar can keep, made of what earlier trials reported.
///
/// Such a rule is fixed when a trial begins: the trial stops when its objective's best value, after so many reports, is
/// beyond a value. What looks at other trials while this one runs cannot be told so.
struct KatibStopping: Sendable {
    private let catalogue: AlgorithmCatalogue
    private let store: SQLiteStore
    private let summaries = ReportSummaries()

    init(_ catalogue: AlgorithmCatalogue, _ store: SQLiteStore) {
        self.catalogue = catalogue
        self.store = store
    }

    /// The rules of the catalogue that can be said in Katib's form.
    private static let expressible = ["medianstop", "percentile", "threshold"]

    // MARK: Settings

    /// - Throws: `invalidArgument`, in Katib's words where it has some.
    func check(_ spec: AlgorithmSpec) throws(ServiceError) {
        guard let rule = catalogue[stoppingRule: spec.name] else {
            throw .refused("unknown algorithm name \(spec.name)")
        }
        guard KatibStopping.expressible.contains(spec.name) else {
            throw .refused(
                "early stopping \(spec.name) looks at other trials while one runs, which a rule of Katib's cannot; use "
                    + KatibStopping.expressible.joined(separator: ", "))
        }
        var seen: Set<String> = []
        for setting in spec.settings {
            guard let known = rule.settings.first(where: { $0.name == setting.name }),
                known.name != ControlGroup.setting.name
            else { throw .refused("unknown setting \(setting.name) for algorithm \(spec.name)") }
            if let complaint = known.complaint(about: setting.value) { throw .refused(complaint) }
            guard seen.insert(setting.name).inserted else { throw .refused("setting \(setting.name) is given twice") }
        }
        if let interval = spec["interval"], interval != "1" {
            throw .refused("interval: a rule of Katib's judges every report; leave it out")
        }
        if spec.name == "threshold", (spec["lower"] == nil) == (spec["upper"] == nil) {
            throw .refused(
                "threshold: give lower or upper, one of them; a trial of Katib's stops when all rules are met")
        }
    }

    // MARK: Rules

    func rules(
        _ request: Api_V1_Beta1_GetEarlyStoppingRulesRequest, for namespace: String
    ) async throws -> Api_V1_Beta1_GetEarlyStoppingRulesReply {
        let experiment = request.experiment.spec
        let spec = AlgorithmSpec(experiment.earlyStopping)
        try check(spec)
        let rule =
            spec.name == "threshold"
            ? threshold(spec, experiment.objective)
            : try await ranked(spec, experiment.objective, request.trials, namespace)
        return .with { $0.earlyStoppingRules = rule.map { [$0] } ?? [] }
    }

    private func threshold(
        _ spec: AlgorithmSpec, _ objective: Api_V1_Beta1_ObjectiveSpec
    ) -> Api_V1_Beta1_EarlyStoppingRule? {
        .with {
            $0.name = spec["metric"] ?? objective.objectiveMetricName
            $0.value = spec["lower"] ?? spec["upper"] ?? ""
            $0.comparison = spec["lower"] == nil ? .greater : .less
            $0.startStep = integer(spec["start_step"], or: 1)
        }
    }

    /// What trials that finished had come to after so many reports; nil while they are too few.
    private func ranked(
        _ spec: AlgorithmSpec, _ objective: Api_V1_Beta1_ObjectiveSpec, _ trials: [Api_V1_Beta1_Trial],
        _ namespace: String
    ) async throws -> Api_V1_Beta1_EarlyStoppingRule? {
        let isMedian = spec.name == "medianstop"
        let startStep = integer(spec["start_step"], or: 4)
        let direction: Objective.Direction = objective.type == .maximize ? .maximize : .minimize
        let finished = trials.filter { $0.status.condition == .succeeded }
            .map { ReportSummaries.Trial(name: $0.name, end: $0.status.completionTime) }
        let kind = ReportSummaries.Kind(
            namespace: namespace, metric: objective.objectiveMetricName, count: Int(startStep),
            summary: isMedian ? .mean : .best(direction))
        let values = try await summaries.values(of: finished, kind, in: store).sorted()
        guard !values.isEmpty, values.count >= Int(integer(spec["min_trials_required"], or: isMedian ? 3 : 5)) else {
            return nil
        }
        let percent = spec["percentile"].flatMap { Double($0) } ?? 50
        return .with {
            $0.name = objective.objectiveMetricName
            $0.value = (isMedian ? median(values) : values.last(ofBest: percent, direction)).text
            $0.comparison = direction == .maximize ? .less : .greater
            $0.startStep = startStep
        }
    }

    /// - Parameter values: ascending.
    private func median(_ values: [Double]) -> Double {
        let middle = values.count / 2
        // Halved first, as the sum of two large numbers may be infinite.
        return values.count.isMultiple(of: 2) ? values[middle - 1] / 2 + values[middle] / 2 : values[middle]
    }

    private func integer(_ text: String?, or usual: Int32) -> Int32 {
        text.flatMap { Int($0) }.map { Int32(clamping: $0) } ?? usual
    }

    // MARK: What became of a trial

    func note(
        _ request: Api_V1_Beta1_SetTrialStatusRequest, for namespace: String
    ) async throws -> Api_V1_Beta1_SetTrialStatusReply {
        let trial = try KatibObservations.trial(request.trialName)
        guard try await store.noteStopped(trial, in: namespace) else {
            throw ServiceError(.notFound, "no trial \(trial) has reported anything in namespace \(namespace)")
        }
        return .init()
    }
}

extension [Double] {
    /// The worst of the best so many in a hundred, at least of one.
    ///
    /// - Precondition: ascending, and not empty.
    fileprivate func last(ofBest percent: Double, _ direction: Objective.Direction) -> Double {
        let rank = Swift.max(Int((percent / 100 * Double(count)).rounded(.up)), 1) - 1
        return direction == .minimize ? self[rank] : self[count - 1 - rank]
    }
}
