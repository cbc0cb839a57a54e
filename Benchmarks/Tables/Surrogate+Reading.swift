import AttuneCore
import COpenBLAS

extension Surrogate {
    /// Reads the network that a description tells of, from the file of its weights beside it, and has it predict the
    /// golden configurations where there are any.
    ///
    /// OpenBLAS is set to one thread: problems are evaluated side by side, and the matrices are too small to share.
    init(_ description: JSON, of file: DataFile) throws(AttuneError) {
        openblas_set_num_threads(1)
        let reader = try SurrogateReader(file: file)
        embeddings = try reader.each(description, "categorical", Surrogate.embedding)
        features = try reader.each(description, "continuous") { json, reader throws(AttuneError) in
            Feature(name: try reader.name(json), transform: try ScalarTransform(json["transform"], of: file))
        }
        outputs = try reader.each(description, "outputs") { json, reader throws(AttuneError) in
            try ScalarTransform(json["transform"], of: file)
        }
        let epsilon = Float(description["bn_eps"]?.double ?? 1e-5)
        input = try reader.dense(description["input_layer"], "W", "b")
        blocks = try reader.each(description, "blocks") { json, reader throws(AttuneError) in
            ResidualBlock(
                normalization: try reader.normalization(json["bn"], epsilon: epsilon),
                expansion: try reader.dense(json, "W1", "b1"), contraction: try reader.dense(json, "W2", "b2"))
        }
        normalization = try reader.normalization(description["final_bn"], epsilon: epsilon)
        head = try reader.dense(description["head"], "W", "b")
        guard isConsistent else { throw file.problem("describes layers that do not fit one another") }
        try GoldenVectors(beside: file, outputs: description["outputs"]).check(self)
    }

    private static func embedding(_ json: JSON, _ reader: SurrogateReader) throws(AttuneError) -> Embedding {
        let (shape, vectors) = try reader.tensor(json["embedding"])
        let labels = (json["labels"]?.array ?? []).compactMap(\.scalarText)
        guard shape.count == 2, shape[0] == labels.count, Set(labels).count == labels.count else {
            throw reader.file.problem(
                "categorical: \(labels.count) different labels need as many vectors, not \(shape)")
        }
        let positions = Dictionary(uniqueKeysWithValues: zip(labels, 0...))
        return Embedding(name: try reader.name(json), labels: positions, vectors: vectors, width: shape[1])
    }

    /// Whether each layer takes what the one before it gives.
    private var isConsistent: Bool {
        let width = input.outputs
        return input.inputs == embeddings.reduce(0) { $0 + $1.width } + features.count
            && blocks.allSatisfy { block in
                block.normalization.width == width && block.expansion.inputs == width
                    && block.contraction.outputs == width
                    && block.expansion.outputs == 2 * block.contraction.inputs
            } && normalization.width == width && head.inputs == width && head.outputs == outputs.count
    }
}

/// Takes layers out of a description and its file of weights.
struct SurrogateReader {
    let file: DataFile
    private let weights: [Float]

    /// - Parameter file: the description, `NAME.json`; the weights are `NAME.f32.gz`, little-endian.
    init(file: DataFile) throws(AttuneError) {
        self.file = file
        let weightFile = file.sibling("\(file.stem).f32.gz")
        let bytes = try weightFile.contents()
        guard bytes.count.isMultiple(of: 4) else {
            throw weightFile.problem("holds \(bytes.count) bytes; floats take four each")
        }
        weights = [Float](unsafeUninitializedCapacity: bytes.count / 4) { buffer, count in
            // Every machine that Swift runs on is little-endian, as the file is.
            UnsafeMutableRawBufferPointer(buffer).copyBytes(from: bytes)
            count = bytes.count / 4
        }
    }

    func name(_ json: JSON) throws(AttuneError) -> String {
        guard let name = json["name"]?.string else { throw file.problem("found \(json) without a name") }
        return name
    }

    func each<Item>(
        _ description: JSON, _ key: String, _ read: (JSON, SurrogateReader) throws(AttuneError) -> Item
    ) throws(AttuneError) -> [Item] {
        guard let list = description[key]?.array else { throw file.problem("\(key): give a list") }
        var items: [Item] = []
        for json in list { items.append(try read(json, self)) }
        return items
    }

    /// The numbers of a tensor of one or two dimensions, described by `shape` and `offset`.
    func tensor(_ json: JSON?) throws(AttuneError) -> (shape: [Int], values: [Float]) {
        let shape = (json?["shape"]?.array ?? []).compactMap(\.int)
        guard let offset = json?["offset"]?.int, (1...2).contains(shape.count), offset >= 0,
            shape.allSatisfy({ (1...weights.count).contains($0) })
        else { throw file.problem("found \(json ?? .null) for a tensor; give its shape and offset") }
        let end = offset + shape.reduce(1, *)
        guard end <= weights.count else { throw file.problem("a tensor ends at float \(end) of only \(weights.count)") }
        return (shape, Array(weights[offset..<end]))
    }

    func dense(_ json: JSON?, _ weights: String, _ biases: String) throws(AttuneError) -> DenseLayer {
        let matrix = try tensor(json?[weights])
        let vector = try tensor(json?[biases])
        guard matrix.shape.count == 2, vector.shape == [matrix.shape[0]] else {
            throw file.problem(
                "\(weights): found \(matrix.shape) with \(vector.shape) for \(biases); each row needs a bias")
        }
        return DenseLayer(weights: matrix.values, biases: vector.values, inputs: matrix.shape[1])
    }

    func normalization(_ json: JSON?, epsilon: Float) throws(AttuneError) -> NormalizationLayer {
        var parts: [[Float]] = []
        for name in ["gamma", "beta", "mean", "var"] { parts.append(try tensor(json?[name]).values) }
        guard Set(parts.map(\.count)).count == 1 else {
            throw file.problem("a normalisation has parts of different lengths")
        }
        return NormalizationLayer(gamma: parts[0], beta: parts[1], mean: parts[2], variance: parts[3], epsilon: epsilon)
    }
}
