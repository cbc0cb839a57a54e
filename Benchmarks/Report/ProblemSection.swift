import AttuneBench

/// One problem of the report: its curves and its final values.
struct ProblemSection {
    var problem: ProblemResults
    var algorithms: [String]
    /// What links lead to.
    var anchor: String

    private var measure: Measure { Measure(problem) }

    var html: HTML {
        """
        <section class="problem" id="\(anchor)"><h3>\(problem.facts.name)</h3>
        <p>\(problem.facts.summary) <span class="facts">\(goal)</span></p>
        <div class="row">\(charts)<div class="cell">\(finalTable)</div></div></section>

        """
    }

    private var goal: String {
        let ideal = problem.ideal?.plain
        if problem.facts.isMultiObjective {
            return "Several metrics, by hypervolume. "
                + (ideal.map { "Of the true front: \($0)." } ?? "The true front is not known.")
        }
        let verb = problem.prefersLarge ? "Maximised" : "Minimised"
        return "\(verb). " + (ideal.map { "Optimum: \($0)." } ?? "The optimum is not known.")
    }

    private var charts: HTML {
        let runs = problem.allRuns
        return Progress.allCases.filter { $0.isInformative(for: runs) }.compactMap(chart).map { chart -> HTML in
            "<figure class=\"cell\">\(chart.svg)</figure>"
        }.joined()
    }
}

extension ProblemSection {
    private func chart(along progress: Progress) -> CurveChart? {
        let measure = measure
        let curves = problem.runs.indices.compactMap { index in
            Curve(
                algorithm: index, name: algorithms[index], runs: problem.runs[index], along: progress,
                measure: problem.loss)?
                .mapped { measure(loss: $0, of: problem) }
        }
        guard let end = curves.flatMap(\.points).map(\.x).max() else { return nil }
        let unit = progress.unit(upTo: end)
        let scaled = curves.map { curve in
            var curve = curve
            curve.points = curve.points.map {
                .init(x: $0.x / unit.size, low: $0.low, middle: $0.middle, high: $0.high)
            }
            return curve
        }
        return CurveChart(
            curves: scaled, x: .linear(0, end / unit.size), y: measure.axis(for: scaled), xTitle: unit.title,
            yTitle: measure.title(prefersLarge: problem.prefersLarge),
            summary:
                "\(problem.facts.name): \(measure.title(prefersLarge: problem.prefersLarge)), against \(unit.title)")
    }
}

extension Progress {
    /// The unit in which positions up to `end` are shown.
    fileprivate func unit(upTo end: Double) -> (title: String, size: Double) {
        switch self {
        case .evaluations: return ("evaluations", 1)
        case .resource: return ("resource used", 1)
        case .seconds:
            let units = [("days", 86400.0), ("hours", 3600), ("minutes", 60)]
            let (name, size) = units.first { end >= 3 * $0.1 } ?? ("seconds", 1)
            return ("simulated time, \(name)", size)
        }
    }
}

extension ProblemSection {
    /// An algorithm's runs at their ends.
    private struct Final {
        var algorithm: Int
        /// By run, in the order of seeds.
        var losses: [Double]
        var seeds: [Int]
        var median: Double
        /// Tells those with the same median apart, which tables of few values have many of.
        var mean: Double { losses.reduce(0, +) / Double(losses.count) }
        var failures: Int
    }

    /// Best first.
    private var finals: [Final] {
        let finals = problem.runs.enumerated().filter { !$0.element.isEmpty }.map { index, runs in
            let runs = runs.sorted { $0.seed < $1.seed }
            let losses = runs.map { problem.loss($0.best(after: $0.count)) }
            return Final(
                algorithm: index, losses: losses, seeds: runs.map(\.seed), median: AttuneBench.median(losses),
                failures: runs.reduce(0) { $0 + $1.failures })
        }
        return finals.sorted { ($0.median, $0.mean, $0.algorithm) < ($1.median, $1.mean, $1.algorithm) }
    }

    private var finalTable: HTML {
        let finals = finals
        guard let best = finals.first else { return "" }
        let rivals = finals.dropFirst()
        let canTest = rivals.allSatisfy { $0.seeds == best.seeds } && best.seeds.count > 1
        let adjusted = holmAdjusted(rivals.map { signedRank(best.losses, $0.losses).probability })
        let hasFailures = finals.contains { $0.failures > 0 }
        var header: [HTML] = ["Algorithm", "Median", "95 % interval"]
        if let title = measure.columnTitle { header.append("\(title)") }
        if canTest { header.append("<abbr title=\"\(testExplanation)\">p</abbr>") }
        if hasFailures { header.append("Failed") }
        let rows = finals.enumerated().map { place, final in
            var row = cells(final, isBest: final.median == best.median)
            if canTest { row.append(place == 0 ? "" : "\(adjusted[place - 1].probabilityText)") }
            if hasFailures { row.append("\(final.failures)") }
            return row
        }
        return Table(caption: "After the last evaluation, best first", header: header, rows: rows).html
    }

    private var testExplanation: String {
        "That this algorithm does as well as the first: Wilcoxon signed-rank over seeds, Holm-adjusted within this table"
    }

    private func cells(_ final: Final, isBest: Bool) -> [HTML] {
        let name: HTML = "\(swatch(final.algorithm)) \(shortened(algorithms[final.algorithm], to: 20))"
        let value = problem.value(ofLoss: final.median).rounded(toDigits: 4)
        let interval = medianInterval(final.losses).map { interval in
            let ends = [problem.value(ofLoss: interval.lowerBound), problem.value(ofLoss: interval.upperBound)]
            return problem.prefersLarge ? (ends[1], ends[0]) : (ends[0], ends[1])
        }
        var row: [HTML] = [
            name, isBest ? "<b>\(value)</b>" : "\(value)",
            interval.map { "\($0.rounded(toDigits: 4)) to \($1.rounded(toDigits: 4))" } ?? "–",
        ]
        if measure.columnTitle != nil { row.append("\(measure(loss: final.median, of: problem).rounded(toDigits: 3))") }
        return row
    }
}
