import AttuneBench
import AttuneCore

/// What was compared, how to do it again, and what to beware of.
struct HeadSection {
    var comparison: Comparison

    private var results: Results { comparison.results }

    var html: HTML {
        """
        <header><h1>Optimizers compared</h1>
        <p class="lead">\(extent)</p>
        <dl>\(facts.map { name, value -> HTML in "<dt>\(name)</dt><dd>\(value)</dd>" }.joined())</dl>
        \(caveatList)</header>

        """
    }

    private var extent: String {
        let seeds = Set(results.problems.flatMap { $0.runs.map(\.count) }).subtracting([0])
        let counts = [seeds.min(), seeds.max()].compactMap { $0 }
        let seedText = Set(counts).sorted().map(String.init).joined(separator: "–")
        return """
            \(counted(results.algorithms.count, "algorithm")) on \(counted(results.problems.count, "problem")), \
            \(seedText.isEmpty ? "0" : seedText) \(seedText == "1" ? "seed" : "seeds") each, up to \
            \(counted(results.budget, "evaluation")) a run.
            """
    }

    private var facts: [(HTML, HTML)] {
        var facts: [(HTML, HTML)] = [("To reproduce", "<code>\(command)</code>")]
        let shownElsewhere: Set = ["command", "problems", "evaluations", "seeds"]
        for (key, value) in results.settings?.object ?? [:] where !shownElsewhere.contains(key) {
            facts.append(("\(key)", "\(plain(value))"))
        }
        return facts
    }

    /// As it was kept, else as the results imply it.
    private var command: String {
        switch results.settings?["command"] {
        case .string(let text)?: return text
        case .array(let words)?: return words.compactMap(\.scalarText).map(quotedForShell).joined(separator: " ")
        default:
            let problems = quotedForShell(results.problems.map(\.facts.name).joined(separator: ","))
            let algorithms = quotedForShell(results.algorithms.joined(separator: ","))
            return """
                attune bench run --problems \(problems) --algorithms \(algorithms) --evaluations \(results.budget) \
                --seeds \(results.seeds.count)\(workers)
                """
        }
    }

    private var caveatList: HTML {
        let items = caveats(of: comparison).map { text -> HTML in "<li>\(text)</li>" }
        return items.isEmpty
            ? "" : "<div class=\"caveats\"><h2>Before you believe it</h2><ul>\(items.joined())</ul></div>"
    }

    private var workers: String {
        results.settings?["cluster"]?["workers"]?.int.map { " --workers simulated-\($0)" } ?? ""
    }

    /// Lists and objects as words between commas and semicolons.
    private func plain(_ value: JSON) -> String {
        switch value {
        case .array(let items): items.map(plain).joined(separator: ", ")
        case .object(let fields): fields.map { "\($0.key): \(plain($0.value))" }.joined(separator: "; ")
        default: value.scalarText ?? "none"
        }
    }
}

private func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

/// A word as a shell reads it unchanged.
private func quotedForShell(_ word: String) -> String {
    let isPlain =
        !word.isEmpty && word.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./,=:+@%".contains($0)) }
    return isPlain ? word : "'" + word.replacing("'", with: "'\\''") + "'"
}
