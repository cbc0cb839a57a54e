import AttuneCore
import AttuneStore
import Foundation

/// An experiment's trials as columns, from which charts are computed: trial n stands at n − 1.
///
/// It follows the store by taking in the rows of trials that have changed. One that took them in bit by bit equals one
/// that took all at once.
public struct ExperimentView: Sendable {
    public let experiment: Experiment
    public let createdAt: Date
    /// How many events of the log the numbers go back to.
    public private(set) var events = 0
    /// How many the parameters and metrics go back to.
    public private(set) var textEvents = 0

    public private(set) var states: [TrialState] = []
    /// Seconds since 1970; NaN while it runs or rests.
    public private(set) var starts: [Double] = []
    public private(set) var ends: [Double] = []
    /// The objective's, by its strategy; NaN where nothing usable was reported.
    public private(set) var values: [Double] = []
    /// What counts for the best: NaN unless it succeeded or came to rest within the constraints.
    public private(set) var standings: [Double] = []
    public private(set) var parameters: [ParameterColumn]
    public private(set) var metrics: [String: MetricColumn] = [:]
    /// Of the objective and of constraints first, then others that trials reported, by name.
    public private(set) var metricNames: [String]

    public init(_ experiment: Experiment, createdAt: Date) {
        self.experiment = experiment
        self.createdAt = createdAt
        parameters = experiment.space.parameters.map(ParameterColumn.init)
        metricNames = experiment.objective.metrics
        for metric in experiment.objective.metrics { metrics[metric] = MetricColumn(count: 0) }
    }

    public var count: Int { states.count }
    public var objective: Objective { experiment.objective }
    // MARK: Following

    /// Takes in what has changed of the numbers.
    ///
    /// - Parameter events: how many the log has now.
    public mutating func take(_ cells: [TrialCells], upTo events: Int) {
        grow(to: max(count, cells.last?.number ?? 0))
        for cell in cells {
            let index = cell.number - 1
            states[index] = TrialState(name: cell.state) ?? .running
            starts[index] = cell.start
            ends[index] = cell.end ?? .nan
            values[index] = cell.value ?? .nan
            standings[index] = cell.standing ?? .nan
        }
        self.events = events
    }

    /// Takes in what has changed of parameters and metrics.
    ///
    /// - Throws: `AttuneError` where a text is no JSON.
    public mutating func take(_ texts: [TrialTexts], upTo events: Int) throws(AttuneError) {
        let size = max(count, texts.last?.number ?? 0)
        let missing = size - (parameters.first?.values.count ?? size)
        for index in parameters.indices where missing > 0 {
            parameters[index].values += [Double](repeating: .nan, count: missing)
        }
        for name in Array(metrics.keys) { metrics[name]?.grow(to: size) }
        for text in texts { try take(text, of: size) }
        textEvents = events
    }

    private mutating func take(_ text: TrialTexts, of size: Int) throws(AttuneError) {
        let index = text.number - 1
        let assignment = try JSON(parsing: text.assignment)
        for place in parameters.indices {
            parameters[place].values[index] = parameters[place].number(of: assignment[parameters[place].name])
        }
        let reported = try JSON(parsing: text.metrics)
        // Names apart from the columns: who holds on to those while they change copies them.
        for name in metricNames { metrics[name]?.set(index, reported[name] ?? .null) }
        for (name, summary) in reported.object ?? [:] where metrics[name] == nil {
            metrics[name] = MetricColumn(count: size)
            metrics[name]?.set(index, summary)
            metricNames = objective.metrics + metrics.keys.filter { !objective.metrics.contains($0) }.sorted()
        }
    }

    private mutating func grow(to size: Int) {
        let missing = size - count
        guard missing > 0 else { return }
        let unknown = [Double](repeating: .nan, count: missing)
        states += [TrialState](repeating: .running, count: missing)
        starts += unknown
        ends += unknown
        values += unknown
        standings += unknown
    }

    // MARK: Reading

    /// The values of a metric by the objective's strategy for it; NaN where there is none that is finite.
    public func values(of metric: String) -> [Double] {
        if metric == objective.metric { return values }
        guard let column = metrics[metric] else { return [Double](repeating: .nan, count: count) }
        return column.values(by: objective.strategy(for: metric)).map { $0.isFinite ? $0 : .nan }
    }

    /// Whether more of the metric is better.
    public func maximizes(_ metric: String) -> Bool {
        if let target = objective.targets.first(where: { $0.metric == metric }) { return target.direction == .maximize }
        return switch objective.strategy(for: metric) {
        case .max: true
        case .min: false
        case .latest: objective.direction == .maximize
        }
    }

    /// Whether the metric is one that the numbers have, so that no text needs to be read for it.
    public func hasOwnColumn(_ metric: String) -> Bool { metric == objective.metric }

    public func parameter(_ name: String) -> ParameterColumn? { parameters.first { $0.name == name } }

    /// The trials with a value that may count as the best, in the order in which they ended.
    public var counting: [Int] { standings.indices.filter { !standings[$0].isNaN } }
}
