import AttuneCore

/// Bytes with sizes, in the IDX format of MNIST: `00 00 08`, the number of dimensions, each size in four bytes with the
/// highest first, and then the content.
struct IDXFile {
    let sizes: [Int]
    let bytes: [UInt8]

    /// Reads a file, plain or gzip.
    ///
    /// The sizes in its header are only believed where the content bears them out.
    /// - Throws: `AttuneError`, naming the file and what is wrong.
    init(path: String) throws(AttuneError) {
        let file = try DataBytes(path: path)
        let (sizes, count) = try Self.header(try file.prefix(4 + 4 * 4), path)
        let length = 4 + 4 * sizes.count
        // One byte more shows whether the content goes on.
        let content = try file.prefix(length + count + 1)
        guard content.count == length + count else {
            let relation = content.count > length + count ? "more" : "only \(content.count - length)"
            throw AttuneError(
                """
                \(path): its header says \(sizes.map(String.init).joined(separator: "x")), \(count) bytes, but there \
                are \(relation); fetch it again
                """)
        }
        self.sizes = sizes
        bytes = Array(content[length...])
    }

    private static func header(_ bytes: [UInt8], _ path: String) throws(AttuneError) -> (sizes: [Int], count: Int) {
        guard bytes.count >= 4, bytes[0] == 0, bytes[1] == 0 else {
            let found = bytes.prefix(4).map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined(separator: " ")
            throw AttuneError("\(path): begins with \"\(found)\"; an IDX file begins with 00 00 08")
        }
        guard bytes[2] == 8 else {
            throw AttuneError("\(path): holds elements of type \(bytes[2]); only bytes, type 8, are read")
        }
        let rank = Int(bytes[3])
        guard (1...4).contains(rank) else { throw AttuneError("\(path): found \(rank) dimensions; 1 to 4 are read") }
        guard bytes.count >= 4 + 4 * rank else { throw AttuneError("\(path): ends inside its header; fetch it again") }
        let sizes = (0..<rank).map { index in
            bytes[4 + 4 * index..<8 + 4 * index].reduce(0) { $0 << 8 | Int($1) }
        }
        var count = 1
        for size in sizes {
            let (product, overflows) = count.multipliedReportingOverflow(by: size)
            count = overflows ? Int.max : product
        }
        guard count <= DataBytes.most else {
            let text = sizes.map(String.init).joined(separator: "x")
            throw AttuneError("\(path): its header says \(text) bytes; at most \(DataBytes.most) are read")
        }
        return (sizes, count)
    }
}
