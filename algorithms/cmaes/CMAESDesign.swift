import AttuneCore
import AttuneMath

/// Where CMA-ES looks before it has a law: points that cover the space evenly. The first run begins between the best of
/// them.
///
/// A run that begins in the middle of the space does well on problems whose optimum is there; those of users need not
/// be.
struct CMAESDesign: Sendable {
    /// How many of the trials that end first are the design.
    let count: Int
    private let coordinates: Coordinates
    /// Nil for more dimensions than the sequence has; points are then independent.
    private let sequence: SobolSequence?

    init(_ coordinates: Coordinates, count: Int, seed: UInt64) {
        self.count = count
        self.coordinates = coordinates
        sequence = try? SobolSequence(dimensions: max(coordinates.count, 1), seed: seed)
    }

    /// The middle of every axis.
    var middle: [Double] { coordinates.axes.map { _ in 0.5 } }

    /// The point of the trial with that index; further attempts at it are independent draws.
    func point(_ index: Int, attempt: Int, using random: inout RandomSource) -> CMAESPoint {
        let cube = attempt == 0 ? sequence?.point(index) : nil
        let units = cube ?? (0..<coordinates.count).map { _ in random.uniform() }
        return CMAESPoint(
            x: Array(units.prefix(coordinates.axes.count)),
            levels: zip(coordinates.choices, units.dropFirst(coordinates.axes.count)).map { choice, unit in
                min(Int(unit * Double(choice.count)), choice.count - 1)
            })
    }

    /// Where the first run begins: the mean of the better half, weighted by rank as a generation's is (eqs. 41 and 49).
    ///
    /// In many dimensions that is a better place than the best point, whose coordinates are good only together.
    func mean(of found: [CMAESRun.Member]) -> [Double] {
        let succeeded = found.enumerated().filter { $0.element.cost.isFinite }
            .sorted { ($0.element.cost, $0.offset) < ($1.element.cost, $1.offset) }
        let count = min((found.count + 1) / 2, succeeded.count)
        guard count > 0 else { return middle }
        let weights = StrategyParameters.parentWeights(count, of: found.count)
        var mean = [Double](repeating: 0, count: coordinates.axes.count)
        for (weight, member) in zip(weights, succeeded) {
            for axis in mean.indices { mean[axis] += weight * member.element.point.x[axis] }
        }
        return mean
    }
}
