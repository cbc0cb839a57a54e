import AttuneBench

/// What all problems together say.
struct OverallSection {
    var comparison: Comparison

    private var results: Results { comparison.results }

    var html: HTML {
        guard comparison.isPossible else {
            return """
                <section id="overall"><h2>Overall</h2>
                <p>There is nothing to compare overall: that takes two algorithms that ran on the same problems.</p></section>

                """
        }
        return """
            <section id="overall"><h2>Overall</h2>
            <p>\(basis)</p>
            \(leaderboard)
            <div class="row"><figure class="cell">\(regretChart.svg)\
            <figcaption>Median over problems of normalised regret.</figcaption></figure>
            <figure class="cell">\(rankDiagram)</figure></div>
            \(duelTable)
            </section>

            """
    }

    private var basis: HTML {
        let problems = comparison.shared.count
        let share =
            problems == results.problems.count
            ? "all \(problems) problems"
            : "the \(problems) of \(results.problems.count) problems that all ranked algorithms ran on"
        let left = comparison.unranked.map { results.algorithms[$0] }
        let unranked =
            left.isEmpty
            ? "" : " Not ranked, having run on fewer than half of the problems: \(left.joined(separator: ", "))."
        return """
            Over \(share); a problem counts once, by the median over its seeds.\(unranked) \
            <b>Normalised regret</b> is 0 at the optimum (the best of all runs here where that is not known) and 1 at what a \
            single evaluation gives, the median of all runs.
            """
    }
}

extension OverallSection {
    private var leaderboard: HTML {
        let ranks = comparison.meanRanks(after: results.budget)
        let rows = comparison.ranked.enumerated().map { place, algorithm -> [HTML] in
            [
                "\(swatch(algorithm)) \(shortened(results.algorithms[algorithm], to: 28))",
                "\(ranks[place].fixed(decimals: 2))",
            ]
                + comparison.budgets.map { regretCell(algorithm, after: $0) } + [targetCell(algorithm)]
        }
        let header: [HTML] = ["Algorithm", "Mean rank"] + comparison.budgets.map { "after \($0)" } + ["to regret 0.1"]
        let unit = comparison.shared.count > 1 ? "problems" : "seeds"
        return Table(
            caption:
                "Median normalised regret after so many evaluations, with its 95 % bootstrap interval over \(unit); median evaluations to a regret of 0.1, and the share of runs that get there",
            header: header, rows: rows
        ).html
    }

    private func regretCell(_ algorithm: Int, after evaluations: Int) -> HTML {
        let regret = comparison.regret(of: algorithm, after: evaluations)
        let interval: HTML = regret.interval.map { "<br><small>\($0.text)</small>" } ?? ""
        return "\(regret.median.rounded(toDigits: 3))\(interval)"
    }

    private func targetCell(_ algorithm: Int) -> HTML {
        let time = comparison.timeToTarget(0.1, of: algorithm)
        return
            "\(time.evaluations?.rounded(toDigits: 3) ?? "–")<br><small>\(Int((100 * time.share).rounded())) %</small>"
    }

    private var regretChart: CurveChart {
        let curves = comparison.ranked.map(comparison.curve)
        return CurveChart(
            curves: curves, x: .linear(0, Double(results.budget)), y: Measure.regret(optimum: 0).axis(for: curves),
            xTitle: "evaluations", yTitle: "normalised regret, lower is better",
            summary: "Median normalised regret over problems against evaluations")
    }

    private var rankDiagram: HTML {
        let ranks = comparison.meanRanks(after: results.budget)
        let entries = zip(comparison.ranked, ranks).map {
            RankDiagram.Entry(name: results.algorithms[$0], algorithm: $0, rank: $1)
        }
        let critical = CriticalDifference(ranks, blocks: comparison.shared.count)
        return """
            \(RankDiagram(entries: entries, critical: critical).svg)
            <figcaption>Mean ranks at the end, 1 is best. Algorithms under one bar do not differ at the 5 % level \
            (Nemenyi’s test over \(comparison.shared.count) problems).</figcaption>
            """
    }

    private var duelTable: HTML {
        let duels = comparison.duels()
        let rows = comparison.ranked.enumerated().map { place, algorithm -> [HTML] in
            ["\(place + 1) \(swatch(algorithm)) \(shortened(results.algorithms[algorithm], to: 20))"]
                + duels[place].map(duelCell)
        }
        return Table(
            caption: """
                Problems won–tied–lost by the row against the column at the end; ▲ or ▼ and bold where the row is better or worse \
                at the 5 % level (Wilcoxon signed-rank over problems, Holm-adjusted over pairs)
                """,
            header: ["Against"] + comparison.ranked.enumerated().map { "\($0 + 1) \(swatch($1))" }, rows: rows
        ).html
    }

    private func duelCell(_ duel: Duel?) -> HTML {
        guard let duel else { return "<span class=\"faint\">·</span>" }
        let score: HTML = "\(duel.wins)–\(duel.ties)–\(duel.losses)"
        let probability: HTML = "<br><small>p \(duel.probability.probabilityText)</small>"
        guard duel.probability < 0.05 else { return "\(score)\(probability)" }
        return "<b>\(score) \(duel.favoursFirst ? "▲" : "▼")</b>\(probability)"
    }
}
