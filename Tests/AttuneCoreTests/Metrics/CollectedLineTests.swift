import AttuneCore
import Foundation
import Testing

struct CollectedLineTests {
    private static let time = Date(timeIntervalSince1970: 1_782_116_100.25)

    @Test func `an observation is one line of JSON`() {
        let observation = Observation(metric: "valid_1 \"auc\"", value: 0.1, step: 3, time: Self.time)
        let line = #"{"metric":"valid_1 \"auc\"","value":0.1,"step":3,"time":"2026-06-22T08:15:00.250000000Z"}"#
        #expect(CollectedLine.text(observation) == line)
        #expect(CollectedLine.observation(line) == observation)
        #expect(CollectedLine.observation(Array(line.utf8)) == observation)
    }

    @Test func `what is read back is what was printed, to the last bit`() throws {
        var random = RandomSource(seed: 5, stream: 0)
        for _ in 0..<5_000 {
            let time = Date(timeIntervalSinceReferenceDate: Double.random(in: 5.4e8...1.07e9, using: &random))
            let value = Double(bitPattern: random.next())
            let observation = Observation(
                metric: "m", value: value.isNaN ? 0 : value, step: Int.random(in: 0...9, using: &random), time: time)
            #expect(CollectedLine.observation(CollectedLine.text(observation)) == observation)
        }
    }

    @Test func `not a number and the infinities are strings`() {
        for (value, text) in [(Double.infinity, "inf"), (-.infinity, "-inf"), (.nan, "nan")] {
            let line = CollectedLine.text(Observation(metric: "m", value: value, step: 0, time: Self.time))
            #expect(line.contains(#""value":"\#(text)""#))
            #expect(CollectedLine.observation(line)?.value.text == text)
        }
    }

    @Test(arguments: ["much", "Genotype(normal=[[('skip_connection',0)]])", "a \u{1B}[31m\n\u{0} é 🤷"])
    func `texts come back`(text: String) {
        let observation = Observation(metric: "m", value: .text(text), step: 3, time: Self.time)
        let line = CollectedLine.text(observation)
        #expect(!line.contains { $0.isNewline })
        #expect(CollectedLine.observation(line) == observation)
    }

    @Test(arguments: [
        "", "loss=0.5", "{}", #"{"metric":"m","value":1,"step":0}"#,
        #"{"metric":"m","value":["much"],"step":0,"time":"2026-06-22T08:15:00Z"}"#,
        #"{"metric":"m","value":1,"step":0.5,"time":"2026-06-22T08:15:00Z"}"#,
        #"{"metric":1,"value":1,"step":0,"time":"2026-06-22T08:15:00Z"}"#,
        #"{"metric":"m","value":1,"step":0,"time":"yesterday"}"#,
        #"{"metric":"m","value":null,"step":0,"time":"2026-06-22T08:15:00Z"}"#,
    ])
    func `any other line is none`(line: String) {
        #expect(CollectedLine.observation(line) == nil)
    }

    @Test func `every day has its text, and times beyond the format the nearest`() {
        for day in stride(from: -719_528, through: 2_932_896, by: 97) {
            let time = Date(timeIntervalSince1970: Double(day) * 86_400 + 86_399)
            #expect(RFC3339.date(RFC3339.text(time)) == time, "\(RFC3339.text(time))")
        }
        #expect(RFC3339.text(Date(timeIntervalSince1970: 951_782_400)) == "2000-02-29T00:00:00.000000000Z")
        #expect(RFC3339.text(Date(timeIntervalSince1970: 1e300)) == "9999-12-31T23:59:59.000000000Z")
        #expect(RFC3339.text(Date(timeIntervalSince1970: -1e300)) == "0000-01-01T00:00:00.000000000Z")
        #expect(RFC3339.text(Date(timeIntervalSince1970: .nan)) == "0000-01-01T00:00:00.000000000Z")
    }
}
