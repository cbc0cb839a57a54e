import AttuneCore
import AttuneYAML
import Testing

struct YAMLTests {
    private func json(_ text: String) throws -> JSON {
        let documents = try YAML.documents(text)
        #expect(documents.count == 1)
        return documents[0].json
    }

    private func refusal(_ text: String) -> YAMLError? {
        do throws(YAMLError) {
            _ = try YAML.documents(text)
            return nil
        } catch {
            return error
        }
    }

    // MARK: Values

    @Test(
        arguments: [
            ("true", true), ("True", true), ("FALSE", false), ("null", JSON.null), ("~", .null), ("", .null),
            ("yes", "yes"), ("on", "on"), ("no", "no"), ("off", "off"), ("'true'", "true"), ("\"1\"", "1"),
            ("1", 1), ("-7", -7), ("+7", 7), ("0.10", .number("0.10")), ("1e-3", .number("1e-3")),
            (".5", .number("0.5")),
            ("5.", .number("5.0")), ("0x1F", 31), ("0o17", 15), ("0644", 420), ("08", 8), ("-0x10", -16),
            ("1_000", "1_000"),
            ("1:30", "1:30"), ("2024-01-02", "2024-01-02"), (".inf", ".inf"), ("nan", "nan"), ("1.2.3", "1.2.3"),
            ("e5", "e5"), ("1e", "1e"), ("0x", "0x"), ("!!str 1", "1"), ("!!int '1'", 1), ("!mine 1", "1"),
            ("<<", "<<"), ("\"é😀\\n\"", "é😀\n"),
        ] as [(String, JSON)])
    func `a scalar means what the core schema says`(text: String, value: JSON) throws {
        #expect(try json("a: \(text)") == ["a": value])
    }

    @Test func `JSON is YAML`() throws {
        let text = #"{"a": [1, 2.50, "x", null, true], "b": {"c/d": "\/\n\u00e9"}, "e": []}"#
        #expect(try json(text) == JSON(parsing: text))
        #expect(try json(#"{"smile": "\ud83d\ude00"}"#) == ["smile": "😀"])
    }

    @Test func `a list item and a quoted block keep their text`() throws {
        #expect(try json("- |\n  a\n  b\n- >\n  c\n  d\n- 'it''s'") == ["a\nb\n", "c d\n", "it's"])
    }

    @Test func `every document is read, an empty one as null`() throws {
        let documents = try YAML.documents("a: 1\n---\n---\n- 2\n...\n")
        #expect(documents.map(\.json) == [["a": 1], .null, [2]])
        #expect(try YAML.documents("").isEmpty)
        #expect(try YAML.documents("# only a comment\n").isEmpty)
    }

    @Test func `a value knows its line and column`() throws {
        let text = """
            # comment
            a:
              b: [x, y]
              é: {c: 1}
            """
        let root = try YAML.documents(text)[0]
        #expect(root.position(of: "a.b") == .init(line: 3, column: 6))
        #expect(root.position(of: FieldPath("a.b")[1]) == .init(line: 3, column: 10))
        #expect(root.position(of: "a.é.c") == .init(line: 4, column: 10))
        #expect(root.position(of: "a.missing") == .init(line: 3, column: 3))
    }

    // MARK: Anchors

    @Test func `aliases and merge keys repeat what was named`() throws {
        let text = """
            base: &base {x: 1, y: 2}
            other: &other {y: 3, z: 4}
            plain: *base
            merged: {<<: *base, y: 9}
            both:
              <<: [*base, *other]
              w: 0
            """
        let root = try json(text)
        #expect(root["plain"] == ["x": 1, "y": 2])
        #expect(root["merged"] == ["y": 9, "x": 1])
        #expect(root["both"] == ["w": 0, "x": 1, "y": 2, "z": 4])
    }

    @Test(arguments: [
        ("a: *b", 1, 4), ("a: &a [*a]", 1, 8), ("a: 1\nb: 2\na: 3", 3, 1), ("{a: 1, \"a\": 2}", 1, 8),
        ("? [a]\n: 1", 1, 3),
        ("a: b: c", 1, 5), ("a: [1, 2", 2, 1), ("a:\n\t- 1", 2, 1), ("a: \"x", 1, 6), ("<<: 1", 1, 5), ("a: @x", 1, 4),
        ("a: 1\n b: 2", 2, 3), ("a\u{1}", 1, 2), ("&x *y", 1, 4),
    ])
    func `what cannot be read is refused where it stands`(text: String, line: Int, column: Int) throws {
        let problem = try #require(refusal(text))
        #expect(problem.position?.line == line, "\(problem)")
        #expect(problem.position?.column == column, "\(problem)")
    }

    // MARK: Limits

    @Test func `a billion laughs are refused`() {
        var text = "a0: &a0 [lol]\n"
        for level in 1...30 {
            text += "a\(level): &a\(level) [\(Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", "))]\n"
        }
        #expect(refusal(text)?.message.contains("more than 1000000 values") == true)
    }

    @Test func `laughs as keys and merges are refused`() {
        var text = "- &a0 {x0: 1}\n"
        for level in 1...60 { text += "- &a\(level) {<<: [*a\(level - 1), *a\(level - 1)]}\n" }
        #expect(refusal(text) != nil)
        #expect(refusal("- &a [1]\n- {? *a : 1}")?.message.contains("a key must be a text") == true)
    }

    @Test func `deep nesting is refused, through aliases too`() {
        #expect(refusal(String(repeating: "[", count: 500))?.message.contains("nested") == true)
        #expect(refusal(String(repeating: "[", count: 100_000)) != nil)
        #expect(refusal(String(repeating: "- ", count: 5_000) + "x")?.message.contains("nested") == true)
        let half = String(repeating: "[", count: 60) + "1" + String(repeating: "]", count: 60)
        #expect(refusal("- \(half)") == nil)
        let deep = "- &a \(half)\n- " + String(repeating: "[", count: 60) + "*a" + String(repeating: "]", count: 60)
        #expect(refusal(deep)?.position?.line == 2)
    }

    @Test func `long texts and wide maps are refused`() {
        #expect(refusal(String(repeating: "#", count: YAML.longestText + 1)) != nil)
        #expect(refusal((0...1_000).map { "k\($0): 1" }.joined(separator: "\n"))?.message.contains("1000 keys") == true)
    }
}
