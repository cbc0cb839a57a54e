import Foundation
import Testing

@testable import AttuneCore

struct GoPatternTests {
    private func firstMatch(_ pattern: String, _ text: String) throws -> String? {
        let expression = try NSRegularExpression(pattern: GoPattern.icu(pattern))
        let nsText = text as NSString
        return expression.firstMatch(in: text, range: NSRange(location: 0, length: nsText.length)).map {
            nsText.substring(with: $0.range)
        }
    }

    /// What Go's regexp finds first (RE2 syntax), nil for nothing.
    @Test(arguments: [
        (#"{a: (\d+)}"#, "x{a: 12}", "{a: 12}"),
        (#"a{2,3}"#, "aaaa", "aaa"),
        (#"a{2}b{1,}"#, "aaabb", "aabb"),
        (#"a{,2}"#, "a{,2}", "a{,2}"),
        (#"{}"#, "{}", "{}"),
        (#"[[(]x[\])}]"#, "[x]", "[x]"),
        (#"[]a]+"#, "b]a", "]a"),
        (#"[^]a]+"#, "]ab", "b"),
        (#"[\w-.]+"#, " a-b.c ", "a-b.c"),
        (#"[a&&b]+"#, "&a", "&a"),
        (#"[+--]+"#, "a+,-", "+,-"),
        (#"[[:alpha:]_]+"#, "1a_b", "a_b"),
        (#"[^\S]"#, "a b", " "),
        (#"(?P<first_name>\w+)=(?<value>.)"#, "a=b", "a=b"),
        (#"(?<=a)b"#, "ab", "b"),
        (#"\w+"#, "éa1", "a1"),
        (#"\d\s\D\W\S"#, "1 a-b", "1 a-b"),
        (#"\pL\p{L}\PL"#, "éa1", "éa1"),
        (#"\Q{a[\E]"#, "{a[]", "{a[]"),
        (#"\x41\x{42}\x{1F642}"#, "AB🙂", "AB🙂"),
        (#"[\x41-\x{43}]+"#, "xABCD", "ABC"),
        (#"(?i)LOSS"#, "loss", "loss"),
        (#"\{\}\[\]\-\_"#, "{}[]-_", "{}[]-_"),
        (#"[\t ]\v"#, "\t\u{B}", "\t\u{B}"),
    ])
    func `a pattern means what it means in Go`(pattern: String, text: String, expected: String) throws {
        #expect(try firstMatch(pattern, text) == expected)
    }

    @Test(arguments: [
        "(a", "[a", "a)", "*", "\\", "[\\", "(?P<", "(?P<a", "{", "[[:", "\\p", "\\p{", "\\x{", "[a-", "\\Q", "[^",
    ])
    func `an unfinished pattern does no harm`(pattern: String) {
        _ = try? NSRegularExpression(pattern: GoPattern.icu(pattern))
    }
}
