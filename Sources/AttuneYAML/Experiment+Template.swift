import AttuneCore

extension Experiment {
    /// The template as a tree, wherever it came from.
    ///
    /// - Throws: `InvalidExperiment` where it is not known here.
    public func templateResource() throws -> JSON {
        let field: FieldPath = "spec.trialTemplate"
        switch template?.source {
        case .spec(let json): return json
        case .configMap(_, let text?):
            guard let document = try YAML.documents(text).first else {
                throw InvalidExperiment([Problem(field["configMap"], "the template is empty")])
            }
            return document.json
        case .configMap(let source, nil):
            throw InvalidExperiment([
                Problem(
                    field["configMap"], found: source.name,
                    "is not in the file; add the ConfigMap as another document of it")
            ])
        case nil: throw InvalidExperiment([Problem(field, "must be specified; it says how a trial is run")])
        }
    }
}
