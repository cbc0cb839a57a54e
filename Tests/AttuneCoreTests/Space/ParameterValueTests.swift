import AttuneCore
import Testing

struct ParameterValueTests {
    @Test(arguments: pythonReprs) func `a number is written as Python's repr writes it`(
        _ number: Double, _ text: String
    ) {
        #expect(ParameterValue.double(number).description == text)
        #expect(number.isNaN || Double(text) == number)
    }

    /// Written down by Python 3.11.
    static let pythonReprs: [(Double, String)] = [
        (0.1, "0.1"),
        (0.3, "0.3"),
        (0.30000000000000004, "0.30000000000000004"),
        (1.0, "1.0"),
        (100.0, "100.0"),
        (-0.0, "-0.0"),
        (0.0, "0.0"),
        (-2.5, "-2.5"),
        (0.0001, "0.0001"),
        (1e-05, "1e-05"),
        (1.5e-05, "1.5e-05"),
        (123456.789, "123456.789"),
        (1000000000000000.0, "1000000000000000.0"),
        (1e+16, "1e+16"),
        (1.2345678901234568e+16, "1.2345678901234568e+16"),
        (9007199254740992.0, "9007199254740992.0"),
        (9007199254740994.0, "9007199254740994.0"),
        (9999999999999998.0, "9999999999999998.0"),
        (1.8014398509481984e+16, "1.8014398509481984e+16"),
        (1e+17, "1e+17"),
        (1e+22, "1e+22"),
        (1e+23, "1e+23"),
        (.leastNonzeroMagnitude, "5e-324"),
        (1.7976931348623157e+308, "1.7976931348623157e+308"),
        (2.2250738585072014e-308, "2.2250738585072014e-308"),
        (0.3333333333333333, "0.3333333333333333"),
        (0.6666666666666666, "0.6666666666666666"),
        (1e+100, "1e+100"),
        (-1e-07, "-1e-07"),
        (4.35, "4.35"),
        (.infinity, "inf"),
        (-.infinity, "-inf"),
        (.nan, "nan"),
        (0.001, "0.001"),
        (12345678.9, "12345678.9"),
        (3.141592653589793, "3.141592653589793"),
        (1e-10, "1e-10"),
        (6.02214076e+23, "6.02214076e+23"),
    ]

    @Test func `integers and texts are written verbatim`() {
        #expect(ParameterValue.int(-12).description == "-12")
        #expect(ParameterValue.text("1e-3").description == "1e-3")
    }

    @Test func `a value reads back from its JSON with its type`() {
        let values: [ParameterValue] = [
            .int(3), .int(-1), .double(0.1), .double(3), .double(1e-300), .text("3"), .text("é\n\""),
        ]
        for value in values { #expect(ParameterValue(json: value.json) == value) }
        #expect(ParameterValue(json: true) == nil)
        #expect(ParameterValue(json: .null) == nil)
    }
}
