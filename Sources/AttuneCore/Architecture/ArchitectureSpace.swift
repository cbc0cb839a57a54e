/// What an architecture search chooses among: as parameters, which any algorithm can search, and as what its trials are
/// told, which for Katib's networks are Katib's own texts.
public enum ArchitectureSpace: Sendable, Hashable {
    /// The whole search is one trial, which trains a network that holds every architecture (`darts`).
    case supernet(SupernetTask)
    /// A trial trains one network of layers.
    case layers(LayerSpace)
    /// A trial trains one network of cells.
    case cells(CellLayout)

    public init(_ config: NASConfig, for algorithm: AlgorithmSpec) {
        if let cells = config.cells {
            self = .cells(cells)
        } else if algorithm.name == SupernetTask.algorithm {
            self = .supernet(SupernetTask(config, settings: algorithm.settings))
        } else {
            self = .layers(LayerSpace(config))
        }
    }

    /// Whether what a trial finds may be a text: the trial that is the whole search prints the cells that it has chosen.
    var takesText: Bool { if case .supernet = self { true } else { false } }

    /// What is searched.
    public var parameters: [ParameterSpec] {
        switch self {
        case .supernet(let task): task.parameters
        case .layers(let layers): layers.parameters
        case .cells(let cells): cells.parameters
        }
    }

    /// Cells whose networks must keep within limits; nil where there are none.
    var limitedCells: CellLayout? {
        if case .cells(let cells) = self, !cells.limits.isEmpty { cells } else { nil }
    }

    /// What a trial is told beside the parameters, or in their place.
    private var derivedNames: [String] {
        switch self {
        case .supernet: []
        case .layers: [LayerSpace.architectureName, LayerSpace.networkName]
        case .cells: [CellLayout.genotypeName]
        }
    }

    /// The names that a trial's template may refer to.
    var allNames: [String] { derivedNames + parameters.map(\.name) }

    fileprivate func presented(_ values: [(name: String, value: String)]) -> [(name: String, value: String)] {
        let known = Dictionary(values) { first, _ in first }
        switch self {
        case .supernet: return values
        case .layers(let layers): return layers.presented(known) ?? values
        case .cells(let cells):
            return values + (cells.genotype(known).map { [(CellLayout.genotypeName, $0.description)] } ?? [])
        }
    }

    func parameterTexts(_ told: [String: String]) -> [String: String] {
        var texts = told
        switch self {
        case .supernet: break
        case .layers(let layers):
            texts[LayerSpace.networkName] = nil
            guard let architecture = texts.removeValue(forKey: LayerSpace.architectureName),
                let choices = layers.choices(reading: architecture)
            else { return told }
            texts.merge(choices) { _, told in told }
        case .cells: texts[CellLayout.genotypeName] = nil
        }
        return texts
    }
}

extension Experiment {
    /// Nil where parameters are searched.
    public var architecture: ArchitectureSpace? { nas.map { ArchitectureSpace($0, for: algorithm) } }

    /// An assignment as trials and everyone outside are told of it, names and texts in order: the parameters, or what an
    /// architecture search has in their place.
    public func presented(_ assignment: Assignment) -> [(name: String, value: String)] {
        let values = assignment.active.map { ($0.name, $0.value.description) }
        return architecture?.presented(values) ?? values
    }

    /// The texts of the parameters, by name, of what `presented` told. What it does not know is left as it is.
    public func parameterTexts(_ told: [String: String]) -> [String: String] {
        architecture?.parameterTexts(told) ?? told
    }

    /// The parameters that the genotype of a search over cells tells all of.
    public var genotypeChoices: Set<String> {
        if case .cells(let cells) = architecture { Set(cells.parameters.map(\.name)) } else { [] }
    }

    /// The names that `presented` gives, where nothing is inactive.
    public var presentedNames: [String] {
        switch architecture {
        case .layers: [LayerSpace.architectureName, LayerSpace.networkName]
        case .cells: space.names + [CellLayout.genotypeName]
        case .supernet, nil: space.names
        }
    }
}
