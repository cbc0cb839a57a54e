import Foundation

/// Handwritten digits with their labels.
struct Digits: Sendable {
    /// Pixels of a digit, 8 rows of 8.
    static let pixels = 64
    static let classes = 10

    /// Grey levels, `[count, 64]`, from 0 to 1.
    let images: Matrix
    /// Which digit each is, `[count]`, in `0..<10`.
    let labels: [Int]

    var count: Int { labels.count }

    /// The digits at `indices`, in that order.
    func gathering(_ indices: some Collection<Int>) -> Digits {
        Digits(images: images.gathering(indices), labels: indices.map { labels[$0] })
    }
}

extension Digits {
    /// Reads the UCI digits: a header, then a line `p0,…,p63,label` for each digit, with pixels from 0 to 16.
    ///
    /// - Throws: `DigitsError`, naming the line, or Foundation's error where the file cannot be read.
    init(csv url: URL) throws {
        try self.init(csv: Data(contentsOf: url))
    }

    init(csv: Data) throws {
        var images: [Float] = []
        var labels: [Int] = []
        let lines = csv.split(separator: UInt8(ascii: "\n"))
        for (number, line) in zip(2..., lines.dropFirst()) {
            let numbers = try Self.numbers(in: line, number: number)
            images += numbers.dropLast().map { Float($0) / 16 }
            labels.append(numbers[Self.pixels])
        }
        guard !labels.isEmpty else { throw DigitsError.empty }
        self.init(images: Matrix(rows: labels.count, columns: Self.pixels, values: images), labels: labels)
    }

    /// 64 pixels and a label, each in its range.
    private static func numbers(in line: Data, number: Int) throws -> [Int] {
        let numbers = try line.split(separator: UInt8(ascii: ","), omittingEmptySubsequences: false).map { field in
            guard let value = Int(String(decoding: field, as: UTF8.self)) else { throw DigitsError.line(number) }
            return value
        }
        guard numbers.count == pixels + 1, numbers.dropLast().allSatisfy((0...16).contains),
            (0..<classes).contains(numbers[pixels])
        else { throw DigitsError.line(number) }
        return numbers
    }
}

/// What is wrong with a file of digits.
enum DigitsError: Error, CustomStringConvertible {
    case empty
    /// From 1, the header.
    case line(Int)

    var description: String {
        switch self {
        case .empty: "no digits after the header"
        case .line(let number): "line \(number): 64 pixels from 0 to 16 and a label from 0 to 9 expected"
        }
    }
}
