import AttuneBench

/// Combinations that were asked for and not run, with the reason.
func skippedSection(_ results: Results) -> HTML {
    guard !results.skipped.isEmpty else { return "" }
    let rows = results.skipped.map { skipped -> [HTML] in
        ["\(skipped.problem)", "\(skipped.algorithm)", "\(skipped.seeds ?? "all")", "\(skipped.reason)"]
    }
    let table = Table(
        header: ["Problem", "Algorithm", "Seeds", "Reason"], rows: rows, textColumns: [0, 1, 2, 3], wraps: true
    ).html
    return "<section id=\"skipped\"><h2>Not run</h2>\n\(table)</section>\n"
}

/// How long algorithms took to propose, over all problems; empty where that was not measured.
func askTimeSection(_ results: Results) -> HTML {
    let rows = results.algorithms.indices.compactMap { algorithm -> (median: Double, cells: [HTML])? in
        let runs = results.problems.flatMap { $0.runs[algorithm] }.filter { !$0.askSeconds.isEmpty }
        let times = runs.flatMap(\.askSeconds).sorted()
        guard let slowest = times.last else { return nil }
        let middle = quantile(0.5, ofSorted: times)
        let total = median(runs.map { $0.askSeconds.reduce(0, +) })
        return (
            middle,
            [
                "\(swatch(algorithm)) \(shortened(results.algorithms[algorithm], to: 28))", "\(middle.secondsText)",
                "\(quantile(0.95, ofSorted: times).secondsText)", "\(slowest.secondsText)", "\(total.secondsText)",
                "\(times.count)",
            ]
        )
    }
    guard !rows.isEmpty else { return "" }
    let header: [HTML] = ["Algorithm", "Median", "95th percentile", "Slowest", "Median total of a run", "Proposals"]
    return """
        <section id="ask-time"><h2>Time to propose</h2>
        <p>Per proposal, on the machine of the bench, whatever else it was doing; programs include their pipe.</p>
        \(Table(header: header, rows: rows.sorted { $0.median < $1.median }.map(\.cells)).html)</section>

        """
}
