/// How large a network is, and how much work one image is.
public struct NetworkCost: Sendable, Hashable {
    /// Numbers that training fits: weights, scales and shifts.
    public var parameters: Int
    /// Multiplications with an addition, of convolutions and the classifier; pools, norms and sums are not counted.
    public var multiplyAdds: Int

    public static let zero = NetworkCost(parameters: 0, multiplyAdds: 0)

    public init(parameters: Int, multiplyAdds: Int) {
        (self.parameters, self.multiplyAdds) = (parameters, multiplyAdds)
    }

    /// What is too large for a number is the largest.
    public static func + (a: Self, b: Self) -> Self {
        func sum(_ a: Int, _ b: Int) -> Int {
            let (sum, overflow) = a.addingReportingOverflow(b)
            return overflow ? .max : sum
        }
        return NetworkCost(
            parameters: sum(a.parameters, b.parameters), multiplyAdds: sum(a.multiplyAdds, b.multiplyAdds))
    }

    static func += (a: inout Self, b: Self) { a = a + b }
}

/// The product, or the largest number where it is larger.
private func product(_ factors: Int...) -> Int {
    factors.reduce(1) { product, factor in
        let (next, overflow) = product.multipliedReportingOverflow(by: factor)
        return overflow ? .max : next
    }
}

/// Feature maps, as far as their cost depends on them.
private struct Maps {
    var channels: Int
    var rows: Int
    var columns: Int

    var area: Int { rows * columns }

    /// Half the rows and columns, rounded up.
    var halved: Maps { Maps(channels: channels, rows: (rows + 1) / 2, columns: (columns + 1) / 2) }

    func with(channels: Int) -> Maps { Maps(channels: channels, rows: rows, columns: columns) }
}

extension NetworkCost {
    /// Of the network that these cells make, without the auxiliary head, which only training has.
    ///
    /// A convolution from `c` to `d` channels with windows of `k` has `c d k²` weights, a depthwise one `c k²`, each
    /// used once for every pixel of its result; batch norm has a scale and a shift for each channel.
    public init(of genotype: Genotype, in network: CellNetwork) {
        var maps = Maps(
            channels: network.channels * network.stemMultiplier, rows: network.input.rows,
            columns: network.input.columns)
        self = .convolution(from: network.input.channels, to: maps, window: 9) + .norm(maps)
        var before = maps
        var channels = network.channels
        var reduced = false
        for layer in 0..<network.layers {
            let reduces = network.reduces(at: layer)
            channels *= reduces ? 2 : 1
            let cell = reduces ? genotype.reduction : genotype.normal
            self += .cell(cell, from: before, and: maps, channels: channels, reduces: reduces, reduced: reduced)
            let size = reduces ? maps.halved : maps
            (before, maps) = (maps, size.with(channels: cell.concatenated.count * channels))
            reduced = reduces
        }
        self += NetworkCost(
            parameters: product(maps.channels + 1, network.classes),
            multiplyAdds: product(maps.channels, network.classes))
    }

    /// - Parameter reduced: whether the cell before halved the image, so that the older input is larger.
    private static func cell(
        _ cell: CellGraph, from before: Maps, and previous: Maps, channels: Int, reduces: Bool, reduced: Bool
    ) -> NetworkCost {
        let inside = previous.with(channels: channels)
        // Both inputs become as large as the newer; a factorised reduction costs as much as a projection does there.
        var cost =
            convolution(from: before.channels, to: inside, window: 1)
            + convolution(from: previous.channels, to: inside, window: 1) + norm(inside) + norm(inside)
        for edge in cell.nodes.joined() {
            let halves = reduces && edge.source < 2
            let result = reduces ? inside.halved : inside
            cost += operation(edge.operation, to: result, halves: halves)
        }
        return cost
    }

    private static func operation(_ operation: CellOperation, to maps: Maps, halves: Bool) -> NetworkCost {
        switch operation {
        case .none, .maxPool, .averagePool: zero
        case .skip: halves ? convolution(from: maps.channels, to: maps, window: 1) + norm(maps) : zero
        case .dilated(let kernel): depthwise(maps, kernel)
        // The second half works on maps that the first has halved already.
        case .separable(let kernel): depthwise(maps, kernel) + depthwise(maps, kernel)
        }
    }

    /// Depthwise, pointwise, norm.
    private static func depthwise(_ maps: Maps, _ kernel: Int) -> NetworkCost {
        let weights = product(maps.channels, kernel * kernel)
        return NetworkCost(parameters: weights, multiplyAdds: product(weights, maps.area))
            + convolution(from: maps.channels, to: maps, window: 1) + norm(maps)
    }

    private static func convolution(from channels: Int, to maps: Maps, window: Int) -> NetworkCost {
        let weights = product(channels, maps.channels, window)
        return NetworkCost(parameters: weights, multiplyAdds: product(weights, maps.area))
    }

    private static func norm(_ maps: Maps) -> NetworkCost {
        NetworkCost(parameters: 2 * maps.channels, multiplyAdds: 0)
    }
}
