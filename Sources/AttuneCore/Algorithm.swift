/// What one needs to know of an algorithm to offer it, check its settings, and start it.
public struct Algorithm: Sendable {
    /// What an experiment may ask of an algorithm: kinds of parameters first, then of objectives.
    public enum Feature: String, Sendable, Hashable, CaseIterable {
        case double, int, discrete, categorical, step, distribution, conditions, constraints
        case objectives, outcomeConstraints
    }

    public let name: String
    /// What it does and when to use it, in a sentence.
    public let summary: String
    public let settings: [AlgorithmSetting]
    public let honours: Set<Feature>
    /// Whether settings beside `settings` are handed on to the trials, and not refused.
    public let passesSettingsOn: Bool
    /// What beyond its settings keeps an experiment from using it, fields relative to `spec`.
    public let objections: @Sendable (Experiment) -> [Problem]
    public let suggester: @Sendable (Experiment) throws -> any Suggester
    /// The rule by which it stops trials itself; nil where it has none for the experiment.
    public let stoppingRule: @Sendable (Experiment) throws -> (any EarlyStopping)?

    public init(
        _ name: String, summary: String, settings: [AlgorithmSetting] = [], honours: Set<Feature>,
        passesSettingsOn: Bool = false,
        objections: @escaping @Sendable (Experiment) -> [Problem] = { _ in [] },
        stoppingRule: @escaping @Sendable (Experiment) throws -> (any EarlyStopping)? = { _ in nil },
        suggester: @escaping @Sendable (Experiment) throws -> any Suggester
    ) {
        self.name = name
        self.summary = summary
        self.settings = settings
        self.honours = honours
        self.passesSettingsOn = passesSettingsOn
        self.objections = objections
        self.suggester = suggester
        self.stoppingRule = stoppingRule
    }
}

/// An early-stopping rule as users name it.
public struct StoppingRule: Sendable {
    public let name: String
    public let summary: String
    /// Its own, and `control_share`, which every rule has.
    public let settings: [AlgorithmSetting]
    /// The rule, which leaves the control group alone.
    public let rule: @Sendable (Experiment) throws -> any EarlyStopping

    /// - Parameters:
    ///   - settings: its own, `control_share` not among them.
    ///   - rule: reads its settings from the experiment's `earlyStopping`, which were checked against `settings`. Throws
    ///     `InvalidExperiment` where they do not go together.
    public init(
        _ name: String, summary: String, settings: [AlgorithmSetting],
        rule: @escaping @Sendable (Experiment) throws -> any EarlyStopping
    ) {
        self.name = name
        self.summary = summary
        self.settings = settings + [ControlGroup.setting]
        self.rule = { experiment in
            let judge = try rule(experiment)
            return ControlGroup(experiment).map { SparingControls(judge, controls: $0) } ?? judge
        }
    }
}

/// Several rules at once: a trial stops as soon as one of them says so, and finishes where none does and one says so.
struct StoppingRules: EarlyStopping {
    private var rules: [any EarlyStopping]

    init(_ rules: [any EarlyStopping]) { self.rules = rules }

    /// Every rule is asked, as each may remember what it saw.
    mutating func verdict(on trial: Trial, in study: Study) -> Verdict {
        let verdicts = rules.indices.map { rules[$0].verdict(on: trial, in: study) }
        return verdicts.first { $0 == .stop } ?? verdicts.first { $0 != .proceed } ?? .proceed
    }

    mutating func grounds(for trial: Trial, in study: Study) -> StoppingGrounds? {
        for index in rules.indices { if let grounds = rules[index].grounds(for: trial, in: study) { return grounds } }
        return nil
    }
}

/// One knob of an algorithm: its type, its range, its default.
public struct AlgorithmSetting: Sendable {
    public enum Kind: Sendable, Hashable {
        case integer(ClosedRange<Int>)
        case number(ClosedRange<Double>)
        case choice([String])
        case text
    }

    public let name: String
    public let kind: Kind
    /// As a user would write it; nil when there is none.
    public let defaultValue: String?
    public let summary: String
    /// What to say of a value out of range, `{value}` standing for it; nil for a sentence made from the kind.
    public let complaint: String?
    /// A word that is taken beside the values of the kind, for "none of it"; nil where there is none.
    public let noneWord: String?

    public init(
        _ name: String, _ kind: Kind, default defaultValue: String? = nil, _ summary: String, complaint: String? = nil,
        noneWord: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.defaultValue = defaultValue
        self.summary = summary
        self.complaint = complaint
        self.noneWord = noneWord
    }

    /// What is wrong with `text` as a value; nil when nothing is.
    public func complaint(about text: String) -> String? {
        if let noneWord, text == noneWord { return nil }
        switch kind {
        case .integer(let range):
            guard let value = Int(text) else { return "failed to validate \(name)(\(text)): must be an integer" }
            return range.contains(value)
                ? nil : complaint ?? "\(name) must be an integer of \(AlgorithmSetting.text(range))"
        case .number(let range):
            guard let value = Double(text) else { return "failed to validate \(name)(\(text)): must be a number" }
            return range.contains(value)
                ? nil : complaint ?? "\(name) must be a number of \(range.lowerBound.text)…\(range.upperBound.text)"
        case .choice(let choices):
            return choices.contains(text)
                ? nil
                : complaint?.replacing("{value}", with: text)
                    ?? "\(name) must be one of \(choices.joined(separator: ", "))"
        case .text: return nil
        }
    }

    /// The kind as a person reads it: `integer ≥ 0`, `one of a, b`.
    public var kindDescription: String { valueDescription + (noneWord.map { ", or \($0)" } ?? "") }

    private var valueDescription: String {
        switch kind {
        case .integer(let range): "integer " + AlgorithmSetting.text(range)
        case .number(let range): ["number", AlgorithmSetting.text(range)].filter { !$0.isEmpty }.joined(separator: " ")
        case .choice(let choices): "one of " + choices.joined(separator: ", ")
        case .text: "text"
        }
    }

    /// Ends that only just leave a number out are said to do so: `> 0`.
    private static func text(_ range: ClosedRange<Double>) -> String {
        let (low, high) = (range.lowerBound, range.upperBound)
        if low == -.greatestFiniteMagnitude, high == .greatestFiniteMagnitude { return "of any size" }
        let isAboveZero = low == .leastNonzeroMagnitude
        if low == 1.0.nextUp, high == .greatestFiniteMagnitude { return "> 1" }
        if high == .greatestFiniteMagnitude { return isAboveZero ? "> 0" : "≥ \(plain(low))" }
        if isAboveZero { return "> 0 and " + (high == 1.0.nextDown ? "< 1" : "≤ \(plain(high))") }
        return "\(plain(low))…\(plain(high))"
    }

    /// Whole numbers without a point.
    private static func plain(_ number: Double) -> String { Int(exactly: number).map(String.init) ?? number.text }

    private static func text(_ range: ClosedRange<Int>) -> String {
        range.upperBound == .max ? "≥ \(range.lowerBound)" : "\(range.lowerBound)…\(range.upperBound)"
    }
}

/// The algorithms and stopping rules that an experiment may name.
public struct AlgorithmCatalogue: Sendable {
    public let algorithms: [Algorithm]
    public let stoppingRules: [StoppingRule]
    /// By which cells may be filtered before they are tried.
    public let measures: [CellMeasure]

    public init(algorithms: [Algorithm], stoppingRules: [StoppingRule], measures: [CellMeasure] = CellMeasure.counted) {
        self.algorithms = algorithms
        self.stoppingRules = stoppingRules
        self.measures = measures
    }

    /// The same with more measures.
    public func measuring(_ more: [CellMeasure]) -> AlgorithmCatalogue {
        AlgorithmCatalogue(algorithms: algorithms, stoppingRules: stoppingRules, measures: measures + more)
    }

    public subscript(algorithm name: String) -> Algorithm? { algorithms.first { $0.name == name } }
    public subscript(stoppingRule name: String) -> StoppingRule? { stoppingRules.first { $0.name == name } }

    /// - Throws: `InvalidExperiment` when the experiment cannot be searched by the algorithm it names.
    public func suggester(for experiment: Experiment) throws -> any Suggester {
        let problems = self.problems(of: experiment).errors
        guard problems.isEmpty, let algorithm = self[algorithm: experiment.algorithm.name] else {
            throw InvalidExperiment(problems)
        }
        let suggester = try algorithm.suggester(experiment)
        guard let cells = experiment.nas?.cells, let filter = cells.prefilter, let network = cells.network,
            let measure = measures.first(where: { $0.name == filter.measure })
        else { return suggester }
        return PrefilteredSuggester(suggester, cells, network, measure, keep: filter.keep)
    }

    /// The rules of the algorithm and of the experiment, whichever stops first; nil when there is none.
    public func stoppingRule(for experiment: Experiment) throws -> (any EarlyStopping)? {
        var rules: [any EarlyStopping] = []
        if let own = try self[algorithm: experiment.algorithm.name]?.stoppingRule(experiment) { rules.append(own) }
        if let spec = experiment.earlyStopping {
            let problems = self.problems(ofStoppingRule: spec)
            guard problems.isEmpty, let rule = self[stoppingRule: spec.name] else { throw InvalidExperiment(problems) }
            rules.append(try rule.rule(experiment))
        }
        return rules.count > 1 ? StoppingRules(rules) : rules.first
    }

    /// All that keeps the experiment from its algorithm and stopping rule, fields relative to `spec`.
    public func problems(of experiment: Experiment) -> [Problem] {
        let spec = experiment.algorithm
        let stopping = experiment.earlyStopping.map { stoppingProblems(of: experiment, $0) } ?? []
        var problems = self.problems(ofAlgorithm: spec)
        guard let algorithm = self[algorithm: spec.name] else { return problems + stopping }
        let missing = experiment.features.subtracting(algorithm.honours)
        if !missing.isEmpty {
            let able = algorithms.filter {
                $0.honours.isSuperset(of: experiment.features) && $0.objections(experiment).isEmpty
            }.map(\.name)
            let wanted = missing.map { $0 == .constraints ? "\(experiment.space.restrictingField)" : $0.rawValue }
            problems.append(
                Problem(
                    "algorithm.algorithmName", found: "\"\(spec.name)\"",
                    """
                    it cannot honour \(wanted.sorted().joined(separator: ", ")) of this experiment; \
                    use one of: \(able.joined(separator: ", "))
                    """))
        }
        if problems.errors.isEmpty {
            problems += feasibilityProblems(of: experiment.space) + prefilterProblems(of: experiment)
            problems += algorithm.objections(experiment)
        }
        return problems + stopping
    }

    /// What is wrong with the rule's settings each by itself, else what the rule says of them together.
    private func stoppingProblems(of experiment: Experiment, _ spec: AlgorithmSpec) -> [Problem] {
        let problems = self.problems(ofStoppingRule: spec)
        guard problems.isEmpty, let rule = self[stoppingRule: spec.name] else { return problems }
        do {
            _ = try rule.rule(experiment)
            return []
        } catch let refusal as InvalidExperiment {
            return refusal.problems
        } catch {
            return [Problem("earlyStopping", found: "\"\(spec.name)\"", "\(error)")]
        }
    }

    private func feasibilityProblems(of space: SearchSpace) -> [Problem] {
        guard space.isConstrained else { return [] }
        var random = RandomSource(seed: 0, stream: 0)
        do {
            _ = try space.sample(using: &random)
            return []
        } catch {
            return [Problem(space.restrictingField, error.message)]
        }
    }

    private func prefilterProblems(of experiment: Experiment) -> [Problem] {
        guard let cells = experiment.nas?.cells, let filter = cells.prefilter else { return [] }
        if let measure = measures.first(where: { $0.name == filter.measure }) {
            return measure.problem(measuring: cells).map { [$0.under("nasConfig.cells")] } ?? []
        }
        return [
            Problem(
                "nasConfig.cells.prefilter.measure", found: "\"\(filter.measure)\"",
                "must be one of \(measures.map(\.name).joined(separator: ", "))")
        ]
    }

    /// What is wrong with the algorithm's name and settings, whatever the experiment.
    public func problems(ofAlgorithm spec: AlgorithmSpec) -> [Problem] {
        guard let algorithm = self[algorithm: spec.name] else {
            return [unknown(spec.name, "algorithm", among: algorithms.map(\.name))]
        }
        return settingProblems(
            of: spec, "algorithm", known: algorithm.settings, passesOthersOn: algorithm.passesSettingsOn)
    }

    public func problems(ofStoppingRule spec: AlgorithmSpec) -> [Problem] {
        guard let rule = self[stoppingRule: spec.name] else {
            return [unknown(spec.name, "earlyStopping", among: stoppingRules.map(\.name))]
        }
        return settingProblems(of: spec, "earlyStopping", known: rule.settings)
    }

    private func unknown(_ name: String, _ part: String, among known: [String]) -> Problem {
        let hint = nearest(to: name, among: known).map { "did you mean \"\($0)\"? Known: " } ?? "known: "
        return Problem(
            FieldPath([.key(part)])["algorithmName"], found: "\"\(name)\"",
            "unknown algorithm name \(name); \(hint)\(known.joined(separator: ", "))")
    }

    private func settingProblems(
        of spec: AlgorithmSpec, _ part: String, known: [AlgorithmSetting], passesOthersOn: Bool = false
    ) -> [Problem] {
        let field = FieldPath([.key(part)])["algorithmSettings"]
        return spec.settings.enumerated().flatMap { index, setting -> [Problem] in
            if let first = spec.settings.firstIndex(where: { $0.name == setting.name }), first < index {
                return [
                    Problem(field[index]["name"], found: "\"\(setting.name)\"", "is set already; names must be unique")
                ]
            }
            guard let description = known.first(where: { $0.name == setting.name }) else {
                let hint = nearest(to: setting.name, among: known.map(\.name)).map { "; did you mean \"\($0)\"?" } ?? ""
                let fate = passesOthersOn ? "; trials are told of it as it is" : ""
                return [
                    Problem(
                        field[index]["name"], found: "\"\(setting.name)\"",
                        "unknown setting \(setting.name) for algorithm \(spec.name)\(fate)\(hint)",
                        severity: passesOthersOn ? .warning : .error)
                ]
            }
            return description.complaint(about: setting.value).map {
                [Problem(field[index]["value"], found: "\"\(setting.value)\"", $0)]
            } ?? []
        }
    }
}

extension [Problem] {
    /// Without the warnings.
    fileprivate var errors: [Problem] { filter { $0.severity == .error } }
}

extension Experiment {
    /// What the experiment asks of an algorithm.
    public var features: Set<Algorithm.Feature> {
        var features = space.features
        if objective.hasSeveralTargets { features.insert(.objectives) }
        if !objective.constraints.isEmpty { features.insert(.outcomeConstraints) }
        return features
    }
}

extension SearchSpace {
    /// What the space asks of an algorithm.
    public var features: Set<Algorithm.Feature> {
        var features: Set<Algorithm.Feature> = isConstrained ? [.constraints] : []
        for spec in parameters {
            if spec.condition != nil { features.insert(.conditions) }
            switch spec.domain {
            case .double(_, let step, let law):
                features.insert(.double)
                if step != nil { features.insert(.step) }
                if law != .uniform { features.insert(.distribution) }
            case .int(_, let step, let law):
                features.insert(.int)
                if step != 1 { features.insert(.step) }
                if law != .uniform { features.insert(.distribution) }
            case .discrete: features.insert(.discrete)
            case .categorical: features.insert(.categorical)
            }
        }
        return features
    }
}
