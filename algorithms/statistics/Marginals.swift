/// The average of a function on the cube over all coordinates but one or two, by their cells, and what of its variance
/// each makes (Hoeffding 1948; Sobol' 1993): exact sums over boxes (Hutter, Hoos & Leyton-Brown 2014,
/// algorithm 2).
struct Marginals {
    /// The function's average.
    let mean: Double
    private let masses: [[Double]]
    /// For each axis, the average by its cells.
    private let single: [[Double]]

    init(_ space: CellSpace, of boxes: BoxSum) {
        masses = space.axes.map(\.masses)
        mean = boxes.mean
        single = space.axes.indices.map { boxes.marginal($0) }
    }

    subscript(axis: Int) -> [Double] { single[axis] }

    /// The variance that an axis makes by itself.
    func variance(of axis: Int) -> Double {
        zip(masses[axis], single[axis]).reduce(0) { $0 + $1.0 * ($1.1 - mean) * ($1.1 - mean) }
    }

    /// The variance that two axes make together, beyond what each makes.
    ///
    /// - Parameter joint: their average by cells, those of the second axis next to one another.
    func interaction(_ first: Int, _ second: Int, joint: [Double]) -> Double {
        var variance = 0.0
        let width = masses[second].count
        for (row, mass) in masses[first].enumerated() {
            for column in 0..<width {
                let effect = joint[row * width + column] - single[first][row] - single[second][column] + mean
                variance += mass * masses[second][column] * effect * effect
            }
        }
        return variance
    }
}

/// The boxes of a function on the cube that is a sum of trees.
struct BoxSum {
    private let space: CellSpace
    private let weight: Double
    private var sets: [CellSet] = []
    /// For each box and axis, the value of the box times how likely the box's cells of the other axes are.
    private var marginalValues: [Double] = []
    /// For each box and axis, how likely its cells are.
    private var masses: [Double] = []
    private(set) var mean = 0.0

    /// The mean of some trees.
    init(_ trees: [RegressionTree], _ space: CellSpace) {
        self.space = space
        weight = 1 / Double(trees.count)
        for tree in trees { TreeBoxes.visit(tree, space) { add($0, $1, $2) } }
    }

    private mutating func add(_ box: [CellSet], _ masses: [Double], _ value: Double) {
        let product = masses.reduce(1, *)
        sets += box
        self.masses += masses
        marginalValues += masses.map { weight * value * product / $0 }
        mean += weight * value * product
    }

    /// The average over all axes but one, by its cells.
    ///
    /// - Complexity: O(boxes).
    func marginal(_ axis: Int) -> [Double] {
        // Steps where boxes begin and end; their running sum is the average.
        var steps = [Double](repeating: 0, count: space.axes[axis].count + 1)
        for place in stride(from: axis, to: sets.count, by: space.dimensions) {
            for run in sets[place].runs {
                steps[run.lowerBound] += marginalValues[place]
                steps[run.upperBound] -= marginalValues[place]
            }
        }
        for cell in 1..<steps.count { steps[cell] += steps[cell - 1] }
        return steps.dropLast()
    }

    /// The average over all axes but two, by their cells, those of the second next to one another.
    ///
    /// - Complexity: O(boxes + cells of both).
    func marginal(_ first: Int, _ second: Int) -> [Double] {
        let (height, width) = (space.axes[first].count, space.axes[second].count)
        var steps = [Double](repeating: 0, count: (height + 1) * (width + 1))
        for box in stride(from: 0, to: sets.count, by: space.dimensions) {
            let value = marginalValues[box + first] / masses[box + second]
            for rows in sets[box + first].runs {
                for columns in sets[box + second].runs {
                    steps[rows.lowerBound * (width + 1) + columns.lowerBound] += value
                    steps[rows.lowerBound * (width + 1) + columns.upperBound] -= value
                    steps[rows.upperBound * (width + 1) + columns.lowerBound] -= value
                    steps[rows.upperBound * (width + 1) + columns.upperBound] += value
                }
            }
        }
        return BoxSum.summed(steps, height: height, width: width)
    }

    /// The running sums of steps along both axes, without the last of either.
    private static func summed(_ steps: [Double], height: Int, width: Int) -> [Double] {
        var sums = [Double](repeating: 0, count: height * width)
        var line = [Double](repeating: 0, count: width)
        for row in 0..<height {
            var along = 0.0
            for column in 0..<width {
                along += steps[row * (width + 1) + column]
                line[column] += along
                sums[row * width + column] = line[column]
            }
        }
        return sums
    }
}
