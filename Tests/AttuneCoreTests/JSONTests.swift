import AttuneCore
import Testing

struct JSONTests {
    @Test(arguments: [
        "null", "true", "false", "0", "-0", "10", "-1.5", "1e3", "1E+3", "2.5e-7", "1e400", "0.10",
        "123456789012345678901234567890",
        "\"\"", "\"é\\u00e9\\ud83d\\ude00\"", "[]", "{}", "[1,[2,[]],{}]", "{\"a\":{\"b\":[null]},\"\":1}",
        " \t\r\n[ 1 , 2 ] \n",
        "\"\\\"\\\\\\/\\b\\f\\n\\r\\t\"", "\"\u{7f}\u{2028}\"",
    ])
    func `valid JSON is read and comes back the same`(_ text: String) throws {
        let value = try JSON(parsing: text)
        #expect(try JSON(parsing: value.description) == value)
        #expect(try JSON(parsing: value.pretty) == value)
    }

    @Test(arguments: [
        "", " ", "nul", "True", "01", "-01", "-", "+1", "1.", ".5", "-.5", "1e", "1e+", "1.e1", "0x10", "NaN",
        "Infinity", "1 2", "1a",
        "\"", "\"\\\"", "\"\\x\"", "\"\\u12\"", "\"\\u+123\"", "\"\\u-001\"", "\"\u{1}\"", "\"a\nb\"", "'a'",
        "[", "[1", "[1,", "[1,]", "[,1]", "[1 2]", "{", "{\"a\"", "{\"a\":", "{\"a\":1", "{\"a\":1,}", "{a:1}",
        "{\"a\" 1}", "{1:2}",
        "[1]]", "//", "[1,/**/2]", "\u{feff}1", "1\u{0}",
    ])
    func `what RFC 8259 does not allow is refused`(_ text: String) {
        #expect(throws: AttuneError.self) { try JSON(parsing: text) }
    }

    @Test func `numbers stay as written and keys stay in order`() throws {
        let text = #"{"z":0.10,"a":1e-3,"m":100000000000000000000000}"#
        #expect(try JSON(parsing: text).description == text)
    }

    @Test func `of members of one name the last counts`() throws {
        #expect(try JSON(parsing: #"{"a":1,"b":2,"a":3}"#).description == #"{"a":3,"b":2}"#)
    }

    @Test(arguments: [
        ("\"\\ud83d\\ude00\"", "😀"), ("\"\\ud800\"", "\u{fffd}"), ("\"\\ud800x\"", "\u{fffd}x"),
        ("\"\\ud800\\u0041\"", "\u{fffd}A"),
        ("\"\\udc00\"", "\u{fffd}"), ("\"\\u0000\"", "\u{0}"), ("\"\\uABCD\"", "\u{abcd}"),
    ])
    func `escapes of UTF-16 halves give the character, or the replacement for half of one`(
        _ text: String, _ expected: String
    ) throws {
        #expect(try JSON(parsing: text).string == expected)
    }

    @Test func `an error names the byte`() {
        let error = #expect(throws: AttuneError.self) { try JSON(parsing: "[1, x]") }
        #expect(error?.message == "JSON, byte 4: expected a value")
    }

    @Test func `nesting is read to 500 levels and no deeper`() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(try JSON(parsing: nested(500)).description == nested(500))
        #expect(throws: AttuneError.self) { try JSON(parsing: nested(501)) }
        #expect(throws: AttuneError.self) { try JSON(parsing: String(repeating: "[", count: 100_000)) }
    }

    @Test func `random values come back the same`() throws {
        var random = RandomSource(seed: 8)
        for _ in 0..<500 {
            let value = Self.value(depth: 0, using: &random)
            #expect(try JSON(parsing: value.description) == value)
            #expect(try JSON(parsing: value.pretty) == value)
        }
    }

    @Test func `no bytes crash the reader, and what it takes comes back the same`() throws {
        let alphabet = Array("{}[]\",:0123456789.eE+-truefalsn\\u \n\u{1}é".utf8) + [0xff, 0xc3, 0x80]
        var random = RandomSource(seed: 9)
        var read = 0
        for _ in 0..<10_000 {
            let bytes = (0..<random.below(12)).map { _ in alphabet[random.below(alphabet.count)] }
            guard let value = try? JSON(parsing: String(decoding: bytes, as: UTF8.self)) else { continue }
            read += 1
            #expect(try JSON(parsing: value.description) == value)
        }
        #expect(read > 50)
    }

    @Test func `numbers that JSON lacks become strings and are read as numbers`() throws {
        #expect(JSON.number(Double.nan) == "nan")
        #expect(JSON.number(-Double.infinity).double == -.infinity)
        #expect(try JSON(parsing: "\"nan\"").double?.isNaN == true)
        #expect(JSON.number(0.1).description == "0.1")
    }

    @Test func `members are found, replaced in place and removed`() {
        var fields: JSON.Fields = ["a": 1, "b": 2]
        fields["a"] = 3
        fields["c"] = .null
        fields["b"] = nil
        #expect(JSON.object(fields).description == #"{"a":3,"c":null}"#)
        #expect(JSON.object(fields)["a"]?.int == 3)
        #expect((["x", true] as JSON)[1]?.bool == true)
    }

    private static func value(depth: Int, using random: inout RandomSource) -> JSON {
        switch random.below(depth > 3 ? 4 : 6) {
        case 0: return random.below(2) == 0 ? .null : .bool(random.below(2) == 0)
        case 1: return .number(Double(bitPattern: random.next()))
        case 2: return .number(Int(truncatingIfNeeded: random.next()))
        case 3: return .string(text(using: &random))
        case 4: return .array((0..<random.below(4)).map { _ in value(depth: depth + 1, using: &random) })
        default:
            return .object(
                JSON.Fields(
                    (0..<random.below(4)).map { _ in (text(using: &random), value(depth: depth + 1, using: &random)) }))
        }
    }

    private static func text(using random: inout RandomSource) -> String {
        let scalars: [Unicode.Scalar] = ["a", "\"", "\\", "\n", "\u{0}", "\u{1f}", "é", "😀", "\u{2028}", "/", "\u{7f}"]
        return String(String.UnicodeScalarView((0..<random.below(6)).map { _ in scalars[random.below(scalars.count)] }))
    }
}
