import AttuneCore
import AttuneStore
import Foundation

/// Experiments side by side.
public struct ExperimentComparison: Sendable {
    public let entries: [(card: ExperimentCard, view: ExperimentView)]

    public init(_ entries: [(card: ExperimentCard, view: ExperimentView)]) { self.entries = entries }

    public var json: JSON {
        [
            "experiments": .array(entries.map { summary($0.card, $0.view) }), "shared": .page(shared),
            "differences": .array(
                differences.map { ["path": .string($0.path), "values": .array($0.values)] }),
        ]
    }

    private func summary(_ card: ExperimentCard, _ view: ExperimentView) -> JSON {
        var fields = card.fields
        let last = view.ends.filter { !$0.isNaN }.max() ?? view.starts.last
        fields["seconds"] = view.starts.first.flatMap { first in last.map { .pageTime($0 - first) } } ?? .null
        fields["trialSeconds"] = .page(view.medianSeconds)
        fields["parameters"] = .page(card.experiment.space.names)
        fields["parallelTrials"] = .number(card.experiment.budget.parallelTrials)
        return .object(fields)
    }

    /// Parameters that all have, by name.
    var shared: [String] {
        let names = entries.map { $0.card.experiment.space.names }
        return (names.first ?? []).filter { name in names.allSatisfy { $0.contains(name) } }
    }

    /// Where the manifests differ, and what each has there, null for nothing.
    var differences: [(path: String, values: [JSON])] {
        let leaves = entries.map { entry -> [(String, JSON)] in entry.card.experiment.manifest.leaves() }
        let tables = leaves.map { Dictionary($0) { first, _ in first } }
        var seen: Set<String> = []
        return leaves.joined().map(\.0).filter { $0 != "metadata.name" && seen.insert($0).inserted }.compactMap {
            path in
            let values = tables.map { $0[path] ?? .null }
            return values.allSatisfy { $0 == values.first } ? nil : (path, values)
        }
    }
}

extension JSON {
    /// Every scalar with its path, such as `spec.parameters[rate].feasibleSpace.min`: members of a list that have names are
    /// known by them.
    fileprivate func leaves(at path: String = "") -> [(String, JSON)] {
        switch self {
        case .object(let fields):
            return fields.flatMap { $0.value.leaves(at: path.isEmpty ? $0.key : "\(path).\($0.key)") }
        case .array(let items):
            return items.enumerated().flatMap { index, item in
                item.leaves(at: "\(path)[\(item["name"]?.string ?? item["metric"]?.string ?? String(index))]")
            }
        default: return [(path, self)]
        }
    }
}
