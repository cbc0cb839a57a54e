/// Rows, columns and channels of an image.
public struct ImageSize: Sendable, Hashable, CustomStringConvertible {
    public let rows: Int
    public let columns: Int
    /// 1 for grey, 3 for colour.
    public let channels: Int

    /// - Precondition: none is below 1, and their product is a number.
    public init(rows: Int, columns: Int, channels: Int = 1) {
        precondition(rows > 0 && columns > 0 && channels > 0, "an image has at least one pixel")
        (self.rows, self.columns, self.channels) = (rows, columns, channels)
        numbers = rows * columns * channels
    }

    /// How many numbers an image is.
    public let numbers: Int

    public var description: String { "\(rows)x\(columns)x\(channels)" }

    /// Reads `32x32x3`, or `28x28` of a grey image; nil for anything else, and for more than 65,536 rows or columns.
    public init?(_ text: String) {
        let sides = text.split(separator: "x", omittingEmptySubsequences: false).map { Int($0) ?? 0 }
        guard (2...3).contains(sides.count), sides.allSatisfy({ (1...65_536).contains($0) }) else { return nil }
        self.init(rows: sides[0], columns: sides[1], channels: sides.count == 3 ? sides[2] : 1)
    }
}
