import AttuneAlgorithms
import AttuneCore

/// Which parameters mattered, by every method that has something to say.
public struct ImportanceComparison: Sendable {
    public let metric: String
    /// How many trials have ended.
    public let ended: Int
    public let found: [ImportanceMethod: Importance]
    /// Why a method has nothing to say.
    public let problems: [ImportanceMethod: String]
    private let names: [String]

    private init(
        metric: String, ended: Int, names: [String],
        _ measure: (ImportanceMethod) throws(AttuneError) -> Importance
    ) {
        self.metric = metric
        self.ended = ended
        self.names = names
        var found: [ImportanceMethod: Importance] = [:]
        var problems: [ImportanceMethod: String] = [:]
        for method in ImportanceMethod.allCases {
            do throws(AttuneError) {
                found[method] = try measure(method)
            } catch {
                problems[method] = error.message
            }
        }
        self.found = found
        self.problems = problems
    }

    public init(_ study: Study) {
        self.init(metric: study.objective.metric, ended: study.ended.count, names: study.experiment.space.names) {
            method throws(AttuneError) in try study.importance(by: method)
        }
    }

    /// - Parameter limit: how many trials to measure by; of more an even choice.
    public init(_ view: ExperimentView, limit: Int = 2_000) {
        let trials = view.importanceTrials(limit: limit)
        let (assignments, values) = (trials.map(view.assignment), trials.map { view.values[$0] })
        let ended = view.states.count { $0 != .running && $0 != .paused }
        self.init(metric: view.objective.metric, ended: ended, names: view.experiment.space.names) {
            method throws(AttuneError) in
            try method.importance(
                in: view.experiment.space, of: assignments, values: values, view.objective.direction,
                seed: view.experiment.seed)
        }
    }

    /// The mean of the methods' shares decides the order.
    public var ranked: [String] {
        func share(_ name: String) -> Double { found.values.reduce(0) { $0 + ($1[name]?.share ?? 0) } }
        return names.enumerated().sorted { (share($1.element), $0.offset) < (share($0.element), $1.offset) }
            .map(\.element)
    }

    public var trials: Int? { found.values.first?.trials }

    /// As `attune show --importance --json` has it.
    public var json: JSON {
        [
            "metric": .string(metric), "trials": .page(trials),
            "parameters": trials == nil ? [] : .array(ranked.map(json)), "interactions": interactions,
            "problems": .object(
                JSON.Fields(problems.map { ($0.key.rawValue, .string($0.value)) }.sorted { $0.0 < $1.0 })),
        ]
    }

    private var interactions: JSON {
        .array(
            (found[.fanova]?.interactions ?? []).map {
                ["parameters": [.string($0.first), .string($0.second)], "share": .number($0.share)]
            })
    }

    private func json(of name: String) -> JSON {
        let (pedAnova, fanova) = (found[.pedAnova]?[name], found[.fanova]?[name])
        return [
            "name": .string(name), "pedAnova": pedAnova.map { .number($0.share) } ?? .null,
            "fanova": fanova.map { .number($0.share) } ?? .null,
            "fanovaTotal": (fanova?.total).map { .number($0) } ?? .null,
        ]
    }

    /// As the page draws it: by one method, with what the other says beside it.
    public var pageJSON: JSON {
        let method: ImportanceMethod = found[.fanova] == nil ? .pedAnova : .fanova
        let shown = found[method]?.ranked ?? []
        return [
            "method": .string(method.rawValue), "metric": .string(metric), "trials": .number(trials ?? 0),
            "parameters": .array(
                shown.map { parameter in
                    guard case .object(var fields) = json(of: parameter.name) else { return .null }
                    fields["importance"] = .plotted(parameter.share)
                    // How sure it is of a share neither method tells.
                    fields["low"] = .null
                    fields["high"] = .null
                    return .object(fields)
                }),
            "interactions": interactions, "note": .string(note),
        ]
    }

    private var note: String {
        guard let trials else { return Set(problems.values).sorted().joined(separator: "; ") + "." }
        let measured = "Measured by \(trials) of \(ended) trials that have ended."
        return ([measured] + problems.map { "\($0.key.rawValue): \($0.value)." }.sorted()).joined(separator: " ")
    }
}

extension ExperimentView {
    /// By what importance is measured, in the order in which trials ended: those that succeeded with a value, and where
    /// these are few those that were stopped early too.
    func importanceTrials(limit: Int) -> [Int] {
        let ended = states.indices.filter { !ends[$0].isNaN && !values[$0].isNaN }
            .sorted { (ends[$0], $0) < (ends[$1], $1) }
        let succeeded = ended.filter { states[$0] == .succeeded }
        let counting =
            succeeded.count >= ImportanceMethod.leastTrials
            ? succeeded : ended.filter { states[$0] == .succeeded || states[$0] == .earlyStopped }
        return Thinning(limit: limit).chosen(of: counting.count).map { counting[$0] }
    }
}
