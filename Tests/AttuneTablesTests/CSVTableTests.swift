import AttuneCore
import Testing

@testable import AttuneTables

struct CSVTableTests {
    private let folder: TemporaryFolder
    init() throws { folder = try TemporaryFolder() }

    private func table(_ text: String, _ columns: [String]) throws -> CSVTable {
        try CSVTable(try folder.write("t.csv.gz", Array(text.utf8)), columns: columns)
    }

    private func problem(_ text: String, _ columns: [String] = ["a"]) throws -> String? {
        let error = #expect(throws: AttuneError.self) { try table(text, columns) }
        return error.map { String($0.message.drop { $0 != "," && $0 != ":" }) }
    }

    @Test func `wanted columns are numbers, others are skipped`() throws {
        let table = try table("b,text,a\r\n1,1H,-2.5e-3\r\n,x,inf\r\nnan,,7\r\n\r\n", ["a", "b"])
        #expect(table["a"] == [-0.0025, .infinity, 7])
        #expect(table["b"][0] == 1 && table["b"][1].isNaN && table["b"][2].isNaN)
        #expect(table.rowCount == 3)
    }

    @Test func `a malformed line is named`() throws {
        #expect(try problem("a,b\n1,2\n1\n") == ", line 3: found 1 cells; the first line names 2")
        #expect(try problem("a,b\n1,2,3\n") == ", line 2: found 3 cells; the first line names 2")
        #expect(try problem("a,b\n1,2\nx1,2\n") == ", line 3: a: found \"x1\"; give a number or nothing")
        #expect(try problem("a,b\n1,2\n\n1,2\n") == ", line 3: is empty; only the end of the file may be")
        #expect(try problem("b\n1\n") == ", line 1: found no column a among b")
        #expect(try problem("a,a\n1,2\n") == ", line 1: found two columns a; names must be unique")
        #expect(try problem("a\n") == ": has no rows")
    }

    @Test func `numbers are read as Swift reads them`() throws {
        var random = RandomSource(seed: 3)
        var texts = [
            "0", "-0", "007", "1e22", "1e23", "9007199254740993", "1.7976931348623157e308", "5e-324", ".5", "3.",
        ]
        for _ in 0..<2_000 {
            let digits = String(random.next() >> UInt64(random.below(64)))
            let point = random.below(digits.count)
            let number = digits.prefix(point) + (point > 0 ? "." : "") + digits.dropFirst(point)
            texts.append(number + (random.below(2) == 0 ? "" : "e\(random.below(60) - 30)"))
        }
        for text in texts {
            let read = Array(text.utf8).withUnsafeBufferPointer { DecimalNumber.read($0[...]) }
            #expect(read == Double(text), "\(text)")
        }
    }

    @Test func `what is no number is none`() {
        for text in ["-", ".", "1e", "1e+", "1-2", "0x", "1 ", "--1", "1.2.3", "e5"] {
            #expect(Array(text.utf8).withUnsafeBufferPointer { DecimalNumber.read($0[...]) } == nil, "\(text)")
        }
    }
}
