import AttuneCore
import AttuneKubernetes
import AttuneTestSupport
import Testing

/// The examples of GJSON's documentation (SYNTAX.md), and what surrounds them. What the documentation leaves open was
/// asked of the Go implementation, version 1.18.
struct GJSONPathTests {
    static let people = try! JSON(
        parsing: """
            {"name": {"first": "Tom", "last": "Anderson"}, "age": 37, "children": ["Sara", "Alex", "Jack"],
             "fav.movie": "Deer Hunter", "friends": [
               {"first": "Dale", "last": "Murphy", "age": 44, "nets": ["ig", "fb", "tw"]},
               {"first": "Roger", "last": "Craig", "age": 68, "nets": ["fb", "tw"]},
               {"first": "Jane", "last": "Murphy", "age": 47, "nets": ["ig", "tw"]}]}
            """)

    /// What a path finds in a value, as text; nil where it finds nothing.
    private func found(_ path: String, in json: JSON) throws -> String? {
        try GJSONPath(path).evaluate(json)?.description
    }

    private func found(_ path: String, in json: String) throws -> String? {
        try found(path, in: JSON(parsing: json))
    }

    @Test(arguments: [
        ("name.last", #""Anderson""#), ("name.first", #""Tom""#), ("age", "37"),
        ("children", #"["Sara","Alex","Jack"]"#), ("children.0", #""Sara""#), ("children.1", #""Alex""#),
        ("friends.1.first", #""Roger""#), ("child*.2", #""Jack""#), ("c?ildren.0", #""Sara""#),
        ("*.1", #""Alex""#), (#"fav\.movie"#, #""Deer Hunter""#), ("friends.#", "3"), ("friends.#.age", "[44,68,47]"),
        (#"friends.#(last=="Murphy").first"#, #""Dale""#),
        (#"friends.#(last=="Murphy")#.first"#, #"["Dale","Jane"]"#),
        ("friends.#(age>45)#.last", #"["Craig","Murphy"]"#), (#"friends.#(first%"D*").last"#, #""Murphy""#),
        (#"friends.#(first!%"D*").last"#, #""Craig""#), (#"children.#(!%"*a*")"#, #""Alex""#),
        (#"children.#(%"*a*")#"#, #"["Sara","Jack"]"#),
        (#"friends.#(nets.#(=="fb"))#.first"#, #"["Dale","Roger"]"#),
        (#"friends.#[last=="Murphy"].first"#, #""Dale""#),
    ])
    func `the documentation's basic examples`(path: String, value: String) throws {
        #expect(try found(path, in: Self.people) == value)
    }

    @Test(arguments: [
        ("friends.0.first", #""Dale""#), ("friends|0.first", #""Dale""#), ("friends.0|first", #""Dale""#),
        ("friends|0|first", #""Dale""#), ("friends|#", "3"), (#"friends.#(last="Murphy")#.first"#, #"["Dale","Jane"]"#),
        (#"friends.#(last="Murphy")#|first"#, nil), (#"friends.#(last="Murphy")#.0"#, "[]"),
        (#"friends.#(last="Murphy")#|0.first"#, #""Dale""#), (#"friends.#(last="Murphy")#.#"#, "[]"),
        (#"friends.#(last="Murphy")#|#"#, "2"), ("friends.#.nets.#", "[3,2,2]"), ("friends.#.nets|0.0", #""ig""#),
    ])
    func `a dot goes on in each element and a pipe with the array`(path: String, value: String?) throws {
        #expect(try found(path, in: Self.people) == value)
    }

    @Test(arguments: [
        ("==~true", "[2,6,7,8]"), ("==~false", "[3,4,5,9,10,11]"), ("==~null", "[10,11]"),
        ("==~*", "[1,2,3,4,5,6,7,8,9,10]"), ("!=~*", "[11]"),
    ])
    func `a tilde asks what a value amounts to`(test: String, value: String) throws {
        let json = """
            {"vals": [{"a":1,"b":"data"},{"a":2,"b":true},{"a":3,"b":false},{"a":4,"b":"0"},{"a":5,"b":0},
             {"a":6,"b":"1"},{"a":7,"b":1},{"a":8,"b":"true"},{"a":9,"b":false},{"a":10,"b":null},{"a":11}]}
            """
        #expect(try found("vals.#(b\(test))#.a", in: json) == value)
    }

    @Test(arguments: [
        ("children.@reverse", #"["Jack","Alex","Sara"]"#), ("children.@reverse.0", #""Jack""#),
        ("children|@reverse|0", #""Jack""#), ("name.@reverse", #"{"last":"Anderson","first":"Tom"}"#),
        ("name.@keys", #"["first","last"]"#), ("name.@values", #"["Tom","Anderson"]"#), ("age.@values", "[37]"),
        ("@this.age", "37"), ("age.@this", "37"), (#"name.@pretty:{"sortKeys":true}.last"#, #""Anderson""#),
        ("children.@ugly.@valid.2", #""Jack""#), ("name.@tostr", #""{\"first\":\"Tom\",\"last\":\"Anderson\"}""#),
        ("name.@tostr.@fromstr.last", #""Anderson""#), ("@dig:last", #"["Anderson","Murphy","Craig","Murphy"]"#),
        ("@dig:nets.0|@reverse", #"["ig","fb","ig"]"#), ("missing.@keys", nil),
    ])
    func `modifiers change what came so far`(path: String, value: String?) throws {
        #expect(try found(path, in: Self.people) == value)
    }

    @Test func `modifiers of arrays and objects`() throws {
        #expect(try found("@flatten", in: "[1,[2],[3,[4,5]],[]]") == "[1,2,3,[4,5]]")
        #expect(try found(#"@flatten:{"deep":true}"#, in: "[1,[2],[3,[4,[5]]]]") == "[1,2,3,4,5]")
        #expect(try found("@join", in: #"[{"a":1,"b":2},3,{"a":4}]"#) == #"{"a":4,"b":2}"#)
        #expect(try found(#"@join:{"preserve":true}|a"#, in: #"[{"a":1},{"a":4}]"#) == "1")
        #expect(
            try found("@group", in: #"{"id":[1,2,3],"v":["a","b"]}"#)
                == #"[{"id":1,"v":"a"},{"id":2,"v":"b"},{"id":3}]"#)
        #expect(try found("@type", in: #"{"@type":"T"}"#) == #""T""#, "what is no modifier is a key")
    }

    @Test(arguments: [
        (
            #"{name.first,age,"the_murphys":friends.#(last="Murphy")#.first}"#,
            #"{"first":"Tom","age":37,"the_murphys":["Dale","Jane"]}"#
        ),
        (
            #"{name.first,age,"company":!"Happysoft","employed":!true}"#,
            #"{"first":"Tom","age":37,"company":"Happysoft","employed":true}"#
        ),
        ("[name.last,age,missing]", #"["Anderson",37]"#), ("name.[first,last].1", #""Anderson""#),
        ("{friends.#,plain:age}", #"{"_":3,"plain":37}"#), (#"!{"a":[1]}.a.0"#, "1"), ("missing|!false", "false"),
        (#"friends.#.{first,"n":nets.#}|1"#, #"{"first":"Roger","n":2}"#),
    ])
    func `several paths make a new document, and literals stand in it`(path: String, value: String) throws {
        #expect(try found(path, in: Self.people) == value)
    }

    @Test(arguments: [
        ("#(a)", #"{"a":1}"#), ("#(a==1)#", #"[{"a":1}]"#), ("#(a==01)", #"{"a":1}"#), ("#(==true)#", "[true]"),
        ("#(>=false)#", "[true,3]"), ("#(<true).@this", "false"), (#"#(>"a")"#, #""b""#),
        (#"#(=="b\u0022")"#, #""b\"""#),
        ("#(=b)", #""b""#), ("#(>2)#", #"["b","b\"",3]"#), ("#( a < 2 )#.a", "[1]"), ("#(l.#==2).l", "[1,2]"),
        ("#()", "true"),
        ("#(==null)#", "[]"), (#"#(%"\*")"#, #""*""#), ("..0.#", "11"), ("9.#", nil), ("99999999999999999999", nil),
        ("-1", nil), ("a", nil), ("#(l|0==1).l.1", "2"), ("#(c==x)#", #"[{"c":0}]"#),
    ])
    func `queries of mixed elements`(path: String, value: String?) throws {
        let json = #"[true,false,null,"b","b\"","*",3,{"a":1},{"l":[1,2]},{"l":5},{"c":0}]"#
        #expect(try found(path, in: json) == value)
    }

    @Test func `keys may hold any character, escaped`() throws {
        let json = ##"{"a.b":1,"a|b":2,"*":3,"@this":4,"#":5,"[x":6,"\\":7,"":{"":8},"é":9,"#x":{"y":10}}"##
        for (path, value) in [
            (#"a\.b"#, "1"), (#"a\|b"#, "2"), (#"\*"#, "3"), (#"\@this"#, "4"), ("#", "5"), (#"\[x"#, "6"),
            (#"\\"#, "7"), (".", "8"), ("é", "9"), ("?", "3"), ("#x.y", "10"),
        ] {
            #expect(try found(path, in: json) == value, "\(path)")
        }
    }

    @Test(arguments: [
        ("a.#(b==1", 4), (#"a.#(b=="1)"#, 4), ("[a,b", 1), ("{a", 1), ("#(a==~maybe)", 6), ("#(a!b)", 4), ("[a]b", 4),
        ("#(a)x", 5), ("!{x}", 1), (#"x.#(y.#(z)"#, 4), (#"@flatten:{"deep"}"#, 0),
    ])
    func `what is malformed is refused, with the place`(path: String, position: Int) {
        let error = #expect(throws: AttuneError.self) { try GJSONPath(path) }
        let place = position > 0 ? "character \(position) of the path: expected" : "JSON, byte"
        #expect(error?.message.contains(place) == true, "\(error?.message ?? "")")
    }

    @Test func `paths too long or too deep are refused`() {
        for path in [
            String(repeating: "a", count: 10_001), String(repeating: "a.", count: 300),
            String(repeating: "#.", count: 100),
            String(repeating: "#(", count: 100) + String(repeating: ")", count: 100),
            String(repeating: "[", count: 4_000) + String(repeating: "]", count: 4_000),
        ] {
            #expect(throws: AttuneError.self) { try GJSONPath(path) }
        }
    }

    @Test func `a path that multiplies its value ends with nothing`() throws {
        for part in ["[@this,@this]", "@tostr", "[@dig:*,@dig:*]", "{a:@this,b:@this}.@keys"] {
            let path = Array(repeating: part, count: 40).joined(separator: "|") + "|@tostr"
            #expect(throws: Never.self) { _ = try GJSONPath(path).evaluate(Self.people) }
        }
        let stars = String(repeating: "*a", count: 2_000)
        let long = JSON.array(Array(repeating: .string(String(repeating: "a", count: 5_000) + "b"), count: 200))
        #expect(try GJSONPath(#"#(%"\#(stars)")"#).evaluate(long) == nil)
    }

    @Test func `nothing that is thrown at it crashes it`() throws {
        var random = RandomSource(seed: 7, stream: 0)
        let pieces = [
            "a", ".", "|", "#", "(", ")", "[", "]", "{", "}", "\"", "\\", "*", "?", "==", "!=", "<", "~true", "~", "!%",
            "@", "@this", "@dig:", "@flatten:", "@group", "@fromstr", "!", "!1", ":", ",", " ", "0", "friends", "first",
            "\u{0}", "é", "👩‍👩‍👧", "-", "..",
        ]
        var understood = 0
        for _ in 0..<20_000 {
            let length = random.next(upperBound: UInt(14)) + 1
            let text = (0..<length).map { _ in pieces[Int(random.next(upperBound: UInt(pieces.count)))] }.joined()
            guard let path = try? GJSONPath(text) else { continue }
            understood += 1
            _ = path.evaluate(Self.people)
        }
        #expect(understood > 1_000, "the pieces should make paths now and then")
    }
}
