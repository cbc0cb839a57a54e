import Foundation
import Testing

@testable import AttuneCore

struct PrometheusParserTests {
    private func parse(_ body: String, metrics: [String]) throws -> [Observation] {
        var parser = try PrometheusParser(metrics: metrics)
        return parser.observations(in: body, time: .arrival)
    }

    private let scrape = #"""
        # HELP http_requests_total The total number of HTTP requests.
        # TYPE http_requests_total counter
        http_requests_total{method="post",code="200"} 1027 1395066363000
        http_requests_total{method="post",code="400"}    3 1395066363000

        # Escaping in label values:
        msdos_file_access_time_seconds{path="C:\\DIR\\FILE.TXT",error="Cannot find file:\n\"FILE.TXT\""} 1.458255915e9
        metric_without_timestamp_and_labels 12.47
        something_weird{problem="division by zero"} +Inf -3982045
        rpc_duration_seconds{quantile="0.01"} 3102
        rpc_duration_seconds_count 2693
        """#

    @Test func `a bare name without labels is found`() throws {
        let observations = try parse(
            scrape, metrics: ["metric_without_timestamp_and_labels", "rpc_duration_seconds_count"])
        #expect(observations.values == [12.47, 2693])
        #expect(observations.map(\.time) == [.arrival, .arrival])
    }

    @Test func `a name with labels is any series that has them, named as asked for`() throws {
        let asked = #"http_requests_total{code="200"}"#
        let observations = try parse(scrape, metrics: [asked])
        #expect(
            observations == [
                Observation(metric: asked, value: 1027, step: 0, time: Date(timeIntervalSince1970: 1_395_066_363))
            ])
    }

    @Test func `escaped label values are compared unescaped`() throws {
        let asked =
            #"msdos_file_access_time_seconds{ path = "C:\\DIR\\FILE.TXT", error="Cannot find file:\n\"FILE.TXT\"", }"#
        #expect(try parse(scrape, metrics: [asked]).values == [1.458255915e9])
    }

    @Test func `infinities and times before 1970 are legal`() throws {
        let observation = try #require(try parse(scrape, metrics: ["something_weird"]).first)
        #expect(observation.value == .infinity)
        #expect(observation.time == Date(timeIntervalSince1970: -3982.045))
        #expect(try parse("loss NaN\n", metrics: ["loss"]).first?.value.isNaN == true)
    }

    @Test func `of several series the last counts, but one with just the labels asked for before any other`() throws {
        #expect(try parse("a{x=\"1\"} 1\na{x=\"2\"} 2\n", metrics: ["a"]).values == [2])
        #expect(try parse("a 0\na{x=\"1\"} 1\n", metrics: ["a"]).values == [0])
        #expect(try parse("a{x=\"1\"} 1\na{x=\"1\",y=\"1\"} 2\n", metrics: [#"a{x="1"}"#]).values == [1])
    }

    @Test func `each scrape is a step`() throws {
        var parser = try PrometheusParser(metrics: ["a"])
        let observations = [1, 2, 3].flatMap { parser.observations(in: "a \($0)", time: .arrival) }
        #expect(observations.steps == [0, 1, 2])
    }

    @Test func `a name that merely starts alike is another metric`() throws {
        #expect(try parse("loss_total 1\nlosses 2\nxloss 3\nloss:rate 4\n", metrics: ["loss"]).isEmpty)
    }

    @Test(arguments: [
        "a", "a{", "a{x} 1", "a{x=1} 1", "a{x=\"1} 1", "a{x=\"1\" y=\"2\"} 1", "a{x=\"1\"}", "a one", "a 1 2 3",
        "a 1 2.5", "a{=\"1\"} 1",
        "a 0x10", "a{,} 1",
    ])
    func `a line that is not understood is counted`(line: String) throws {
        var parser = try PrometheusParser(metrics: ["a", "b"])
        #expect(parser.observations(in: line + "\nb 1\r\n", time: .arrival).values == [1])
        #expect(parser.badLines == 1)
    }

    @Test(arguments: ["", "1a", "a b", "a{x}", #"a{x="1""#, #"a{x="1"}b"#, "a-b"])
    func `a name no series can have is refused`(name: String) {
        let error = #expect(throws: PrometheusNameError.self) { _ = try PrometheusParser(metrics: ["ok", name]) }
        #expect(error?.index == 1)
    }
}
