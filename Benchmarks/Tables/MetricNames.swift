import AttuneCore

extension Objective.Direction {
    /// What to do with a metric of that name: accuracies, areas under curves, F measures and throughput are to be made
    /// large; errors, losses, times and anything else small.
    init(ofMetric name: String) {
        let words = name.lowercased().split { !$0.isLetter && !$0.isNumber }
        let large: Set<Substring> = [
            "acc", "accuracy", "bac", "auc", "f1", "precision", "r2", "recall", "throughput",
        ]
        self = words.contains(where: large.contains) ? .maximize : .minimize
    }

    /// The worst finite value; nil where there is none.
    func worst(of values: some Sequence<Double>) -> Double? {
        let finite = values.lazy.filter(\.isFinite)
        return self == .minimize ? finite.max() : finite.min()
    }
}

/// The mean of each row over columns of repeated runs, leaving out runs that are missing or diverged to no number;
/// not a number where all are.
func rowMeans(of columns: [[Double]]) -> [Double] {
    (0..<(columns.first?.count ?? 0)).map { row in
        let runs = columns.map { $0[row] }.filter(\.isFinite)
        return runs.isEmpty ? .nan : runs.reduce(0, +) / Double(runs.count)
    }
}
