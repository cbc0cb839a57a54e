import AttuneCore

/// A search as a file; its numbers are the weights and their velocity.
extension SupernetSearch {
    private static let title = "attune supernet search 3"

    /// Writes the search as it is.
    ///
    /// - Throws: `AttuneError` where it cannot be written.
    public func save(to path: String) throws(AttuneError) {
        let state = state
        let header: JSON = [
            "origin": origin.json, "epochs": .array(epochs.map(\.json)), "architecture": JSON(state.architecture),
            "steps": .number(state.steps), "means": JSON(state.means), "squares": JSON(state.squares),
        ]
        try CheckpointFile(header: header, numbers: state.weights + state.velocity).write(Self.title, to: path)
    }

    /// Goes on from a file, which a search with the same settings and images wrote.
    ///
    /// - Throws: `AttuneError` where it is another's, or spoilt; the search is then as before.
    public func restore(from path: String) throws(AttuneError) {
        let file = try CheckpointFile(reading: path, Self.title)
        let header = file.header
        try origin.check(against: header["origin"], path)
        guard let state = SearchMemory(header, numbers: file.numbers, weights: state.weights.count),
            let epochs = header["epochs"]?.array?.map(SearchEpoch.init(json:)), !epochs.contains(where: { $0 == nil }),
            state.architecture.count == self.state.architecture.count
        else { throw CheckpointFile.spoilt(path) }
        restore(state, epochs.compactMap { $0 })
    }
}

/// All that a search remembers beside the outcomes of its epochs.
struct SearchMemory {
    var architecture: [Double]
    var weights: [Float]
    var velocity: [Float]
    var steps: Int
    var means: [Double]
    var squares: [Double]

    init(
        architecture: [Double], weights: [Float], velocity: [Float], steps: Int, means: [Double], squares: [Double]
    ) {
        self.architecture = architecture
        self.weights = weights
        self.velocity = velocity
        self.steps = steps
        self.means = means
        self.squares = squares
    }

    /// Nil where the numbers are not as many as they should be.
    init?(_ header: JSON, numbers: [Float], weights count: Int) {
        func list(_ key: String) -> [Double]? {
            guard let array = header[key]?.array else { return nil }
            let numbers = array.compactMap(\.double)
            return numbers.count == array.count ? numbers : nil
        }
        guard let architecture = list("architecture"), let means = list("means"), let squares = list("squares"),
            let steps = header["steps"]?.double, [count, 2 * count].contains(numbers.count),
            means.count == squares.count, means.isEmpty || means.count == architecture.count
        else { return nil }
        self.init(
            architecture: architecture, weights: Array(numbers.prefix(count)),
            velocity: Array(numbers.dropFirst(count)),
            steps: Int(steps), means: means, squares: squares)
    }
}

extension JSON {
    fileprivate init(_ numbers: [Double]) { self = .array(numbers.map { .number($0) }) }
}

extension SearchEpoch {
    fileprivate var json: JSON {
        var fields: JSON.Fields = [
            "epoch": .number(epoch), "training": training.json, "validation": validation.json,
            "genotype": genotype.json, "entropy": .number(entropy),
        ]
        fields["curvature"] = curvature.map { .number($0) }
        return .object(fields)
    }

    fileprivate init?(json: JSON) {
        guard let epoch = json["epoch"]?.double, let training = BatchOutcome(json: json["training"]),
            let validation = BatchOutcome(json: json["validation"]), let entropy = json["entropy"]?.double,
            let genotype = json["genotype"].flatMap({ try? Genotype(json: $0) })
        else { return nil }
        self.init(
            epoch: Int(epoch), training: training, validation: validation, genotype: genotype, entropy: entropy,
            curvature: json["curvature"]?.double)
    }
}
