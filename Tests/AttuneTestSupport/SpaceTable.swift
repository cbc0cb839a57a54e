import AttuneCore

/// Search spaces of every kind, for laws that hold in all of them.
public enum SpaceTable {
    public struct Row: Sendable, CustomStringConvertible {
        public let description: String
        public let space: SearchSpace
    }

    public static let all: [Row] = doubles + ints + lists + structured

    private static let doubles: [Row] = Distribution.allCases.flatMap { law in
        [nil, 0.25].map { step in
            row(
                "double \(law.rawValue)\(step.map { " step \($0)" } ?? "")",
                [ParameterSpec("x", .double(0.5...4, step: step, law))])
        }
    }

    private static let ints: [Row] = Distribution.allCases.flatMap { law in
        [1, 7].map { step in
            row("int \(law.rawValue) step \(step)", [ParameterSpec("n", .int(1...40, step: step, law))])
        }
    }

    private static let lists: [Row] = [
        row("discrete", [ParameterSpec("d", .discrete(["0.1", "10", "1e-3", "2.0"]))]),
        row("categorical", [ParameterSpec("c", .categorical(["sgd", "adam", "ftrl"]))]),
        row("single value", [ParameterSpec("only", .int(1...1))]),
        row("point", [ParameterSpec("point", .double(0.3...0.3))]),
    ]

    private static let structured: [Row] = [
        row(
            "finite product",
            [
                ParameterSpec("a", .int(0...2)), ParameterSpec("b", .categorical(["x", "y"])),
                ParameterSpec("c", .double(0...0.3, step: 0.1)),
            ]),
        row("conditional, child first", nested),
        row(
            "conditional, finite",
            Array(nested.prefix(3)) + [ParameterSpec("bias", .int(-2...2), when: Condition("layers", .between(2, nil)))]
        ),
        row(
            "constrained continuum", [ParameterSpec("x", .double(0...1)), ParameterSpec("y", .double(0...1))],
            ["x + y <= 0.5"]),
        row(
            "constrained grid", [ParameterSpec("x", .int(1...6)), ParameterSpec("y", .int(1...6))],
            ["x * y <= 8", "x != y"]),
        row("one feasible point", [ParameterSpec("x", .int(1...9)), ParameterSpec("y", .int(1...9))], ["x * y >= 81"]),
        row("constrained and conditional", Array(nested.prefix(3)), ["layers * momentum <= 1.5"]),
    ]

    /// Two levels of conditions; the first parameter depends on later ones.
    private static let nested: [ParameterSpec] = [
        ParameterSpec("momentum", .double(0...0.75, step: 0.25), when: Condition("optimizer", .oneOf([.text("sgd")]))),
        ParameterSpec("optimizer", .categorical(["adam", "sgd"]), when: Condition("layers", .between(1, 2))),
        ParameterSpec("layers", .int(1...3)),
        ParameterSpec("rate", .double(1e-4...1e-1, .logUniform)),
    ]

    private static func row(_ name: String, _ specs: [ParameterSpec], _ constraints: [String] = []) -> Row {
        do {
            let expressions = try constraints.map { try Expression($0, kinds: specs.kinds) }
            return Row(description: name, space: try SearchSpace(specs, constraints: expressions))
        } catch {
            preconditionFailure("\(name): \(error)")
        }
    }
}

extension Experiment {
    /// An experiment over a space of the table.
    public static func over(_ space: SearchSpace, parallelism: Int = 4, seed: UInt64 = 11) -> Experiment {
        Experiment(
            metadata: Metadata(name: "sample"), objective: .minimize("loss"), space: space,
            budget: Budget(parallelTrials: parallelism), seed: seed)
    }

    /// The same with a second objective and a limit on a third metric, which half of `SuggestedHistory`'s trials keep.
    public static func severalObjectives(over space: SearchSpace) -> Experiment {
        var experiment = over(space)
        experiment.objective = Objective(
            [.init(.minimize, "loss"), .init(.maximize, "accuracy", reference: 1)],
            constraints: [OutcomeConstraint("latency", max: 2.5)])
        return experiment
    }
}
