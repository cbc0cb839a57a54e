import AttuneCore

/// How images are laid out as lines of CSV: a label, and the levels of one image's pixels, row after row.
public struct ImageCSVFormat: Sendable, Hashable {
    /// What the pixels of a line make; nil where they are a grey square.
    public var size: ImageSize?
    /// Column of the label from 0; nil for the one that the header calls `label`, `class` or `target`, or else the
    /// first.
    public var labelColumn: Int?

    public init(size: ImageSize? = nil, labelColumn: Int? = nil) {
        self.size = size
        self.labelColumn = labelColumn
    }
}

extension ImageSet {
    /// The largest label that is read, so that a stray number cannot ask for millions of classes.
    static let largestLabel = 9_999

    /// Reads lines of CSV, plain or gzip; a first line that is not all numbers is a header.
    ///
    /// - Throws: `AttuneError`, naming the file, the line and what would be right.
    public init(csv path: String, format: ImageCSVFormat = ImageCSVFormat()) throws(AttuneError) {
        let file = try DataBytes(path: path)
        let bytes = try file.prefix(DataBytes.most + 1)
        guard bytes.count <= DataBytes.most else {
            throw AttuneError("\(path): more than \(DataBytes.most) bytes; give a part of it")
        }
        do {
            try self.init(csvBytes: bytes, format: format)
        } catch {
            throw AttuneError("\(path): \(error.message)")
        }
    }

    init(csvBytes bytes: [UInt8], format: ImageCSVFormat) throws(AttuneError) {
        var reader = CSVImageReader(labelColumn: format.labelColumn)
        for (number, line) in zip(1..., bytes.split(separator: 0x0A, omittingEmptySubsequences: false)) {
            try reader.read(line.last == 0x0D ? line.dropLast() : line, number: number)
        }
        guard !reader.labels.isEmpty else { throw AttuneError("holds no image; each line is a label and its pixels") }
        let pixels = reader.width - 1
        let size = if let size = format.size { size } else { try Self.square(pixels) }
        guard size.numbers == pixels else { throw AttuneError("each line has \(pixels) pixels, which are not \(size)") }
        self.init(size: size, pixels: reader.pixels, labels: reader.labels)
    }

    private static func square(_ pixels: Int) throws(AttuneError) -> ImageSize {
        let side = Int(Double(pixels).squareRoot().rounded())
        guard side > 0, side * side == pixels else {
            throw AttuneError("each line has \(pixels) pixels, which make no square; say the rows and columns")
        }
        return ImageSize(rows: side, columns: side)
    }
}

/// Takes lines one by one.
private struct CSVImageReader {
    private(set) var labels: [Int] = []
    private(set) var pixels: [UInt8] = []
    /// Fields of a line, from the first one on.
    private(set) var width = 0
    private var labelColumn: Int?

    init(labelColumn: Int?) { self.labelColumn = labelColumn }

    mutating func read(_ line: ArraySlice<UInt8>, number: Int) throws(AttuneError) {
        guard line.contains(where: { $0 != 0x20 && $0 != 0x09 }) else { return }
        if width == 0 {
            let fields = line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false)
            try begin(with: fields, number)
            // A number that no image has, such as -1, does not make a header of the line.
            if fields.contains(where: { Double(String(decoding: Self.bare($0), as: UTF8.self)) == nil }) { return }
        }
        try append(line, number)
    }

    /// The first line says how many fields there are, and where the label is.
    private mutating func begin(with fields: [ArraySlice<UInt8>], _ number: Int) throws(AttuneError) {
        guard fields.count > 1 else { throw AttuneError("line \(number): a label and pixels, with commas, expected") }
        width = fields.count
        let names = fields.map { field in
            String(decoding: field, as: UTF8.self).lowercased().filter { $0.isLetter }
        }
        let column = labelColumn ?? names.firstIndex { ["label", "class", "target"].contains($0) } ?? 0
        guard (0..<width).contains(column) else {
            throw AttuneError("line \(number): found \(width) columns, but the label should be in column \(column)")
        }
        labelColumn = column
    }

    private mutating func append(_ line: ArraySlice<UInt8>, _ number: Int) throws(AttuneError) {
        var column = 0
        for field in line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false) {
            try append(field, column, number)
            column += 1
        }
        guard column == width else {
            throw AttuneError("line \(number): found \(column) columns; the first line has \(width)")
        }
    }

    private mutating func append(_ field: ArraySlice<UInt8>, _ column: Int, _ line: Int) throws(AttuneError) {
        let isLabel = column == labelColumn
        guard let value = Self.number(field), value <= (isLabel ? ImageSet.largestLabel : 255) else {
            let found = String(decoding: field.prefix(20), as: UTF8.self)
            let wanted =
                isLabel
                ? "a label is a whole number from 0 to \(ImageSet.largestLabel)"
                : "a pixel is a whole number from 0 to 255"
            throw AttuneError("line \(line), column \(column + 1): found \"\(found)\"; \(wanted)")
        }
        if isLabel { labels.append(value) } else { pixels.append(UInt8(value)) }
    }

    /// A whole number of at most six digits, spaces around it allowed.
    private static func number(_ field: ArraySlice<UInt8>) -> Int? {
        let digits = bare(field)
        guard (1...6).contains(digits.count) else { return nil }
        var value = 0
        for digit in digits {
            guard (0x30...0x39).contains(digit) else { return nil }
            value = value * 10 + Int(digit - 0x30)
        }
        return value
    }

    /// Without the spaces around it.
    private static func bare(_ field: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var field = field
        while field.first == 0x20 { field.removeFirst() }
        while field.last == 0x20 { field.removeLast() }
        return field
    }
}
