/// What may be tried: parameters, the conditions under which they count, and constraints among them.
///
/// Maps points of the unit cube, one coordinate per parameter, to assignments and back. Coordinates of inactive
/// parameters are ignored on the way in and absent on the way out.
public struct SearchSpace: Sendable, Hashable {
    public let parameters: [ParameterSpec]
    /// An assignment is feasible if each of these holds or does not apply to it: an expression that reads an inactive
    /// parameter without a default does not apply.
    public let constraints: [Expression]
    /// The cells that an assignment is, where their networks must keep within `limits`; nil where nothing limits them.
    public let limitedCells: CellLayout?
    /// Names of the parameters, shared by all assignments.
    public let names: [String]
    /// Positions of the parameters, those that conditions refer to first.
    public let order: [Int]
    /// Position of the parameter that each one's condition refers to.
    public let parents: [Int?]

    /// - Throws: `InvalidExperiment` with every problem, its fields relative to the experiment's `spec`.
    public init(_ parameters: [ParameterSpec], constraints: [Expression] = []) throws(InvalidExperiment) {
        try self.init(parameters, constraints, limitedCells: nil)
    }

    /// The space of an architecture search: its parameters, within its limits.
    ///
    /// - Throws: `InvalidExperiment` with every problem.
    public init(_ architecture: ArchitectureSpace, constraints: [Expression] = []) throws(InvalidExperiment) {
        try self.init(architecture.parameters, constraints, limitedCells: architecture.limitedCells)
    }

    private init(
        _ parameters: [ParameterSpec], _ constraints: [Expression], limitedCells: CellLayout?
    ) throws(InvalidExperiment) {
        let problems = SearchSpace.problems(of: parameters)
        guard problems.isEmpty else { throw InvalidExperiment(problems) }
        self.parameters = parameters
        self.constraints = constraints
        self.limitedCells = limitedCells
        names = parameters.map(\.name)
        parents = parameters.map { spec in
            spec.condition.flatMap { condition in parameters.firstIndex { $0.name == condition.parameter } }
        }
        order = SearchSpace.parentsFirst(parents)
    }

    public var dimensions: Int { parameters.count }

    public subscript(name: String) -> ParameterSpec? { parameters.first { $0.name == name } }

    /// The assignment at a point of the unit cube, feasible or not.
    ///
    /// - Parameter point: `[dimensions]`, each in [0, 1].
    public func assignment(at point: [Double]) -> Assignment {
        precondition(
            point.count == dimensions, "a point of this space has \(dimensions) coordinates, not \(point.count)")
        return assignment { $0.domain.value(at: point[$1]) }
    }

    /// The assignment of these values: asked for the active parameters only, those first that conditions refer to.
    public func assignment(choosing value: (ParameterSpec, Int) -> ParameterValue) -> Assignment {
        var values = [ParameterValue?](repeating: nil, count: dimensions)
        for index in order where isActive(index, given: values) {
            values[index] = value(parameters[index], index)
        }
        return Assignment(names: names, values: values)
    }

    func isActive(_ index: Int, given values: [ParameterValue?]) -> Bool {
        guard let parent = parents[index] else { return true }
        return parameters[index].condition?.holds(for: values[parent]) ?? true
    }

    /// The point whose coordinates are the middles of the assignment's cells; nil for inactive parameters.
    public func point(of assignment: Assignment) -> [Double?] {
        parameters.map { spec in assignment[spec.name].flatMap { spec.domain.unit(of: $0) } }
    }

    /// Whether there is anything that an assignment must keep to beside the domains.
    public var isConstrained: Bool { !constraints.isEmpty || limitedCells != nil }

    /// What `isConstrained` speaks of, for people.
    var restrictions: [String] { constraints.map(\.description) + (limitedCells.map { [$0.limits.description] } ?? []) }

    /// The field of an experiment that `isConstrained` speaks of.
    var restrictingField: FieldPath {
        constraints.isEmpty && limitedCells != nil ? "nasConfig.cells.limits" : "constraints"
    }

    /// Whether every constraint holds or does not apply, and limited cells keep within their limits.
    public func isFeasible(_ assignment: Assignment) -> Bool {
        constraints.allSatisfy { isFeasible(assignment, under: $0) } && limitedCells?.admits(assignment) ?? true
    }

    private func isFeasible(_ assignment: Assignment, under constraint: Expression) -> Bool {
        do {
            return try constraint.evaluate { name in
                (assignment[name] ?? self[name]?.defaultValue).map { expressionValue(of: $0, named: name) }
            } ?? true
        } catch {
            preconditionFailure("a constraint was made for other parameters than the space's: \(error)")
        }
    }

    private func expressionValue(of value: ParameterValue, named name: String) -> ExpressionValue {
        if case .categorical = self[name]?.domain { return .text(value.description) }
        return value.number.map { .number($0) } ?? .text(value.description)
    }

    /// Whether the assignment has exactly the active parameters, each in its domain, and is feasible.
    public func contains(_ assignment: Assignment) -> Bool {
        guard assignment.names == names else { return false }
        let isComplete = parameters.indices.allSatisfy { index in
            guard isActive(index, given: assignment.values) else { return assignment.values[index] == nil }
            return assignment.values[index].map { parameters[index].domain.contains($0) } ?? false
        }
        return isComplete && isFeasible(assignment)
    }

    /// Reads an assignment as users write it, name to text.
    ///
    /// - Throws: every problem: unknown, missing, inactive and impossible values, and violated constraints.
    public func assignment(reading texts: [String: String]) throws(InvalidExperiment) -> Assignment {
        var problems = texts.keys.filter { self[$0] == nil }.sorted().map { name in
            Problem(
                FieldPath([.key(name)]),
                "is not a parameter; did you mean \(nearest(to: name, among: names) ?? names.joined(separator: ", "))?")
        }
        var values = [ParameterValue?](repeating: nil, count: dimensions)
        for index in order {
            let spec = parameters[index]
            let text = texts[spec.name]
            guard isActive(index, given: values) else {
                if text != nil {
                    problems.append(Problem(FieldPath([.key(spec.name)]), "is inactive here; leave it out"))
                }
                continue
            }
            values[index] = text.flatMap { spec.domain.value(reading: $0) }
            if values[index] == nil {
                problems.append(
                    Problem(
                        FieldPath([.key(spec.name)]), found: text.map { "\"\($0)\"" }, "give a value of \(spec.domain)")
                )
            }
        }
        let assignment = Assignment(names: names, values: values)
        if problems.isEmpty,
            let broken = constraints.first(where: { constraint in !isFeasible(assignment, under: constraint) })
        {
            problems.append(Problem("", "violates the constraint \(broken)"))
        }
        if problems.isEmpty, let cells = limitedCells, !cells.admits(assignment) {
            problems.append(Problem("", "makes a network beyond \(cells.limits)"))
        }
        guard problems.isEmpty else { throw InvalidExperiment(problems) }
        return assignment
    }

    private static func parentsFirst(_ parents: [Int?]) -> [Int] {
        func depth(_ index: Int) -> Int { parents[index].map { depth($0) + 1 } ?? 0 }
        return parents.indices.sorted { (depth($0), $0) < (depth($1), $1) }
    }
}

extension Domain: CustomStringConvertible {
    public var description: String {
        switch self {
        case .double(let range, let step, let law):
            "\(range.lowerBound.text)…\(range.upperBound.text)" + (step.map { " in steps of \($0.text)" } ?? "")
                + suffix(law)
        case .int(let range, let step, let law):
            "\(range.lowerBound)…\(range.upperBound)" + (step == 1 ? "" : " in steps of \(step)") + suffix(law)
        case .discrete(let list), .categorical(let list): "{" + list.joined(separator: ", ") + "}"
        }
    }

    private func suffix(_ law: Distribution) -> String { law == .uniform ? "" : ", \(law.rawValue)" }
}
