/// The columns that trees compare: one a parameter, made of its features.
///
/// A number's column is its feature. A choice's is the index of its value plus one, and zero where the parameter is
/// inactive, so that one node can send any subset of the values to either side.
struct TreeLayout: Sendable {
    /// How many values a choice's column can have, inactivity included; nil for numbers.
    let choices: [Int?]
    private let offsets: [Int]
    private let width: Int

    init(_ space: ModelSpace) {
        choices = space.axes.map { axis in if case .choice(let count) = axis { count + 1 } else { nil } }
        offsets = space.offsets
        width = space.featureCount
    }

    /// - Parameter features: `[points · featureCount]`.
    func columns(of features: [Double]) -> TreeColumns {
        let rows = features.count / max(width, 1)
        var values: [Double] = []
        values.reserveCapacity(rows * choices.count)
        for (offset, choice) in zip(offsets, choices) {
            for start in stride(from: offset, to: rows * width, by: width) {
                values.append(choice.map { index(in: features[start..<start + $0 - 1]) } ?? features[start])
            }
        }
        return TreeColumns(values: values, rows: rows)
    }

    private func index(in block: ArraySlice<Double>) -> Double {
        block.firstIndex { $0 > 0 }.map { Double($0 - block.startIndex + 1) } ?? 0
    }
}

/// Points as trees compare them.
struct TreeColumns: Sendable {
    /// `[columns][rows]`.
    let values: [Double]
    let rows: Int

    subscript(column: Int, row: Int) -> Double { values[column * rows + row] }
}
