extension TrialTemplate {
    /// The resource for one trial: every `${trialParameters.x}` replaced by its value, named and placed for the trial.
    ///
    /// Replacement works on the tree, string by string, so a value with quotes, backslashes or line breaks arrives intact.
    /// A reference to an inactive parameter gives its default, else an empty string.
    ///
    /// - Parameter resource: the template as a tree, unrendered.
    /// - Throws: `AttuneError` for a reference that nothing answers.
    public func rendered(
        _ resource: JSON, for trial: Trial, in experiment: Experiment
    ) throws(AttuneError) -> JSON {
        var values: [String: String] = [:]
        let derived = experiment.nas == nil ? [] : experiment.presented(trial.assignment)
        for reference in references {
            if let told = derived.first(where: { $0.name == reference.reference }) {
                values[reference.name] = told.value
                continue
            }
            values[reference.name] = try value(
                of: reference.reference, resource: resource, trial: trial, in: experiment)
        }
        let known = values
        var rendered = try resource.mapStrings { text throws(AttuneError) in
            try TrialTemplate.substitute(text) { known[$0] }
        }
        guard case .object(var fields) = rendered else { throw AttuneError("trialTemplate: must be an object") }
        var metadata = fields["metadata"]?.object ?? JSON.Fields()
        metadata["name"] = .string(trial.name)
        if let namespace = experiment.metadata.namespace { metadata["namespace"] = .string(namespace) }
        fields["metadata"] = .object(metadata)
        rendered = .object(fields)
        return rendered
    }

    private func value(
        of reference: String, resource: JSON, trial: Trial, in experiment: Experiment
    ) throws(AttuneError) -> String {
        guard let meta = MetaReference(reference) else {
            guard let spec = experiment.space[reference] else {
                throw AttuneError("trialParameters: reference \"\(reference)\" is no parameter of the experiment")
            }
            return (trial.assignment[reference] ?? spec.defaultValue)?.description ?? ""
        }
        guard let value = meta.value(in: resource, trial: trial, namespace: experiment.metadata.namespace) else {
            throw AttuneError("trialParameters: illegal reference of trial metadata: \(reference)")
        }
        return value
    }

    /// Replaces each `${trialParameters.NAME}` of `text`.
    static func substitute(_ text: String, _ value: (String) -> String?) throws(AttuneError) -> String {
        var result = ""
        var rest = text[...]
        while let start = rest.firstRange(of: TrialTemplate.opening) {
            result += rest[..<start.lowerBound]
            guard let end = rest[start.upperBound...].firstIndex(of: "}") else { break }
            let name = String(rest[start.upperBound..<end])
            guard let replacement = value(name) else {
                throw AttuneError("trialTemplate: ${trialParameters.\(name)} is not among trialParameters")
            }
            result += replacement
            rest = rest[rest.index(after: end)...]
        }
        return result + rest
    }

    static let opening = "${trialParameters."

    /// The names that the strings of `resource` refer to, in order of appearance.
    public static func placeholders(in resource: JSON) -> [String] {
        var names: [String] = []
        var seen: Set<String> = []
        _ = try? resource.mapStrings { text throws(AttuneError) in
            try substitute(text) { name in
                if seen.insert(name).inserted { names.append(name) }
                return ""
            }
        }
        return names
    }
}

/// `${trialSpec.Name}` and its like: what a template may know of the trial itself.
public enum MetaReference: Sendable, Hashable {
    case name, namespace, kind, apiVersion
    case annotation(String)
    case label(String)

    /// Nil when `reference` is not of the form `${trialSpec.…}` or asks for something unknown.
    public init?(_ reference: String) {
        guard reference.hasPrefix("${trialSpec."), reference.hasSuffix("}") else { return nil }
        let key = reference.dropFirst("${trialSpec.".count).dropLast()
        switch key {
        case "Name": self = .name
        case "Namespace": self = .namespace
        case "Kind": self = .kind
        case "APIVersion": self = .apiVersion
        default:
            guard key.hasSuffix("]"), let bracket = key.firstIndex(of: "[") else { return nil }
            let index = String(key[key.index(after: bracket)...].dropLast())
            switch key[..<bracket] {
            case "Annotations": self = .annotation(index)
            case "Labels": self = .label(index)
            default: return nil
            }
        }
    }

    /// Whether the text means to be a meta reference, well formed or not.
    public static func isIntended(by reference: String) -> Bool { reference.hasPrefix("${trialSpec") }

    /// The value for a trial of that template; nil when the template lacks the label or annotation.
    func value(in resource: JSON, trial: Trial, namespace: String?) -> String? {
        switch self {
        case .name: trial.name
        case .namespace: namespace ?? "default"
        case .kind: resource["kind"]?.string
        case .apiVersion: resource["apiVersion"]?.string
        case .annotation(let key): resource["metadata"]?["annotations"]?[key]?.scalarText
        case .label(let key): resource["metadata"]?["labels"]?[key]?.scalarText
        }
    }
}
