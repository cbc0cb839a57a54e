import Testing

@testable import AttuneCore

struct DurationTextTests {
    @Test(arguments: [
        ("90s", 90), ("5m", 300), ("1h30m", 5400), ("1.5h", 5400), ("90", 90), ("0.5", 0.5), ("250ms", 0.25),
        ("1m0.5s", 60.5), ("2000us", 0.002), ("-5s", -5), ("0", 0), (".5m", 30),
    ])
    func `a duration reads as Go writes it`(text: String, seconds: Double) {
        #expect(Duration(reading: text)?.seconds == seconds)
    }

    @Test(arguments: ["", "-", "s", "5x", "5 m", "1h30", "1e3", "five", "1h-5m", "٣s", "9999999999999s", "5mm"])
    func `what is no duration is none`(text: String) { #expect(Duration(reading: text) == nil) }

    @Test func `a duration is written exactly`() {
        for text in ["90s", "0.25s", "0s", "-1.5s", "0.000000000000000001s"] {
            #expect(Duration(reading: text)?.text == text)
        }
    }
}
