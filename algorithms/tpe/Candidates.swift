import AttuneCore

/// Points drawn from a mixture, all feasible, and in a finite space all different and none tried before.
struct Candidates: Sendable {
    /// How many draws a candidate may cost where some are turned down; the second half of them are from the prior.
    private static let drawsPerCandidate = 20

    private let dimensions: Int
    /// Coordinates, one candidate after another.
    private var coordinates: [Double]
    private(set) var count = 0

    /// - Parameter count: how many there are to be; fewer where the draws find no more.
    init(_ mixture: ParzenMixture, count wanted: Int, tried: Set<UInt64>, using random: inout RandomSource) {
        let space = mixture.space
        dimensions = space.dimensions
        coordinates = Array(repeating: 0, count: wanted * dimensions)
        let isSelective = space.space.isFinite || space.space.isConstrained
        let draws = wanted * (isSelective ? Candidates.drawsPerCandidate : 1)
        var turnedDown = tried
        for draw in 0..<draws where count < wanted {
            let range = count * dimensions..<(count + 1) * dimensions
            coordinates.withUnsafeMutableBufferPointer {
                mixture.draw(
                    into: UnsafeMutableBufferPointer(rebasing: $0[range]), fromPrior: isSelective && draw >= draws / 2,
                    using: &random)
            }
            if !isSelective || space.isNew(coordinates[range], &turnedDown) { count += 1 }
        }
    }

    func withPoint<Result>(_ index: Int, _ body: (UnsafeBufferPointer<Double>) -> Result) -> Result {
        coordinates.withUnsafeBufferPointer {
            body(UnsafeBufferPointer(rebasing: $0[index * dimensions..<(index + 1) * dimensions]))
        }
    }

    subscript(index: Int) -> [Double] { Array(coordinates[index * dimensions..<(index + 1) * dimensions]) }
}

extension ParzenSpace {
    /// Whether a point is feasible and in a finite space not among `seen`, to which it is added.
    fileprivate func isNew(_ point: ArraySlice<Double>, _ seen: inout Set<UInt64>) -> Bool {
        if space.isFinite, !seen.insert(fingerprint(of: point)).inserted { return false }
        return !space.isConstrained || space.isFeasible(assignment(at: point))
    }
}
