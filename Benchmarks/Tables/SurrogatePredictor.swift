import AttuneCore
import AttuneProblems

/// What a surrogate is asked for an instance, and which of its answers count.
struct SurrogatePredictor: Sendable {
    private let space: SearchSpace
    /// Parameters that are the same for every assignment: the instance, and fidelities that are no resource.
    private let settled: [String: ParameterValue]
    private let resource: Resource?
    private let outputs: [String]
    private let objective: Int
    private let test: Int?
    private let time: Int?

    init(_ description: JSON, of file: DataFile, instance: String?) throws(AttuneError) {
        let configurations = try ConfigurationSpace(description["config_space"], of: file)
        let fidelities = (description["fidelity"]?.array ?? []).compactMap(\.string)
        var settled: [String: ParameterValue] = [:]
        for name in fidelities.dropFirst() {
            let (bounds, isWhole) = try configurations.range(of: name)
            settled[name] = isWhole ? .int(Int(bounds.upperBound)) : .double(bounds.upperBound)
        }
        var without = fidelities
        if let instance, let parameter = description["instance_param"]?.string {
            settled[parameter] = .text(instance)
            without.append(parameter)
        }
        space = try SearchSpace(checked: try configurations.parameters(without: without), of: file)
        resource = try fidelities.first.map { name throws(AttuneError) in
            let (bounds, isWhole) = try configurations.range(of: name)
            return Resource(name: name, bounds: bounds, isWhole: isWhole)
        }
        self.settled = settled
        outputs = (description["outputs"]?.array ?? []).compactMap { $0["name"]?.string }
        guard let objective = SurrogatePredictor.objective(among: outputs) else {
            throw file.problem("outputs: has none")
        }
        self.objective = objective
        test = outputs.firstIndex { $0.hasPrefix("test") && Objective.Direction(ofMetric: $0) == .maximize }
        time = outputs.firstIndex { $0.hasPrefix("time") }
    }

    /// The first output to be made large that is not of test data; else the first there is.
    private static func objective(among outputs: [String]) -> Int? {
        outputs.firstIndex { !$0.hasPrefix("test") && Objective.Direction(ofMetric: $0) == .maximize }
            ?? outputs.indices.first
    }

    private var units: Int { resource?.units ?? 1 }

    func problem(name: String, summary: String, surrogate: Surrogate) -> BenchmarkProblem {
        let metric = outputs[objective]
        var problem = BenchmarkProblem(
            name: name, summary: summary, space: space, metrics: [.init(metric, .init(ofMetric: metric))],
            maxResource: units
        ) { evaluation(of: $0, surrogate) }
        guard let test else { return problem }
        problem.reportedValue = { predictions(at: $0, units: [units], surrogate)[0][test] }
        return problem
    }

    /// One prediction for each unit of resource; the last is the full evaluation.
    private func evaluation(of assignment: Assignment, _ surrogate: Surrogate) -> Evaluation {
        let predictions = predictions(at: assignment, units: Array(1...units), surrogate)
        let full = predictions[units - 1]
        let seconds = time.map { max(full[$0], 0) } ?? Double(units)
        let curve = units == 1 ? [] : predictions.map { $0[objective] }
        return Evaluation([full[objective]], curve: curve, seconds: seconds)
    }

    private func predictions(at assignment: Assignment, units: [Int], _ surrogate: Surrogate) -> [[Double]] {
        surrogate(
            units.map { unit in
                { name in
                    name == resource?.name ? resource?.value(atUnit: unit) : settled[name] ?? assignment[name]
                }
            })
    }

    /// A numeric fidelity in equal parts, as many as leave the first no lower than its lower bound.
    private struct Resource: Sendable {
        let name: String
        let units: Int
        private let upper: Double
        private let isWhole: Bool

        init(name: String, bounds: ClosedRange<Double>, isWhole: Bool) {
            self.name = name
            self.isWhole = isWhole
            upper = bounds.upperBound
            let parts = bounds.lowerBound > 0 ? (bounds.upperBound / bounds.lowerBound).rounded(.down) : 100
            units = Int(min(max(parts, 1), 1000))
        }

        func value(atUnit unit: Int) -> ParameterValue {
            let value = upper * Double(unit) / Double(units)
            return isWhole ? .int(Int(value.rounded())) : .double(value)
        }
    }
}
