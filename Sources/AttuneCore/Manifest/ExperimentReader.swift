/// Reads an Experiment as Katib writes it (kubeflow.org/v1beta1), with Attune's additions, noting everything wrong with it.
struct ExperimentReader {
    let log: ProblemLog
    /// ConfigMap documents in which a trial template may be found.
    let configMaps: [SourceNode]
    /// Katib's defaults are for what users write; what was stored has them already.
    let fillsDefaults: Bool
    /// What the caller brings and the document need not have.
    var purpose = ReadingPurpose.running

    /// The experiment; nil when anything is wrong with it.
    ///
    /// - Parameter seed: the seed where the document does not choose one.
    func experiment(from document: SourceNode, seed: () -> UInt64, catalogue: AlgorithmCatalogue?) -> Experiment? {
        guard let root = MapReader(document, at: FieldPath(), log) else { return nil }
        log.warnOfUnknownFields(in: document, at: FieldPath(), known: .experiment)
        checkKind(root)
        let metadata = metadata(root)
        guard let spec = root.requiredMap("spec") else { return nil }
        let objective = objective(spec)
        let algorithm = chosenAlgorithm(spec)
        let earlyStopping = spec.map("earlyStopping").flatMap { self.algorithm($0) }
        let parameters = ParametersReader(of: spec)
        let nas = spec.map("nasConfig").flatMap { nasConfig($0, for: algorithm) }
        let architecture = algorithm.flatMap { algorithm in nas.map { ArchitectureSpace($0, for: algorithm) } }
        let space = architecture.map { self.space(spec, of: $0) } ?? self.space(spec, parameters)
        let budget = budget(spec)
        checkSource(of: spec)
        let template = template(
            spec, parameters: spec.has("nasConfig") ? architecture?.allNames : parameters.names,
            namesAreAlternatives: architecture != nil)
        let collector = collector(spec)
        let firstTrials = spec.maps("initialTrials") ?? []
        let initialTrials = space.map { self.initialTrials(firstTrials, in: $0, of: architecture) } ?? []
        let warmStart = warmStart(spec, of: metadata?.name)
        let ownSeed = self.seed(spec, algorithm)
        let trialTimeout = spec.duration("trialTimeout")
        let retries = retries(spec)
        let resumePolicy = resumePolicy(spec)
        if template?.isProcess == true { warnOfClusterFields(spec) }
        guard !log.hasErrors, let metadata, let objective, let space, let algorithm else {
            catalogue.map { checkNames(algorithm, earlyStopping, in: $0) }
            return nil
        }
        let experiment = Experiment(
            metadata: metadata, objective: objective, space: space, algorithm: algorithm, earlyStopping: earlyStopping,
            budget: budget, initialTrials: initialTrials, warmStart: warmStart, seed: ownSeed ?? seed(),
            trialTimeout: trialTimeout, retries: retries, template: template, collector: collector,
            resumePolicy: resumePolicy, nas: nas)
        if experiment.objective.hasSeveralTargets, experiment.budget.stopWhen.expectedImprovement != nil {
            log.rule(
                "spec.stopWhen.expectedImprovement", "is for one objective; use plateau, which measures hypervolume")
        }
        if let catalogue { log.add(catalogue.problems(of: experiment), under: "spec") }
        if fillsDefaults, purpose.isRunning { warnWhereNothingEnds(experiment) }
        return log.hasErrors ? nil : experiment
    }

    private func warnWhereNothingEnds(_ experiment: Experiment) {
        let budget = experiment.budget
        guard budget.maxTrials == nil, budget.maxRunTime == nil, budget.maxResource == nil, budget.stopWhen.isEmpty,
            experiment.objective.targets.allSatisfy({ $0.goal == nil }),
            !experiment.space.isFinite, !experiment.space.parameters.isEmpty
        else { return }
        log.warn(
            "spec.maxTrialCount",
            "nothing ends this experiment; give maxTrialCount, maxRunTime, stopWhen or objective.goal")
    }

    /// What can be said of the algorithms without an experiment: their names and settings.
    private func checkNames(
        _ algorithm: AlgorithmSpec?, _ earlyStopping: AlgorithmSpec?, in catalogue: AlgorithmCatalogue
    ) {
        if let algorithm, !algorithm.name.isEmpty { log.add(catalogue.problems(ofAlgorithm: algorithm), under: "spec") }
        if let earlyStopping, !earlyStopping.name.isEmpty {
            log.add(catalogue.problems(ofStoppingRule: earlyStopping), under: "spec")
        }
    }
}

// MARK: - Identity

extension ExperimentReader {
    private func checkKind(_ root: MapReader) {
        let versions = ["kubeflow.org/v1beta1", "attune.dev/v1"]
        if let version = root.requiredText("apiVersion"), !version.isEmpty, !versions.contains(version) {
            log.rule("apiVersion", found: "\"\(version)\"", "must be \(versions.joined(separator: " or "))")
        }
        if let kind = root.requiredText("kind"), !kind.isEmpty, kind != "Experiment" {
            log.rule("kind", found: "\"\(kind)\"", "must be Experiment")
        }
    }

    private func metadata(_ root: MapReader) -> Metadata? {
        guard let map = root.requiredMap("metadata"), let name = map.requiredText("name") else { return nil }
        if !name.isEmpty, !isAllowed(name) {
            log.rule(
                "metadata.name", found: "\"\(name)\"",
                """
                name must consist of lower case alphanumeric characters or '-', start with a letter, \
                end with an alphanumeric character, and not be longer than 40 characters
                """)
        }
        return Metadata(
            name: name, namespace: map.text("namespace"), labels: map.dictionary("labels") ?? [:],
            annotations: map.dictionary("annotations") ?? [:])
    }

    /// `^[a-z]([-a-z0-9]*[a-z0-9])?$`, at most 40.
    private func isAllowed(_ name: String) -> Bool {
        let bytes = Array(name.utf8)
        func isLetter(_ byte: UInt8) -> Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) }
        func isWord(_ byte: UInt8) -> Bool { isLetter(byte) || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) }
        guard let first = bytes.first, let last = bytes.last, bytes.count <= 40 else { return false }
        return isLetter(first) && isWord(last) && bytes.allSatisfy { isWord($0) || $0 == UInt8(ascii: "-") }
    }
}

// MARK: - Space

extension ExperimentReader {
    private func checkSource(of spec: MapReader) {
        switch (spec.has("parameters"), spec.has("nasConfig")) {
        case (false, false): log.rule(spec.field, "parameters or nasConfig must be specified")
        case (true, true): log.rule(spec.field["nasConfig"], "only one of parameters and nasConfig can be specified")
        case (true, false):
            if case .list(let items) = spec["parameters"]?.content, items.isEmpty {
                log.rule(spec.field["parameters"], found: "an empty list", "must have at least one parameter")
            }
        case (false, true): break
        }
    }

    private func space(_ spec: MapReader, _ parameters: ParametersReader) -> SearchSpace? {
        let specs = parameters.specs(under: spec.field, log: log)
        let constraints = (spec.list("constraints") ?? []).compactMap {
            constraint($0, names: parameters.names, kinds: parameters.kinds)
        }
        return log.hasErrors(under: spec.field["parameters"]) ? nil : try? SearchSpace(specs, constraints: constraints)
    }

    private func space(_ spec: MapReader, of architecture: ArchitectureSpace) -> SearchSpace? {
        let specs = architecture.parameters
        let constraints = (spec.list("constraints") ?? []).compactMap {
            constraint($0, names: specs.map(\.name), kinds: specs.kinds)
        }
        do throws(InvalidExperiment) {
            return try SearchSpace(architecture, constraints: constraints)
        } catch {
            // The lists are the fields'; the parameters have no field of their own.
            for problem in error.problems { log.error(spec.field["nasConfig"], found: problem.found, problem.remedy) }
            return nil
        }
    }

    private func constraint(
        _ item: (node: SourceNode, field: FieldPath), names: [String]?, kinds: [String: Expression.Kind]?
    ) -> Expression? {
        guard let source = item.node.scalarText else {
            log.error(item.field, found: item.node.summary, "must be an expression such as \"units * layers <= 4096\"")
            return nil
        }
        guard let names else { return nil }
        do throws(ExpressionError) {
            guard let kinds else { return try Expression(source, names: names) }
            return try Expression(source, kinds: kinds)
        } catch {
            log.error(item.field, found: "\"\(source)\"", "column \(error.column): \(error.found); \(error.remedy)")
            return nil
        }
    }

    private func warmStart(_ spec: MapReader, of name: String?) -> [Experiment.ID] {
        guard let map = spec.map("warmStart") else { return [] }
        if !map.has("experiments") { log.error(map.field["experiments"], "must be specified") }
        let names = map.texts("experiments") ?? []
        for index in names.indices where !log.hasErrors(under: map.field) {
            guard let mistake = names.mistake(at: index, in: name ?? "") else { continue }
            log.rule(map.field["experiments"][index], found: mistake.found, mistake.remedy)
        }
        if case .asking = purpose, !names.isEmpty {
            log.warn(map.field, "is ignored here, where there is no store; tell what is known without an id")
        }
        return names
    }

    private func initialTrials(
        _ trials: [MapReader], in space: SearchSpace, of architecture: ArchitectureSpace?
    ) -> [Assignment] {
        var assignments: [Assignment] = []
        for trial in trials {
            guard let assignment = initialTrial(trial, in: space, of: architecture) else { continue }
            if let first = assignments.firstIndex(of: assignment) {
                log.rule(trial.field, found: "\(assignment)", "is initialTrials[\(first)] again; list it once")
            }
            assignments.append(assignment)
        }
        return assignments
    }

    private func initialTrial(
        _ trial: MapReader, in space: SearchSpace, of architecture: ArchitectureSpace?
    ) -> Assignment? {
        guard log.checksRules else {
            let stored = space.assignment(json: trial.node.json)
            if stored == nil {
                log.error(trial.field, found: "\(trial.node.json)", "must give values of the parameters")
            }
            return stored
        }
        guard case .map(let members) = trial.node.content else { return nil }
        let texts = members.reduce(into: [:]) { $0[$1.key] = trial.text($1.key) }
        do throws(InvalidExperiment) {
            return try space.assignment(reading: architecture?.parameterTexts(texts) ?? texts)
        } catch {
            log.add(error.problems, under: trial.field)
            return nil
        }
    }
}

// MARK: - Algorithm and limits

extension ExperimentReader {
    /// The document's algorithm, or the caller's: with the document's settings where it names the same.
    private func chosenAlgorithm(_ spec: MapReader) -> AlgorithmSpec? {
        guard case .asking(let name?) = purpose else {
            return spec.has("algorithm") ? spec.map("algorithm").flatMap { algorithm($0) } : .standard
        }
        let own = spec.map("algorithm")
        return own?["algorithmName"]?.scalarText == name ? own.flatMap { algorithm($0) } : AlgorithmSpec(name)
    }

    private func algorithm(_ map: MapReader) -> AlgorithmSpec? {
        let settings = (map.maps("algorithmSettings") ?? []).compactMap { setting -> AlgorithmSpec.Setting? in
            let name = setting.requiredText("name")
            if !setting.has("value") { log.error(setting.field["value"], "must be specified") }
            let value = setting.text("value")
            guard let name, let value else { return nil }
            return .init(name, value)
        }
        return map.requiredText("algorithmName").map { AlgorithmSpec($0, settings) }
    }

    private func budget(_ spec: MapReader) -> Budget {
        let trials = spec.integer("maxTrialCount")
        let failed = spec.integer("maxFailedTrialCount")
        let parallel = spec.integer("parallelTrialCount")
        for (name, value) in [("maxTrialCount", trials), ("parallelTrialCount", parallel)] {
            if let value, value <= 0 { log.rule(spec.field[name], found: "\(value)", "must be greater than 0") }
        }
        if let failed, failed < 0 {
            log.rule(spec.field["maxFailedTrialCount"], found: "\(failed)", "should not be less than 0")
        }
        if let trials, trials > 0 {
            for (name, value) in [("maxFailedTrialCount", failed), ("parallelTrialCount", parallel)] {
                guard let value, value > trials else { continue }
                log.rule(
                    spec.field[name], found: "\(value)",
                    "should be less than or equal to spec.maxTrialCount, which is \(trials)")
            }
        }
        let resource = spec.integer("maxResource")
        if let resource, resource <= 0 {
            log.rule(spec.field["maxResource"], found: "\(resource)", "must be greater than 0")
        }
        // Katib's default of 3 would make a file with fewer trials invalid.
        let usual = min(3, max(trials ?? 3, 1))
        return Budget(
            parallelTrials: parallel ?? usual, maxTrials: trials, maxFailedTrials: failed,
            maxRunTime: spec.duration("maxRunTime"), maxResource: resource, stopWhen: stopWhen(spec))
    }

    private func stopWhen(_ spec: MapReader) -> StopWhen {
        guard let map = spec.map("stopWhen") else { return StopWhen() }
        return StopWhen(
            plateau: map.map("plateau").flatMap { plateau($0) },
            expectedImprovement: map.map("expectedImprovement").flatMap { expectedImprovement($0) })
    }

    private func plateau(_ map: MapReader) -> StopWhen.Plateau? {
        if !map.has("trials") {
            log.error(map.field["trials"], "must be specified: so many trials without improvement")
        }
        let least = map.number("minImprovement") ?? 0
        if least < 0 { log.rule(map.field["minImprovement"], found: least.text, "should not be less than 0") }
        return positive(map, "trials").map { StopWhen.Plateau(trials: $0, minImprovement: least) }
    }

    private func expectedImprovement(_ map: MapReader) -> StopWhen.ExpectedImprovement? {
        if !map.has("below") { log.error(map.field["below"], "must be specified, in units of the objective") }
        let below = map.number("below")
        if let below, below <= 0 { log.rule(map.field["below"], found: below.text, "must be greater than 0") }
        let trials = map.has("trials") ? positive(map, "trials") : 5
        guard let below, let trials else { return nil }
        return StopWhen.ExpectedImprovement(below: below, trials: trials)
    }

    private func positive(_ map: MapReader, _ key: String) -> Int? {
        let value = map.integer(key)
        if let value, value <= 0 { log.rule(map.field[key], found: "\(value)", "must be greater than 0") }
        return value
    }

    private func retries(_ spec: MapReader) -> Int {
        let retries = spec.integer("retries") ?? purpose.usualRetries
        if retries < 0 { log.rule(spec.field["retries"], found: "\(retries)", "should not be less than 0") }
        return retries
    }

    /// The document's own seed: `seed`, else the setting by which Katib's algorithms take one.
    private func seed(_ spec: MapReader, _ algorithm: AlgorithmSpec?) -> UInt64? {
        guard let value = spec["seed"] else { return algorithm?["random_state"].flatMap { UInt64($0) } }
        let seed = value.numberText.flatMap { UInt64($0) }
        if seed == nil {
            log.error(spec.field["seed"], found: value.summary, "must be an integer from 0 to \(UInt64.max)")
        }
        return seed
    }

    private func resumePolicy(_ spec: MapReader) -> ResumePolicy {
        spec.choice("resumePolicy", remedy: "invalid ResumePolicyType; use Never, LongRunning or FromVolume") ?? .never
    }
}
