import AttuneBench
import AttuneBenchReport
import AttuneCore
import Foundation
import Testing

@Suite struct MalformedResultsTests {
    private func message(_ rows: [String]) throws -> String {
        try #require(throws: AttuneError.self) { try report([minimised("p")], rows) }.message
    }

    @Test(arguments: [
        ("p,a,1,1,0.5,0.5,1", "results.csv:2: found 7 fields; every line has 9"),
        ("p,a,x,1,0.5,0.5,1,1,", "results.csv:2: seed: found \"x\"; use a whole number"),
        ("p,a,1,1,0.5,half,1,1,", "results.csv:2: best: found \"half\"; use a number"),
        (
            "p,a,1,2,0.5,0.5,1,1,",
            "results.csv:2: evaluation: found 2; the next of this problem, algorithm and seed is 1"
        ),
        ("\"p,a,1", "results.csv:2: a quoted field does not end; close it with a quote"),
        ("p,a\"b,1,1,0.5,0.5,1,1,", "results.csv:2: found a quote inside a field; quote the whole field"),
    ])
    func `a malformed row is named by its line`(row: String, message expected: String) throws {
        #expect(try message([row]) == expected)
    }

    @Test func `lines are counted past line breaks in quotes and blank lines`() throws {
        #expect(try message(["p,\"a\nb\",1,1,1,1,1,1,", "", "p"]).hasPrefix("results.csv:5: "))
    }

    @Test func `a missing column, an empty file and a missing file are told apart`() throws {
        let folder = try SampleFolder([], rows: [])
        defer { folder.remove() }
        try folder.write("problem,algorithm\n", to: "results.csv")
        let missing = try #require(throws: AttuneError.self) { try BenchReport(folder: folder.url) }
        #expect(missing.message.hasPrefix("results.csv:1: the column seed is missing"))
        try folder.write("", to: "results.csv")
        let empty = try #require(throws: AttuneError.self) { try BenchReport(folder: folder.url) }
        #expect(empty.message.hasPrefix("results.csv:1: the file is empty"))
        let nowhere = try #require(throws: AttuneError.self) {
            try BenchReport(folder: folder.url.appending(path: "no"))
        }
        #expect(nowhere.message.contains("has no results.csv"))
    }

    @Test func `a problem without facts is an error, as its direction would be a guess`() throws {
        let error = try #require(throws: AttuneError.self) { try report([], run("p", "a", best: [1])) }
        #expect(error.message.hasPrefix("problems.json: p is missing"))
    }

    @Test func `a quoted name reads back as written`() throws {
        let rows = run("p", "with \"quotes\", commas", best: [1])
        #expect(try report([minimised("p")], rows).html.contains("with &quot;quotes&quot;, com"))
    }
}
