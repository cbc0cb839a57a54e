import AttuneBench
import AttuneCore
import Foundation
import Testing

/// What the page and the leaderboard say, against numbers worked out by hand.
@Suite struct BenchReportTests {
    // Single evaluations give 10, 10, 8 and 8: their median 9 is a normalised regret of 1. At the end a has 1 and 3, so 2,
    // which is 2/9; b has 4 and 6, so 5, which is 5/9.
    private let rows =
        run("toy/one", "a", seed: 1, best: [10, 1]) + run("toy/one", "a", seed: 2, best: [10, 3])
        + run("toy/one", "b", seed: 1, best: [8, 4]) + run("toy/one", "b", seed: 2, best: [8, 6])

    @Test func `the numbers are those worked out by hand`() throws {
        let (html, text) = try report([minimised("toy/one")], rows)
        #expect(html.contains("<b>2.000</b>") && html.contains("5.000"))
        #expect(html.contains("0.222") && html.contains("0.556"))
        #expect(html.contains("2 algorithms on 1 problem, 2 seeds each, up to 2 evaluations a run."))
        let lines = text.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
        #expect(lines[2] == ["a", "1.00", "1.11", "0.222"])
        #expect(lines[3] == ["b", "2.00", "0.889", "0.556"])
    }

    @Test func `the same folder gives the same page`() throws {
        #expect(try report([minimised("toy/one")], rows).html == report([minimised("toy/one")], rows).html)
    }

    @Test func `the page fetches nothing and runs nothing`() throws {
        let html = try report([minimised("toy/one")], rows).html
        #expect(
            !html.contains("<script") && !html.contains("http://") && !html.contains("https://")
                && !html.contains("url("))
    }

    @Test func `a hostile name stays text`() throws {
        let name = "<script>alert(\"x\")</script>&'"
        let rows = run("<b>/<i>", name, best: [1]) + run("<b>/<i>", "quiet", best: [2])
        let (html, _) = try report(
            [minimised("<b>/<i>")], rows, skipped: "problem,algorithm,reason\n<u>,<s>,\"<em>, why\"\n")
        #expect(!html.contains("<script") && !html.contains("<i>") && !html.contains("<u>") && !html.contains("<em>"))
        #expect(html.contains("&lt;script&gt;alert(&quot;x&quot;)") && html.contains("&lt;em&gt;, why"))
    }

    @Test func `a terminal gets no control characters from a name`() throws {
        let rows = run("p", "\u{1B}[31mred", best: [1]) + run("p", "b", best: [2])
        #expect(!(try report([minimised("p")], rows).text.contains("\u{1B}")))
    }

    @Test func `no results make a page that says so`() throws {
        let (html, text) = try report([], [])
        #expect(html.contains("0 algorithms on 0 problems") && html.contains("nothing to compare"))
        #expect(text.hasPrefix("Nothing to compare"))
    }

    @Test func `one seed is shown and warned of`() throws {
        let (html, _) = try report([minimised("p")], run("p", "a", best: [3, 2]) + run("p", "b", best: [3, 1]))
        #expect(html.contains("One seed") && !html.contains("class=\"band"))
    }

    @Test func `what is not a number counts as worst and is never shown`() throws {
        let rows = run("p", "failing", best: [.nan, .nan]) + run("p", "late", best: [.nan, 5])
        let (html, text) = try report([minimised("p")], rows)
        #expect(!html.lowercased().contains("nan") && !html.contains("inf\""))
        #expect(html.contains("3 evaluations failed. Runs that never found a value: 1;"))
        let order = text.split(separator: "\n").map { $0.prefix { $0 != " " } }
        #expect(order[2] == "late" && order[3] == "failing")
    }

    @Test func `without an optimum the best of all runs stands in, and the page says so`() throws {
        let rows = run("p", "a", best: [10, 2]) + run("p", "b", best: [10, 6])
        let (html, text) = try report([minimised("p", optimum: nil)], rows)
        #expect(
            html.contains("The optimum of 1 of 1 problems is not known") && html.contains("best value, lower is better")
        )
        #expect(text.contains("a") && text.contains("0.500"))
    }

    @Test func `a value better than the optimum is pointed out`() throws {
        let rows = run("p", "a", best: [-1]) + run("p", "b", best: [1])
        #expect(
            try report([minimised("p")], rows).html.contains(
                "better than the stated optimum were found, so it is not one: p"))
    }

    @Test func `of a maximised metric and of a hypervolume more is better`() throws {
        let accuracy = ProblemFacts(
            name: "t/accuracy", summary: "", direction: .maximize, isMultiObjective: false, optimum: 1,
            frontHypervolume: nil)
        let front = ProblemFacts(
            name: "t/front", summary: "", direction: .minimize, isMultiObjective: true, optimum: nil,
            frontHypervolume: 2)
        let rows = ["t/accuracy", "t/front"].flatMap {
            run($0, "low", best: [0.1, 0.5]) + run($0, "high", best: [0.1, 0.8])
        }
        let (html, text) = try report([accuracy, front], rows)
        #expect(text.split(separator: "\n")[2].hasPrefix("high"))
        #expect(html.contains("<b>0.8000</b>") && html.contains(">0.400<") && html.contains("share of the front"))
    }

    @Test func `an algorithm that ran on few problems is not ranked`() throws {
        let rows =
            ["p", "q", "r"].flatMap { run($0, "a", best: [1]) + run($0, "b", best: [2]) } + run("p", "c", best: [0])
        let (html, text) = try report(["p", "q", "r"].map { minimised($0) }, rows)
        #expect(html.contains("fewer than half of the problems: c") && !text.contains("\nc "))
    }

    @Test func `simulated time gets its own curves where it differs`() throws {
        let quick = run("p", "quick", best: [2, 1])
        let slow = run("p", "slow", best: [2, 1], seconds: 10)
        #expect(try report([minimised("p")], quick + slow).html.contains("simulated time, seconds"))
        #expect(!(try report([minimised("p")], quick).html.contains("simulated time, ")))
    }
}
