import AttuneCore

/// A real function over a box whose minimum is known: the ground that problems are built on.
public struct Landscape: Sendable {
    /// Short, with its dimension: `ackley10`.
    public var name: String
    /// Where it comes from, with a citation.
    public var summary: String
    /// The range of each coordinate.
    public var box: [ClosedRange<Double>]
    /// The smallest value in the box.
    public var optimum: Double
    /// Points of the box at which it is reached: at least one, not always all of them.
    public var minimizers: [[Double]]
    /// Whether nothing lies below the optimum outside the box either, so that the function may be moved and turned.
    public var holdsEverywhere: Bool
    /// The value at a point of `dimensions` coordinates.
    public var value: @Sendable ([Double]) -> Double

    public init(
        _ name: String, _ summary: String, box: [ClosedRange<Double>], optimum: Double = 0, at minimizers: [[Double]],
        holdsEverywhere: Bool = true, value: @escaping @Sendable ([Double]) -> Double
    ) {
        precondition(!minimizers.isEmpty, "the minimum of \(name) is not known")
        self.name = name
        self.summary = summary
        self.box = box
        self.optimum = optimum
        self.minimizers = minimizers
        self.holdsEverywhere = holdsEverywhere
        self.value = value
    }

    /// A function of any number of coordinates, each over the same range.
    init(
        _ name: String, _ dimensions: Int, _ summary: String, over range: ClosedRange<Double>, optimum: Double = 0,
        at minimizers: [[Double]], holdsEverywhere: Bool = true, value: @escaping @Sendable ([Double]) -> Double
    ) {
        self.init(
            "\(name)\(dimensions)", summary, box: Array(repeating: range, count: dimensions), optimum: optimum,
            at: minimizers, holdsEverywhere: holdsEverywhere, value: value)
    }

    public var dimensions: Int { box.count }

    /// Whether a point lies in the box.
    public func contains(_ point: [Double]) -> Bool { zip(box, point).allSatisfy { $0.contains($1) } }

    /// The same function, every value larger by `height`.
    public func raised(by height: Double) -> Landscape {
        var raised = self
        raised.optimum += height
        raised.value = { [value] in value($0) + height }
        return raised
    }

    /// The same function, every value divided by `divisor`, so that landscapes of different height can be mixed.
    public func divided(by divisor: Double) -> Landscape {
        precondition(divisor > 0, "dividing by \(divisor) would turn the minimum into something else")
        var divided = self
        divided.optimum /= divisor
        divided.value = { [value] in value($0) / divisor }
        return divided
    }
}
