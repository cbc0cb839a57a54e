import AttuneCore
import AttuneStore
import AttuneYAML
import Foundation

/// Everything there is to say of an experiment but its trials.
public struct ExperimentDetail: Sendable {
    public let card: ExperimentCard
    /// As it was edited last.
    public let budget: Budget
    public let view: ExperimentView
    /// The best trial's assignment, as trials are told of it.
    public let bestAssignment: JSON?
    /// Whether trials left output on this machine.
    public let hasLogs: Bool

    public init(
        _ card: ExperimentCard, budget: Budget, _ view: ExperimentView, bestAssignment: JSON?, hasLogs: Bool
    ) {
        self.card = card
        self.budget = budget
        self.view = view
        self.bestAssignment = bestAssignment
        self.hasLogs = hasLogs
    }

    private var experiment: Experiment { card.experiment }

    public var json: JSON {
        var fields = card.fields
        for (key, value) in identity { fields[key] = value }
        for (key, value) in search { fields[key] = value }
        for (key, value) in progress { fields[key] = value }
        if let best = card.summary.best {
            fields["best"] = [
                "number": .number(best.number), "value": .page(best.value), "assignment": bestAssignment ?? .null,
            ]
        }
        return .object(fields)
    }

    private var identity: JSON.Fields {
        [
            "yaml": .string(experiment.manifestText), "manifest": experiment.manifest,
            "parallelTrials": .number(budget.parallelTrials), "maxTrials": .page(budget.maxTrials),
            "maxFailedTrials": .page(budget.maxFailedTrials), "goal": .page(experiment.objective.goal),
            "hasCells": .bool(experiment.hasCells), "hasLogs": .bool(hasLogs),
            "template": ["command": .page(experiment.command), "kind": .page(experiment.templateKind)],
            "priorTrials": .number(card.summary.priorTrials),
        ]
    }

    private var search: JSON.Fields {
        [
            "objectives": .array(
                experiment.objective.targets.map {
                    [
                        "name": .string($0.metric), "maximize": .bool($0.direction == .maximize),
                        "goal": .page($0.goal), "reference": .page($0.reference),
                    ]
                }),
            "constraints": .array(
                experiment.objective.constraints.map {
                    ["name": .string($0.metric), "min": .page($0.min), "max": .page($0.max)]
                }),
            "metrics": .page(view.metricNames),
            "parameters": .array(experiment.space.parameters.map { ParameterAxis($0).json }),
            "algorithm": ["name": .string(experiment.algorithm.name), "settings": experiment.algorithm.settingsJSON],
            "stopping": experiment.earlyStopping.map {
                ["rule": .string($0.name), "settings": $0.settingsJSON]
            } ?? .null,
        ]
    }

    private var progress: JSON.Fields {
        let ended = view.ends.filter { !$0.isNaN }.max()
        let isOver = card.summary.status != .running
        return [
            "front": experiment.objective.hasSeveralTargets ? view.numbers(view.front().members) : .null,
            "started": .pageTime(view.starts.first ?? card.summary.createdAt.timeIntervalSince1970),
            "ended": isOver ? .pageTime(ended) : .null, "trialSeconds": .page(view.medianSeconds),
        ]
    }
}

extension ExperimentView {
    /// How long a trial that ended took, in the middle of all.
    public var medianSeconds: Double? {
        var seconds = ends.indices.compactMap { ends[$0].isNaN ? nil : ends[$0] - starts[$0] }
        guard !seconds.isEmpty else { return nil }
        seconds.sort()
        return (seconds[seconds.count / 2] * 1_000).rounded() / 1_000
    }
}

extension AlgorithmSpec {
    var settingsJSON: JSON { .object(JSON.Fields(settings.map { ($0.name, .string($0.value)) })) }
}

extension Experiment {
    /// The manifest without what Attune notes beside it, so that it can be submitted again.
    public var manifest: JSON {
        var plain = self
        plain.metadata.annotations = metadata.annotations.filter { !$0.key.hasPrefix("attune.dev/") }
        return plain.json
    }

    /// The same as YAML.
    public var manifestText: String { manifest.yaml }

    /// Whether its trials have cells that can be drawn: in their parameters, or in what they print.
    public var hasCells: Bool { nas?.cells != nil || command?.contains("nas search") == true }

    /// The resource that trials are made of, such as `Job`; nil where a script carries them out.
    var templateKind: String? { templateSpec?["kind"]?.string }

    /// The command of a trial, its parameters still to be filled in.
    public var command: String? { templateSpec.flatMap(Experiment.command) }

    /// The command of a process, or of a resource's first container, as one would type it.
    static func command(of resource: JSON) -> String? {
        let container =
            resource["command"] == nil
            ? (resource["spec"]?["template"]?["spec"]?["containers"] ?? resource["spec"]?["containers"])?[0] : resource
        let words = (container?["command"]?.array ?? []) + (container?["args"]?.array ?? [])
        let texts = words.compactMap(\.scalarText)
        return texts.isEmpty ? nil : texts.map(\.quotedForShell).joined(separator: " ")
    }

    private var templateSpec: JSON? {
        guard let template, case .spec(let spec) = template.source else { return nil }
        return spec
    }
}

extension String {
    /// In single quotes where a shell would take it for anything else.
    fileprivate var quotedForShell: String {
        let isPlain = wholeMatch(of: /[A-Za-z0-9_\/.,:=@%+\-]+/) != nil
        return isPlain ? self : "'" + replacing("'", with: "'\\''") + "'"
    }
}
