/// Some of a parameter's cells, as runs of neighbours.
struct CellSet: Sendable, Hashable {
    /// Ascending, not empty, not touching.
    private(set) var runs: [Range<Int>]

    /// The first so many.
    init(all count: Int) { runs = count > 0 ? [0..<count] : [] }

    private init() { runs = [] }

    var isEmpty: Bool { runs.isEmpty }

    /// The cells that pass, and the others.
    func divided(by passes: (Int) -> Bool) -> (passing: CellSet, failing: CellSet) {
        var (passing, failing) = (CellSet(), CellSet())
        for run in runs {
            for cell in run { if passes(cell) { passing.append(cell) } else { failing.append(cell) } }
        }
        return (passing, failing)
    }

    private mutating func append(_ cell: Int) {
        if let last = runs.last, last.upperBound == cell {
            runs[runs.count - 1] = last.lowerBound..<cell + 1
        } else {
            runs.append(cell..<cell + 1)
        }
    }
}
