import Foundation
import Testing

@testable import AttuneCore

struct RFC3339Tests {
    @Test(arguments: [
        ("1970-01-01T00:00:00Z", 0), ("2024-02-29T23:59:59Z", 1_709_251_199), ("2000-03-01T00:00:00z", 951_868_800),
        ("1969-12-31t23:59:59Z", -1), ("2024-01-01T00:00:00.25Z", 1_704_067_200.25),
        ("2024-01-01T05:30:00+05:30", 1_704_067_200), ("2023-12-31T19:00:00-05:00", 1_704_067_200),
        ("2016-12-31T23:59:60Z", 1_483_228_800), ("0001-01-01T00:00:00Z", -62_135_596_800),
        ("0000-01-01T00:00:00Z", -62_167_219_200), ("9999-12-31T23:59:59.999999999Z", 253_402_300_800),
    ])
    func `a time is read`(text: String, seconds: Double) {
        let date = RFC3339.date(text)
        #expect(date.map { abs($0.timeIntervalSince1970 - seconds) < 1e-4 } == true)
    }

    @Test(arguments: [
        "", "2024-01-01", "2024-01-01T00:00:00", "2024-13-01T00:00:00Z", "2024-00-01T00:00:00Z", "2023-02-29T00:00:00Z",
        "1900-02-29T00:00:00Z", "2024-04-31T00:00:00Z", "2024-01-01T24:00:00Z", "2024-01-01T00:60:00Z",
        "2024-01-01T00:00:61Z", "2024-01-01T00:00:00.Z", "2024-01-01T00:00:00+0100", "2024-01-01T00:00:00+1:00",
        "2024-01-01T00:00:00+24:00", "2024-01-01T00:00:00Z ", "2024-01-01 00:00:00Z", "2024-01-01T00:00:00.5",
        "+024-01-01T00:00:00Z",
    ])
    func `anything else is no time`(text: String) {
        #expect(RFC3339.date(text) == nil)
    }

    @Test func `every day of four centuries is one after the day before`() {
        var expected = RFC3339.date("1800-01-01T00:00:00Z")!.timeIntervalSince1970
        for year in 1800..<2200 {
            for month in 1...12 {
                for day in 1...31 {
                    let text = String(format: "%04d-%02d-%02dT00:00:00Z", year, month, day)
                    guard let date = RFC3339.date(text) else { continue }
                    #expect(date.timeIntervalSince1970 == expected)
                    expected += 86_400
                }
            }
        }
        #expect(expected == RFC3339.date("2200-01-01T00:00:00Z")!.timeIntervalSince1970)
    }
}
