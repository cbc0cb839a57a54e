import AttuneAlgorithms
import AttuneCore
import Foundation

/// Which parameters mattered, by every method that has something to say.
struct ImportanceTable {
    private let metric: String
    private let ended: Int
    private let names: [String]
    private let found: [ImportanceMethod: Importance]
    /// Why a method has nothing to say.
    private let problems: [ImportanceMethod: String]

    init(_ study: Study) {
        metric = study.objective.metric
        ended = study.ended.count
        names = study.experiment.space.names
        var found: [ImportanceMethod: Importance] = [:]
        var problems: [ImportanceMethod: String] = [:]
        for method in ImportanceMethod.allCases {
            do throws(AttuneError) {
                found[method] = try study.importance(by: method)
            } catch {
                problems[method] = error.message
            }
        }
        self.found = found
        self.problems = problems
    }

    /// The mean of the methods' shares decides the order.
    private var ranked: [String] {
        func share(_ name: String) -> Double { found.values.reduce(0) { $0 + ($1[name]?.share ?? 0) } }
        return names.enumerated().sorted { (share($1.element), $0.offset) < (share($0.element), $1.offset) }
            .map(\.element)
    }

    private var trials: Int? { found.values.first?.trials }

    // MARK: Text

    var text: String {
        guard let trials else { return "importance  " + Set(problems.values).sorted().joined(separator: "; ") }
        let header = ["PARAMETER", "PED-ANOVA", "FANOVA", "WITH INTERACTIONS"]
        var lines = ["importance for \(metric)", TextTable(header: header, rows: ranked.map(cells)).text]
        lines += strongest.map { "\($0.first) × \($0.second)  \(percent($0.share)) together, beyond what each does" }
        lines += problems.map { "\($0.key.rawValue)  \($0.value)" }.sorted()
        let others = ended - trials
        lines.append(
            "from \(trials) trials" + (others > 0 ? "; \(others) that failed or ended early are left out" : ""))
        return lines.joined(separator: "\n")
    }

    private func cells(of name: String) -> [String] {
        let shares = [found[.pedAnova]?[name]?.share, found[.fanova]?[name]?.share].map { share in
            share.map { bar($0) + " " + percent($0) } ?? "-"
        }
        return [name] + shares + [(found[.fanova]?[name]?.total).map(percent) ?? "-"]
    }

    private func percent(_ share: Double) -> String { String(format: "%3.0f %%", share * 100) }

    /// Twenty characters wide.
    private func bar(_ share: Double) -> String {
        let full = Int((share * 20).rounded())
        return String(repeating: "█", count: full) + String(repeating: "·", count: 20 - full)
    }

    /// Of the interactions the three greatest that are worth a line.
    private var strongest: [ParameterInteraction] {
        Array((found[.fanova]?.interactions ?? []).filter { $0.share >= 0.05 }.prefix(3))
    }

    // MARK: JSON

    var json: JSON {
        [
            "metric": .string(metric), "trials": trials.map { .number($0) } ?? .null,
            "parameters": trials == nil ? [] : .array(ranked.map(json)),
            "interactions": .array(
                (found[.fanova]?.interactions ?? []).map {
                    ["parameters": [.string($0.first), .string($0.second)], "share": .number($0.share)]
                }),
            "problems": .object(
                JSON.Fields(problems.map { ($0.key.rawValue, .string($0.value)) }.sorted { $0.0 < $1.0 })),
        ]
    }

    private func json(of name: String) -> JSON {
        let (pedAnova, fanova) = (found[.pedAnova]?[name], found[.fanova]?[name])
        return [
            "name": .string(name), "pedAnova": pedAnova.map { .number($0.share) } ?? .null,
            "fanova": fanova.map { .number($0.share) } ?? .null,
            "fanovaTotal": (fanova?.total).map { .number($0) } ?? .null,
        ]
    }
}
