import AttuneCore
import Testing

@testable import AttuneNAS

struct ZeroCostTests {
    private let plan = CellNetwork(channels: 4, layers: 3, classes: 3, input: ImageSize(rows: 6, columns: 6))

    private func genotype(_ operation: CellOperation) -> Genotype {
        let cell = CellGraph(nodes: [[.init(operation, from: 0), .init(operation, from: 1)]])
        return Genotype(normal: cell, reduction: cell)
    }

    private func images(_ count: Int, isVaried: Bool = true) -> ImageSet {
        var random = RandomSource(seed: 8)
        let one = (0..<36).map { _ in UInt8(random.below(256)) }
        let pixels = (0..<count).flatMap { _ in isVaried ? (0..<36).map { _ in UInt8(random.below(256)) } : one }
        return ImageSet(size: plan.input, pixels: pixels, labels: (0..<count).map { $0 % 3 })
    }

    /// The sum of outputs is proportional to the weights of any layer that everything goes through; the stem's convolution
    /// is one.
    @Test func `synaptic flow is conserved`() {
        var random = RandomSource(seed: 3)
        let network = GenotypeNetwork<Double>(genotype(.separable(3)), plan, using: &random)
        network.weights.vector = network.weights.vector.map(abs)
        network.weights.clearGradients()
        var ones = [Double](repeating: 1, count: 36)
        let shape = MapShape(channels: 1, rows: 6, columns: 6, batch: 1)
        let total = ones.withUnsafeMutableBufferPointer {
            network.total(FeatureMaps(start: $0.baseAddress!, shape: shape), Pass(trains: false))
        }
        let weights = network.weights
        let biases = weights.values.suffix(3).reduce(0, +)
        let stem = (0..<9 * 12).reduce(0.0) { $0 + weights.values[$1] * weights.gradients[$1] }
        #expect(abs(stem / (total - biases) - 1) < 1e-9)
    }

    @Test func `images that are the same cannot be told apart`() {
        var random = RandomSource(seed: 3)
        let same = ZeroCost(of: genotype(.separable(3)), plan, images: images(4, isVaried: false), using: &random)
        #expect(same.naswot == -.infinity)
        let varied = ZeroCost(of: genotype(.separable(3)), plan, images: images(4), using: &random)
        #expect(varied.naswot.isFinite && varied.synflow.isFinite)
    }

    @Test func `convolutions tell more images apart than skips`() {
        var random = RandomSource(seed: 3)
        let batch = images(8)
        let skips = ZeroCost(of: genotype(.skip), plan, images: batch, using: &random)
        let convolutions = ZeroCost(of: genotype(.separable(3)), plan, images: batch, using: &random)
        #expect(convolutions.naswot > skips.naswot)
        #expect(convolutions.synflow != skips.synflow)
    }

    /// A kernel of two images that 3 of 5 rectifiers treat alike: log(5·5 − 3·3).
    @Test func `the kernel counts what is treated alike`() {
        let kernel = ActivationKernel(images: 2)
        var values: [Double] = [1, 1, 0, 0, 2, 3, 1, 0, 0, 4]
        values.withUnsafeMutableBufferPointer {
            let shape = MapShape(channels: 5, rows: 1, columns: 1, batch: 2)
            kernel.add(FeatureMaps(start: $0.baseAddress!, shape: shape))
        }
        #expect(abs(kernel.logDeterminant - 2.772_588_722_239_781) < 1e-12)
    }
}

/// By which cells are filtered before they are tried.
struct CellMeasureTests {
    private let network = CellNetwork(channels: 4, layers: 3, classes: 3, input: ImageSize(rows: 8, columns: 8))

    private func genotype(_ seed: UInt64) -> Genotype {
        var random = RandomSource(seed: seed)
        return Genotype(random: SupernetSpace(nodes: 2), using: &random)
    }

    @Test(arguments: (CellMeasure.counted + CellMeasure.untrained).map(\.name))
    func `a measure is a number, the same for the same stream, and differs between cells`(name: String) throws {
        let measure = try #require((CellMeasure.counted + CellMeasure.untrained).first { $0.name == name })
        let values = (1...8).map { measure.value(genotype($0), network, RandomSource(seed: 7)) }
        #expect(values.allSatisfy { $0.isFinite })
        #expect(Set(values).count > 4)
        #expect(values == (1...8).map { measure.value(genotype($0), network, RandomSource(seed: 7)) })
    }

    @Test func `a network that would take too long to measure is refused`() throws {
        let catalogue = AlgorithmCatalogue(
            algorithms: [Algorithm("random", summary: "", honours: [.categorical]) { _ in throw AttuneError("none") }],
            stoppingRules: []
        ).measuring(CellMeasure.untrained)
        func fields(_ measure: String, channels: Int, side: Int) -> [String] {
            var cells = CellLayout(darts: 3)
            cells.network = CellNetwork(
                channels: channels, layers: 8, classes: 10, input: ImageSize(rows: side, columns: side, channels: 3))
            cells.prefilter = CellPrefilter(measure: measure)
            var experiment = Experiment("cells", .maximize("accuracy"), over: cells)
            experiment.algorithm = AlgorithmSpec("random")
            return catalogue.problems(of: experiment).map { "\($0.field)" }
        }
        #expect(fields("synflow", channels: 8, side: 32) == [])
        #expect(fields("synflow", channels: 8, side: 224) == ["nasConfig.cells.network"])
        #expect(fields("synflow", channels: 4096, side: 4) == ["nasConfig.cells.network"])
        #expect(fields("naswot", channels: 36, side: 32) == ["nasConfig.cells.network"])
        #expect(fields("parameters", channels: 4096, side: 224) == [])
    }

    @Test func `names are those of the schema`() {
        #expect(
            (CellMeasure.counted + CellMeasure.untrained).map(\.name) == [
                "parameters", "multiplyAdds", "synflow", "naswot",
            ])
    }
}
