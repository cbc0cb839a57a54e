import AttuneCore

/// Experiments of every shape, one for each seed.
struct ExperimentGenerator {
    private var random: RandomSource

    init(seed: UInt64) { random = RandomSource(seed: seed, stream: 0) }

    mutating func experiment() -> Experiment {
        let algorithm = algorithm()
        let nas = maybe { $0.nas() }
        let space = nas.flatMap { try? SearchSpace(ArchitectureSpace($0, for: algorithm)) } ?? space()
        return Experiment(
            metadata: Metadata(name: word(), namespace: maybe { $0.text() }, labels: labels(), annotations: labels()),
            objective: objective(), space: space, algorithm: algorithm, earlyStopping: maybe { $0.algorithm() },
            budget: budget(), initialTrials: (0..<count(2)).map { _ in space.assignment(at: point(space.dimensions)) },
            warmStart: (0..<count(3)).map { "source-\($0)" }, seed: random.next(),
            trialTimeout: maybe { $0.duration() }, retries: count(4),
            template: maybe { $0.template() },
            collector: collector(), resumePolicy: one(of: ResumePolicy.allCases), nas: nas)
    }

    // MARK: Small things

    private mutating func count(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }
    private mutating func number() -> Double { Double.random(in: -1e3...1e3, using: &random) }
    private mutating func one<T>(of choices: [T]) -> T { choices[Int.random(in: 0..<choices.count, using: &random)] }
    private mutating func point(_ count: Int) -> [Double] {
        (0..<count).map { _ in Double.random(in: 0..<1, using: &random) }
    }
    private mutating func word() -> String { "w" + String(random.next() % 1_000_000, radix: 36) }

    private mutating func maybe<T>(_ make: (inout Self) -> T) -> T? { Bool.random(using: &random) ? make(&self) : nil }

    private mutating func text() -> String {
        one(of: [
            "", "plain", "a \"quote\"", "back\\slash", "two\nlines", "${trialParameters.x}", "null", "1", "é∂😀",
            " : # ",
        ])
    }

    private mutating func labels() -> [String: String] {
        (0..<count(2)).reduce(into: [:]) { labels, _ in labels[word()] = text() }
    }

    private mutating func duration() -> Duration {
        Duration(
            secondsComponent: Int64.random(in: 1...1_000_000, using: &random),
            attosecondsComponent: one(of: [0, 500_000_000_000_000_000, 1, 123_456_789]))
    }

    // MARK: Parts

    private mutating func objective() -> Objective {
        let metric = word()
        let additional = (0..<count(3)).map { _ in word() }
        let strategies = ([metric] + additional).reduce(into: [String: MetricStrategy]()) { strategies, name in
            strategies[name] = maybe { $0.one(of: MetricStrategy.allCases) }
        }
        return Objective(
            one(of: Objective.Direction.allCases), metric, goal: maybe { $0.number() }, additionalMetrics: additional,
            strategies: strategies)
    }

    private mutating func algorithm() -> AlgorithmSpec {
        AlgorithmSpec(word(), (0..<count(3)).map { _ in .init(word(), text()) })
    }

    private mutating func budget() -> Budget {
        Budget(
            parallelTrials: count(9) + 1, maxTrials: maybe { $0.count(50) + 1 }, maxFailedTrials: maybe { $0.count(5) },
            maxRunTime: maybe { $0.duration() }, stopWhen: stopWhen())
    }

    private mutating func stopWhen() -> StopWhen {
        StopWhen(
            plateau: maybe { .init(trials: $0.count(50) + 1, minImprovement: abs($0.number())) },
            expectedImprovement: maybe { .init(below: abs($0.number()) + 1e-9, trials: $0.count(9) + 1) })
    }

    private mutating func space() -> SearchSpace {
        var specs: [ParameterSpec] = []
        for index in 0..<count(6) { specs.append(parameter("p\(index)", after: specs)) }
        let numeric = specs.filter { if case .categorical = $0.domain { false } else { true } }
        let sources = numeric.prefix(2).map { "\($0.name) * 2 < 1e9" }
        do {
            return try SearchSpace(specs, constraints: sources.map { try Expression($0, kinds: specs.kinds) })
        } catch {
            preconditionFailure("\(error)")
        }
    }

    private mutating func parameter(_ name: String, after earlier: [ParameterSpec]) -> ParameterSpec {
        var spec = ParameterSpec(name, domain())
        spec.defaultValue = maybe { $0.value(of: spec.domain) }
        if let parent = earlier.last, Bool.random(using: &random) {
            let isRange = if case .categorical = parent.domain { false } else { Bool.random(using: &random) }
            spec.condition = Condition(
                parent.name,
                isRange
                    ? .between(maybe { _ in -1e9 }, one(of: [nil, 1e300, .infinity]))
                    : .oneOf([value(of: parent.domain)]))
        }
        return spec
    }

    private mutating func value(of domain: Domain) -> ParameterValue {
        domain.value(at: Double.random(in: 0..<1, using: &random))
    }

    private mutating func domain() -> Domain {
        let law = one(of: Distribution.allCases)
        switch count(4) {
        case 0:
            let low = Double.random(in: 1e-9...1, using: &random)
            return .double(low...(low + Double.random(in: 0...1e6, using: &random)), law)
        case 1: return .double(0.1...0.9, step: one(of: [0.1, 0.05, 0.3]), law)
        case 2: return .int(1...(count(100) + 5), step: one(of: [1, 2, 3]), law)
        case 3: return .discrete(["1", "0.5", "1e-3", "2.50"])
        default: return .categorical(["a", "", "true", "1", "é∂😀 \"'\\"])
        }
    }

    private mutating func resource() -> JSON {
        [
            "apiVersion": "v1", "kind": .string(one(of: ["Job", "TFJob", "Pod"])), "n": .number("1e-3"),
            "deep": [[], [:], .null, true, .string(text())],
        ]
    }

    private mutating func template() -> TrialTemplate {
        let place = TrialTemplate.ConfigMapSource(name: word(), namespace: word(), path: word())
        let source: TrialTemplate.Source =
            Bool.random(using: &random) ? .spec(resource()) : .configMap(place, text: maybe { $0.text() })
        return TrialTemplate(
            source: source,
            references: (0..<count(3)).map { _ in
                .init(name: word(), description: maybe { $0.text() }, reference: word())
            },
            retain: Bool.random(using: &random), primaryContainerName: maybe { $0.word() }, primaryPodLabels: labels(),
            successCondition: maybe { $0.text() }, failureCondition: maybe { $0.text() })
    }

    private mutating func collector() -> MetricsCollector {
        MetricsCollector(
            one(of: MetricsCollector.Kind.allCases), path: maybe { $0.text() },
            pathKind: maybe { $0.one(of: MetricsCollector.PathKind.allCases) },
            format: one(of: MetricsCollector.Format.allCases), filters: (0..<count(2)).map { _ in text() },
            httpGet: maybe { .init(host: $0.maybe { $0.word() }, port: $0.count(9000), path: $0.text()) },
            customCollector: maybe { $0.resource() })
    }

    private mutating func nas() -> NASConfig {
        if Bool.random(using: &random) {
            guard Bool.random(using: &random) else {
                let cells = CellLayout(
                    kinds: one(of: [["cell"], ["normal", "reduction"]]), nodes: 1 + count(4), inputs: 1 + count(1),
                    edges: one(of: [.all, .count(1), .count(2)]), operations: ["none", "a \"b\"", "1"])
                return NASConfig(cells: cells)
            }
            var cells = CellLayout(darts: 1 + count(3), operations: [.skip, .separable(3), .maxPool(3)])
            cells.network = CellNetwork(
                channels: 2 + count(4), layers: 1 + count(4), classes: 2 + count(4),
                input: ImageSize(rows: 1 + count(9), columns: 1 + count(9), channels: 1 + count(2)))
            // Large enough for every cell.
            cells.limits = one(of: [
                .init(), .init(parameters: 1 << 40), .init(parameters: 1 << 40, multiplyAdds: 1 << 50),
            ])
            cells.prefilter = maybe { CellPrefilter(measure: "parameters", keep: $0.one(of: [0.25, 0.5])) }
            return NASConfig(cells: cells)
        }
        let size = Domain.categorical(["3", "5"])
        let stride = Domain.int(1...3, step: 2)
        return NASConfig(
            layers: 1 + count(4), inputSizes: [32, 32, 3], outputSizes: [10],
            operations: [
                .init(type: "skip_connection", parameters: []),
                .init(type: word(), parameters: [ParameterSpec("size", size), ParameterSpec("stride", stride)]),
            ])
    }
}
