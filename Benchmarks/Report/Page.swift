import AttuneBench

/// The whole report.
func page(_ comparison: Comparison) -> HTML {
    let results = comparison.results
    let families = problemsByFamily(results)
    return """
        <!doctype html>
        <html lang="en"><head><meta charset="utf-8"><title>Optimizers compared – Attune</title>
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
        <style>\(HTML(markup: styleSheet))\(hidingRules(results.algorithms.count))</style></head><body>
        <main>\(HeadSection(comparison: comparison).html)\(legend(results))\(OverallSection(comparison: comparison).html)
        <section id="problems"><h2>Problem by problem</h2>
        <p>Lines are medians over seeds of the best so far, bands their quartiles.</p>
        \(contents(families))</section>
        \(families.map { familySection($0, results.algorithms) }.joined())\(askTimeSection(results))\(skippedSection(results))
        </main></body></html>

        """
}

/// Problems of one family, each with the anchor of its section.
private struct Family {
    var name: String
    var problems: [(anchor: String, problem: ProblemResults)]
}

/// In order of first appearance.
private func problemsByFamily(_ results: Results) -> [Family] {
    var families: [Family] = []
    for (index, problem) in results.problems.enumerated() {
        let entry = (anchor: "problem-\(index + 1)", problem: problem)
        if let place = families.firstIndex(where: { $0.name == problem.family }) {
            families[place].problems.append(entry)
        } else {
            families.append(Family(name: problem.family, problems: [entry]))
        }
    }
    return families
}

private func contents(_ families: [Family]) -> HTML {
    let items = families.map { family -> HTML in
        let links = family.problems.map { anchor, problem -> HTML in
            let isInFamily = problem.facts.name.hasPrefix(family.name + "/")
            let name = isInFamily ? String(problem.facts.name.dropFirst(family.name.count + 1)) : problem.facts.name
            return "<a href=\"#\(anchor)\">\(name)</a>"
        }
        return "<li><b>\(family.name)</b> \(links.joined(by: ", "))</li>"
    }
    return "<nav><ul class=\"contents\">\(items.joined())</ul></nav>\n"
}

private func familySection(_ family: Family, _ algorithms: [String]) -> HTML {
    let sections = family.problems.map { ProblemSection(problem: $1, algorithms: algorithms, anchor: $0).html }
    return "<section class=\"family\"><h2>\(family.name)</h2>\n\(sections.joined())</section>\n"
}

/// Names with their lines, and a box each to hide them: style rules do it, so that the page needs no script.
private func legend(_ results: Results) -> HTML {
    let items = results.algorithms.enumerated().map { index, name -> HTML in
        """
        <label><input type="checkbox" id="show\(index)" checked>\(swatch(index)) \(shortened(name, to: 28))</label>

        """
    }
    return "<div class=\"legend\" role=\"group\" aria-label=\"Curves to show\">\(items.joined())</div>\n"
}

private func hidingRules(_ algorithms: Int) -> HTML {
    (0..<algorithms).map { index -> HTML in "body:has(#show\(index):not(:checked)) .a\(index){display:none}\n" }
        .joined()
}
