import AttuneCore

/// A file of YAML documents, among them experiments and the ConfigMaps with their trial templates.
public struct ExperimentFile: Sendable {
    /// One line for a person: `FILE:LINE:COL: error: FIELD: found X; REMEDY`.
    public struct Diagnostic: Sendable, Hashable, CustomStringConvertible {
        public let file: String
        /// Nil where it is about the file as a whole.
        public let position: SourceNode.Position?
        public let problem: Problem

        public var description: String {
            "\(file):\(position.map { "\($0):" } ?? "") \(problem.severity.rawValue): \(problem)"
        }
    }

    /// The valid experiments of the file, in its order.
    public private(set) var experiments: [Experiment] = []
    /// Everything wrong with the file, in its order.
    public private(set) var findings: [Diagnostic] = []

    public var hasErrors: Bool { findings.contains { $0.problem.severity == .error } }
    /// The findings as lines for a person.
    public var diagnostics: [String] { findings.map(\.description) }

    /// The documents of `experiments`.
    private var sources: [SourceNode] = []
    private let name: String
    private let catalogue: AlgorithmCatalogue
    private let purpose: ReadingPurpose

    /// Reads and validates every document of kind Experiment.
    ///
    /// - Parameters:
    ///   - name: as diagnostics call the file.
    ///   - catalogue: the algorithms that experiments may name.
    ///   - purpose: what they are read for.
    ///   - seed: asked for each experiment that does not give its own.
    public init(
        name: String, text: String, catalogue: AlgorithmCatalogue, purpose: ReadingPurpose = .running,
        seed: () -> UInt64
    ) {
        self.name = name
        self.catalogue = catalogue
        self.purpose = purpose
        do throws(YAMLError) {
            read(try YAML.documents(text), seed: seed)
        } catch {
            findings = [Diagnostic(file: name, position: error.position, problem: Problem("", error.message))]
        }
    }

    /// What somebody else found wrong with an experiment of the file, with the place where its field stands.
    public func diagnostic(of problem: Problem, inExperiment index: Int) -> Diagnostic {
        Diagnostic(file: name, position: sources[index].position(of: problem.field), problem: problem)
    }

    private mutating func read(_ documents: [SourceNode], seed: () -> UInt64) {
        let configMaps = documents.filter { $0["kind"]?.content == .string("ConfigMap") }
        let candidates = ExperimentFile.candidates(among: documents)
        if candidates.isEmpty { findings.append(missingExperiment(documents)) }
        for document in candidates {
            let reading = Experiment.reading(
                document, configMaps: configMaps, catalogue: catalogue, purpose: purpose, seed: seed())
            let template = reading.experiment.flatMap { unreadableTemplate(of: $0) }
            findings += (reading.problems + (template.map { [$0] } ?? []))
                .map { Diagnostic(file: name, position: document.position(of: $0.field), problem: $0) }
                .sorted { $0.order < $1.order }
            if let experiment = reading.experiment, template == nil {
                experiments.append(experiment)
                sources.append(document)
            }
        }
    }

    // MARK: Documents

    /// Those of kind Experiment; where there are none, those that could be one but for a missing kind.
    private static func candidates(among documents: [SourceNode]) -> [SourceNode] {
        let named = documents.filter { $0["kind"]?.content == .string("Experiment") }
        return named.isEmpty ? documents.filter { $0["kind"] == nil && $0["spec"] != nil } : named
    }

    private func missingExperiment(_ documents: [SourceNode]) -> Diagnostic {
        let kinds = documents.compactMap { document -> String? in
            if case .string(let kind) = document["kind"]?.content { kind } else { nil }
        }
        let close = kinds.first { nearest(to: $0, among: ["Experiment"]) != nil }
        let document = documents.first { $0["kind"]?.content == close.map { .string($0) } } ?? documents.first
        let found = kinds.isEmpty ? nil : "documents of kind \(kinds.joined(separator: ", "))"
        let hint = close.map { "; write Experiment instead of \($0)" } ?? ""
        return Diagnostic(
            file: name, position: close == nil ? nil : document?.position(of: "kind"),
            problem: Problem(
                close == nil ? "" : "kind", found: found,
                "the file must have a document with kind: Experiment and apiVersion: kubeflow.org/v1beta1\(hint)"))
    }

    // MARK: Templates

    /// What is wrong with a template that stands as text in a ConfigMap, once its placeholders are filled in.
    private func unreadableTemplate(of experiment: Experiment) -> Problem? {
        guard case .configMap(_, let text?)? = experiment.template?.source else { return nil }
        let field: FieldPath = "spec.trialTemplate.configMap"
        let filled = TrialTemplate.placeholders(in: .string(text)).reduce(text) {
            $0.replacing("${trialParameters.\($1)}", with: "test-value")
        }
        do throws(YAMLError) {
            let documents = try YAML.documents(filled)
            guard documents.count == 1, case .map = documents[0].content else {
                return Problem(field, "unable to convert the template to an object: it must be a single map")
            }
            return ["apiVersion", "kind"].first { documents[0][$0] == nil }.map {
                Problem(field, "APIVersion and Kind of the template must be specified; \($0) is missing")
            }
        } catch {
            return Problem(field, "unable to parse spec.trialTemplate: \(error)")
        }
    }
}

extension ExperimentFile.Diagnostic {
    /// Line, column, and errors before warnings.
    fileprivate var order: (Int, Int, String) {
        (position?.line ?? 0, position?.column ?? 0, problem.severity.rawValue)
    }
}
