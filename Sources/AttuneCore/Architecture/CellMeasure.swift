/// How large a network may be.
public struct NetworkLimits: Sendable, Hashable, CustomStringConvertible {
    public var parameters: Int?
    /// Of one image.
    public var multiplyAdds: Int?

    public init(parameters: Int? = nil, multiplyAdds: Int? = nil) {
        self.parameters = parameters
        self.multiplyAdds = multiplyAdds
    }

    public var isEmpty: Bool { parameters == nil && multiplyAdds == nil }

    public func admit(_ cost: NetworkCost) -> Bool {
        cost.parameters <= parameters ?? .max && cost.multiplyAdds <= multiplyAdds ?? .max
    }

    public var description: String {
        [parameters.map { "parameters <= \($0)" }, multiplyAdds.map { "multiplyAdds <= \($0)" }].compactMap(\.self)
            .joined(separator: " and ")
    }
}

/// What is said of a network of cells before any training; more of it goes, loosely, with more accuracy.
public struct CellMeasure: Sendable {
    public let name: String
    public let summary: String
    /// How many images' worth of passes through the network it takes; 0 where none is built.
    public let passes: Int
    /// - Parameter random: draws weights, and what the network is shown; the same for all that are compared.
    public let value: @Sendable (Genotype, CellNetwork, _ random: RandomSource) -> Double

    public init(
        _ name: String, _ summary: String, passes: Int = 0,
        value: @escaping @Sendable (Genotype, CellNetwork, _ random: RandomSource) -> Double
    ) {
        self.name = name
        self.summary = summary
        self.passes = passes
        self.value = value
    }

    /// The most multiply-adds that measuring one cell may take, and the most parameters of the network.
    static let mostWork = 200_000_000
    static let mostParameters = 10_000_000

    /// What keeps it from measuring cells of a layout, many of which are measured before the first trial; nil where nothing
    /// does.
    func problem(measuring layout: CellLayout) -> Problem? {
        guard passes > 0, let network = layout.network else { return nil }
        let cost = layout.largestCost(in: network)
        guard cost.parameters > CellMeasure.mostParameters || cost.multiplyAdds > CellMeasure.mostWork / passes else {
            return nil
        }
        return Problem(
            "network", found: "up to \(cost.parameters) parameters and \(cost.multiplyAdds) multiply-adds an image",
            "\(name) measures networks of at most \(CellMeasure.mostParameters) and \(CellMeasure.mostWork / passes); "
                + "fewer channels, fewer layers or smaller images rank cells much the same")
    }
}

extension CellMeasure {
    /// What is counted, and needs no network to be built.
    public static let counted: [CellMeasure] = [.parameters, .multiplyAdds]

    static let parameters = CellMeasure("parameters", "numbers that training fits") { genotype, network, _ in
        Double(NetworkCost(of: genotype, in: network).parameters)
    }

    static let multiplyAdds = CellMeasure("multiplyAdds", "work of one image") { genotype, network, _ in
        Double(NetworkCost(of: genotype, in: network).multiplyAdds)
    }
}

/// Which cells are not worth a training: those that a measure puts behind too many random ones.
public struct CellPrefilter: Sendable, Hashable {
    /// Of the catalogue's measures, by name.
    public var measure: String
    /// The share of random cells that would pass, above 0 and below 1.
    public var keep: Double

    public static let usualShare = 0.5

    public init(measure: String, keep: Double = usualShare) {
        self.measure = measure
        self.keep = keep
    }
}
