import AttuneCore
import AttuneProblems

/// Random configurations with their results, as the offline evaluations of XGBoost and DeepAR of Salinas, Shen & Perrone
/// (ICML 2020, "A quantile-based approach for hyperparameter transfer learning") have them.
///
/// Columns `hp_PARAMETER` and `metric_METRIC`; others are skipped. The first metric is the objective. Where there is
/// `metric_time`, seconds, it is an objective too, and how long an evaluation takes.
struct PointTable: TableFormat {
    private let file: DataFile
    private let parameterColumns: [String]
    private let metricColumns: [String]

    init?(_ file: DataFile, columns: [String]) {
        parameterColumns = columns.filter { $0.hasPrefix("hp_") }
        let metrics = columns.filter { $0.hasPrefix("metric_") }
        let quality = metrics.first { $0 != "metric_time" }
        metricColumns = [quality, metrics.first { $0 == "metric_time" }].compactMap { $0 }
        guard !parameterColumns.isEmpty, !metricColumns.isEmpty else { return nil }
        self.file = file
    }

    var problems: [ListedProblem] {
        let name = "\(file.folder)/\(file.stem)"
        let summary = "The nearest of the random configurations evaluated by Salinas, Shen & Perrone (ICML 2020)"
        return [
            ListedProblem(name: name, summary: summary, file: file) { () throws(AttuneError) in
                try problem(name: name, summary: summary)
            }
        ]
    }

    private func problem(name: String, summary: String) throws(AttuneError) -> BenchmarkProblem {
        let table = try CSVTable(file, columns: parameterColumns + metricColumns)
        let tried = try TriedConfigurations(table, names: parameterColumns, droppingPrefix: "hp_")
        let space = try SearchSpace(checked: tried.parameters, of: file)
        let metrics = metricColumns.map { column in
            let name = String(column.dropFirst("metric_".count))
            return BenchmarkProblem.Metric(name, .init(ofMetric: name))
        }
        let columns = try results(table, metrics)
        let seconds = metricColumns.firstIndex(of: "metric_time").map { columns[$0] }
        var problem = BenchmarkProblem(name: name, summary: summary, space: space, metrics: metrics) { assignment in
            let row = tried.nearest(to: assignment)
            return Evaluation(columns.map { $0[row] }, seconds: seconds?[row] ?? 1)
        }
        if metrics.count == 1 {
            let best = tried.best(metrics[0].direction, of: columns[0], in: space)
            problem.optimum = best.map { columns[0][$0.row] }
            problem.optimizers = best.map { [$0.at] } ?? []
        } else {
            let front = Front(columns, directions: metrics.map(\.direction))
            problem.referencePoint = front.referencePoint
            problem.frontHypervolume = front.hypervolume
        }
        return problem
    }

    /// A column for each metric, its missing values as bad as the worst there is.
    private func results(_ table: CSVTable, _ metrics: [BenchmarkProblem.Metric]) throws(AttuneError) -> [[Double]] {
        var columns: [[Double]] = []
        for (name, metric) in zip(metricColumns, metrics) {
            guard let worst = metric.direction.worst(of: table[name]) else {
                throw file.problem("\(name): has no result")
            }
            columns.append(table[name].map { $0.isFinite ? $0 : worst })
        }
        return columns
    }
}
