import AttuneCore

/// One parameter as a coordinate on which kernels stand.
///
/// A numeric one lives in [0, 1] through the cumulative function of its own law, so that the prior is uniform there,
/// whatever the law; values of a finite domain stand at the middles of their cells. A categorical one is the position in
/// its list. `inactive` stands where the parameter has no value.
struct ParzenAxis: Sendable {
    static let inactive = -1.0

    let domain: Domain
    /// How many values there are; nil for a continuum, and for so many that they are one for our purposes.
    let count: Int?
    let isCategorical: Bool
    /// Upper ends of the cells of a finite numeric domain, ascending.
    private let cellEnds: [Double]
    private let cellMiddles: [Double]

    private static let mostCells = 4096

    init(_ domain: Domain) {
        self.domain = domain
        if case .categorical = domain { isCategorical = true } else { isCategorical = false }
        let isListed = isCategorical
        count = domain.count.flatMap { isListed || $0 <= ParzenAxis.mostCells ? $0 : nil }
        guard let count, !isCategorical else {
            (cellEnds, cellMiddles) = ([], [])
            return
        }
        cellMiddles = (0..<count).compactMap { domain.unit(of: domain.value(number: $0)) }.sorted()
        // A middle is half way between the ends of its cell, and the first cell begins at 0.
        cellEnds = cellMiddles.reduce(into: []) { ends, middle in ends.append(2 * middle - (ends.last ?? 0)) }
    }

    var isNumeric: Bool { !isCategorical }

    /// Whether the parameter can take more than one value.
    var varies: Bool { count != 1 }

    /// The width of a cell if all were as wide; 0 for a continuum.
    var meanCell: Double { count.map { 1 / Double($0) } ?? 0 }

    func coordinate(of value: ParameterValue) -> Double {
        guard let unit = domain.unit(of: value) else { return ParzenAxis.inactive }
        guard isCategorical, let count else { return unit }
        return Double(min(Int(unit * Double(count)), count - 1))
    }

    /// A point of the unit interval that stands for the coordinate: the inverse of `coordinate(of:)`.
    func unit(_ coordinate: Double) -> Double {
        guard isCategorical, let count else { return max(coordinate, 0) }
        return (max(coordinate, 0) + 0.5) / Double(count)
    }

    /// A draw from the parameter's own law.
    func draw(using random: inout RandomSource) -> Double {
        if isCategorical, let count { return Double(random.below(count)) }
        return snapped(random.uniform())
    }

    /// The middle of the cell that `unit` lies in; in a continuum `unit` itself.
    func snapped(_ unit: Double) -> Double {
        guard !cellEnds.isEmpty else { return unit }
        var low = 0
        var high = cellEnds.count - 1
        while low < high {
            let middle = (low + high) / 2
            if unit < cellEnds[middle] { high = middle } else { low = middle + 1 }
        }
        return cellMiddles[low]
    }
}
