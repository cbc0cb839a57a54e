/// Reads `trialTemplate`: the resource, or where to find it, and what its placeholders stand for.
extension ExperimentReader {
    /// - Parameters:
    ///   - parameters: the names that references may use; nil where anything goes.
    ///   - namesAreAlternatives: whether the names say the same in several ways, so that a trial need not be told all.
    func template(_ spec: MapReader, parameters: [String]?, namesAreAlternatives: Bool) -> TrialTemplate? {
        guard spec.has("trialTemplate") else {
            if fillsDefaults, purpose.isRunning { log.rule(spec.field["trialTemplate"], "must be specified") }
            return nil
        }
        guard let map = spec.map("trialTemplate"), let source = source(map) else { return nil }
        var template = TrialTemplate(
            source: source, retain: map.flag("retain") ?? false, primaryContainerName: map.text("primaryContainerName"),
            primaryPodLabels: map.dictionary("primaryPodLabels") ?? [:], successCondition: map.text("successCondition"),
            failureCondition: map.text("failureCondition"))
        if fillsDefaults { template.fillDefaults(labels: !map.has("primaryPodLabels")) }
        template.references = references(map)
        let placeholders = template.placeholders
        if template.isProcess, !map.has("trialParameters"), fillsDefaults {
            template.references = placeholders.map { .init(name: $0, reference: $0) }
        }
        if log.checksRules {
            check(template, map, placeholders: placeholders, parameters: parameters)
            if map.has("trialParameters"), let parameters, !(namesAreAlternatives && template.refers(toAny: parameters))
            {
                warnOfUnseen(parameters, template, map)
            }
        }
        return template
    }

    // MARK: Source

    private func source(_ map: MapReader) -> TrialTemplate.Source? {
        switch (map["trialSpec"], map.has("configMap")) {
        case (nil, false):
            log.error(map.field, "spec.trialTemplate.trialSpec or spec.trialTemplate.configMap must be specified")
            return nil
        case (let resource?, let hasConfigMap):
            if hasConfigMap { log.rule(map.field["configMap"], "only one of trialSpec and configMap can be specified") }
            guard MapReader(resource, at: map.field["trialSpec"], log) != nil else { return nil }
            return .spec(resource.json)
        case (nil, true): return map.map("configMap").flatMap(configMap)
        }
    }

    private func configMap(_ map: MapReader) -> TrialTemplate.Source? {
        let parts = ["configMapName", "configMapNamespace", "templatePath"].map { map.requiredText($0) }
        guard let name = parts[0], let namespace = parts[1], let path = parts[2] else { return nil }
        let source = TrialTemplate.ConfigMapSource(name: name, namespace: namespace, path: path)
        return .configMap(source, text: map.text("templateText") ?? text(of: source, map))
    }

    /// The template's text in the ConfigMap of that name among the documents; nil where the cluster has it.
    private func text(of source: TrialTemplate.ConfigMapSource, _ map: MapReader) -> String? {
        let found = configMaps.first {
            let metadata = $0["metadata"]
            return metadata?["name"]?.scalarText == source.name
                && metadata?["namespace"]?.scalarText ?? source.namespace == source.namespace
        }
        guard let data = found?["data"] else { return nil }
        guard let text = data[source.path]?.scalarText else {
            var keys: [String] = []
            if case .map(let members) = data.content { keys = members.map(\.key) }
            log.rule(
                map.field["templatePath"], found: "\"\(source.path)\"",
                "the ConfigMap \(source.name) has no such key; it has \(keys.joined(separator: ", "))")
            return nil
        }
        return text
    }

    private func references(_ map: MapReader) -> [TrialTemplate.Reference] {
        (map.maps("trialParameters") ?? []).compactMap { entry in
            let name = entry.requiredText("name")
            let reference = entry.requiredText("reference")
            let description = entry.text("description")
            guard let name, let reference else { return nil }
            return .init(name: name, description: description, reference: reference)
        }
    }

    // MARK: Rules

    private func check(_ template: TrialTemplate, _ map: MapReader, placeholders: [String], parameters: [String]?) {
        if !template.isProcess { checkClusterFields(of: template, map) }
        if case .spec(let resource) = template.source {
            checkResource(resource, map.field["trialSpec"])
            if template.isProcess { ProcessTemplate.check(map["trialSpec"], at: map.field["trialSpec"], log) }
        }
        let hasText = if case .configMap(_, nil) = template.source { false } else { true }
        let entries = map.maps("trialParameters") ?? []
        checkReferences(entries, placeholders: hasText ? Set(placeholders) : nil, parameters: parameters)
        checkPlaceholders(placeholders, of: template, map, parameters)
    }

    private func checkClusterFields(of template: TrialTemplate, _ map: MapReader) {
        if !map.has("trialParameters") { log.rule(map.field["trialParameters"], "must be specified") }
        if template.primaryContainerName?.isEmpty ?? true {
            log.rule(map.field["primaryContainerName"], "must be specified")
        }
        let kind = template.resource?["kind"]?.string.map { " for the kind \($0)" } ?? ""
        for (name, condition) in [
            ("successCondition", template.successCondition), ("failureCondition", template.failureCondition),
        ] where condition?.isEmpty ?? true {
            log.rule(map.field[name], "successCondition and failureCondition must be specified\(kind)")
        }
    }

    private func checkResource(_ resource: JSON, _ field: FieldPath) {
        for name in ["apiVersion", "kind"] where resource[name]?.scalarText?.isEmpty ?? true {
            log.rule(field[name], "APIVersion and Kind of the resource must be specified")
        }
        for name in ["name", "namespace"] where resource["metadata"]?[name]?.scalarText?.isEmpty == false {
            log.rule(field["metadata"][name], "must be omitted; trials are named and placed for you")
        }
    }

    /// - Parameter placeholders: nil where the template's text is not known.
    private func checkReferences(_ entries: [MapReader], placeholders: Set<String>?, parameters: [String]?) {
        var names: Set<String> = []
        var references: Set<String> = []
        for entry in entries {
            if let name = entry["name"]?.scalarText, !name.isEmpty {
                checkName(name, entry, isNew: names.insert(name).inserted, placeholders: placeholders)
            }
            guard let reference = entry["reference"]?.scalarText, !reference.isEmpty else { continue }
            let field = entry.field["reference"]
            if !references.insert(reference).inserted {
                log.rule(field, found: "\"\(reference)\"", "reference is used already; references can't be duplicated")
            } else if MetaReference.isIntended(by: reference) {
                guard MetaReference(reference) == nil else { continue }
                log.rule(
                    field, found: "\"\(reference)\"",
                    """
                    illegal reference of trial metadata; use ${trialSpec.Name}, Namespace, Kind, APIVersion, \
                    Annotations[…] or Labels[…]
                    """)
            } else if let parameters, !parameters.contains(reference) {
                let hint = nearest(to: reference, among: parameters).map { "; did you mean \"\($0)\"?" } ?? ""
                log.rule(field, found: "\"\(reference)\"", "reference does not exist in spec.parameters\(hint)")
            }
        }
    }

    private func checkName(_ name: String, _ entry: MapReader, isNew: Bool, placeholders: Set<String>?) {
        let field = entry.field["name"]
        if name.contains("{") || name.contains("}") {
            log.rule(field, found: "\"\(name)\"", "name must not contain { or }")
        } else if !isNew {
            log.rule(field, found: "\"\(name)\"", "name is used already; names can't be duplicated")
        } else if let placeholders, !placeholders.contains(name) {
            log.rule(field, found: "\"\(name)\"", "${trialParameters.\(name)} is not found in spec.trialTemplate")
        }
    }

    private func checkPlaceholders(
        _ placeholders: [String], of template: TrialTemplate, _ map: MapReader, _ parameters: [String]?
    ) {
        if map.has("trialParameters") {
            let known = (map.maps("trialParameters") ?? []).compactMap { $0["name"]?.scalarText }
            for name in placeholders where !known.contains(name) {
                let hint = nearest(to: name, among: known).map { "; did you mean \($0)?" } ?? ""
                log.rule(
                    map.field, found: "${trialParameters.\(name)}",
                    "is not found in spec.trialTemplate.trialParameters\(hint)")
            }
        } else if template.isProcess, let parameters {
            for name in placeholders where !parameters.contains(name) {
                let hint = nearest(to: name, among: parameters).map { "; did you mean \($0)?" } ?? ""
                log.rule(map.field["trialSpec"], found: "${trialParameters.\(name)}", "must name a parameter\(hint)")
            }
        }
    }

    private func warnOfUnseen(_ parameters: [String], _ template: TrialTemplate, _ map: MapReader) {
        let unseen = parameters.filter { name in !template.references.contains { $0.reference == name } }
        guard !unseen.isEmpty else { return }
        log.warn(
            map.field["trialParameters"],
            "no reference to \(unseen.joined(separator: ", ")): trials do not see what they vary")
    }

    // MARK: Local trials

    /// Warns of what only a cluster heeds, for trials that are processes.
    func warnOfClusterFields(_ spec: MapReader) {
        if let map = spec.map("trialTemplate") {
            let names = ["primaryContainerName", "primaryPodLabels", "successCondition", "failureCondition"]
            for name in names where map.has(name) {
                log.warn(map.field[name], "has no effect on a Process; its exit code decides")
            }
        }
        if let policy = spec["resumePolicy"]?.scalarText, policy != ResumePolicy.never.rawValue {
            log.warn(
                spec.field["resumePolicy"], found: "\"\(policy)\"",
                "has no effect on a Process; it can always be resumed")
        }
    }
}

extension TrialTemplate {
    fileprivate func refers(toAny names: [String]) -> Bool {
        let names = Set(names)
        return references.contains { names.contains($0.reference) }
    }
}
