import AttuneCore
import AttuneGzip
import AttuneTestSupport
import Testing

@testable import AttuneTables

struct GzipTests {
    private let text = (0..<40_000).map { UInt8(truncatingIfNeeded: $0 &* $0 >> 7) }

    @Test func `what was compressed comes back`() throws {
        #expect(try Gzip.inflate(gzip(text)) == text)
        #expect(try Gzip.inflate(gzip([])) == [])
    }

    @Test func `members follow one another, and padding is left alone`() throws {
        #expect(try Gzip.inflate(gzip(text) + gzip([1, 2]) + [0, 0, 0, 0]) == text + [1, 2])
    }

    @Test func `a beginning gives what it can`() throws {
        let beginning = try Gzip.inflate(Array(gzip(text).prefix(10_000)), isWhole: false)
        #expect(beginning.count > 5_000)
        #expect(Array(text.prefix(beginning.count)) == beginning)
    }

    @Test func `a file cut short, damaged, or something else is an error`() throws {
        let whole = gzip(text)
        var damaged = whole
        damaged[whole.count / 2] ^= 0x55
        for bytes in [Array(whole.dropLast(9)), damaged, Array("a,b\n1,2\n".utf8), []] {
            #expect(throws: AttuneError.self) { try Gzip.inflate(bytes) }
        }
    }

    @Test func `an error names the file`() throws {
        let folder = try TemporaryFolder()
        let file = try folder.write("cut.csv", Array(gzip(text).dropLast(9)))
        let compressed = file.sibling("cut.csv.gz")
        try file.rename(to: compressed)
        let error = #expect(throws: AttuneError.self) { try compressed.contents() }
        #expect(error?.message == "\(compressed.path): ends in the middle of its compressed data; fetch it again")
    }
}
