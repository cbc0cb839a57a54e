import AttuneCore
import Foundation
import Testing

@testable import AttuneNAS

/// Steps of a search against those that PyTorch made of the same tiny network in double precision: the fixture is written
/// by `Benchmarks/NAS/pytorch_supernet.py --golden`.
struct SupernetStepTests {
    private static let fixture: JSON = {
        let file = Bundle.module.url(forResource: "Fixtures/supernet-steps", withExtension: "json")
        let text = file.flatMap { try? String(contentsOf: $0, encoding: .utf8) } ?? "{}"
        return (try? JSON(parsing: text)) ?? [:]
    }()

    private static func numbers(_ json: JSON?) -> [Double] { (json?.array ?? []).compactMap(\.double) }

    /// Images come as [images][rows][columns].
    private static func batch(_ name: String) -> BilevelSupernet<Double>.Batch {
        let pixels = numbers(fixture[name]?["images"])
        let images = (0..<64).flatMap { pixel in (0..<4).map { pixels[$0 * 64 + pixel] } }
        return .init(
            images: images, shape: MapShape(channels: 1, rows: 8, columns: 8, batch: 4),
            labels: numbers(fixture[name]?["labels"]).map { Int($0) })
    }

    private static func method(_ name: String) -> SearchMethod {
        var method = SearchMethod()
        method.looksAhead = name == "darts2"
        method.partial = name == "pcdarts" ? 4 : 1
        method.normalisesEdges = name == "pcdarts"
        return method
    }

    /// The fixture lists numbers by their kind, as `vector` does.
    private static func vector(_ json: JSON?) -> [Double] {
        ["normal", "reduction", "normalEdges", "reductionEdges"].flatMap { numbers(json?[$0]) }
    }

    @Test(arguments: ["darts1", "darts2", "pcdarts"])
    func `steps are PyTorch's`(name: String) throws {
        let run = try #require(Self.fixture["runs"]?.array?.first { $0["method"]?.string == name })
        var random = RandomSource(seed: 1)
        let space = SupernetSpace(nodes: 2, layers: 3, channels: 4)
        let net = Supernet<Double>(
            space, inputs: 1, classes: 3, partial: Self.method(name).partial, using: &random)
        net.weights.vector = (0..<net.weights.count).map { 0.3 * sin(0.618034 * Double($0) * Double($0)) }
        var architecture = ArchitectureParameters(space, using: &random)
        let given = Self.vector(run["alphas"])
        architecture.vector = given + Array(architecture.vector.dropFirst(given.count))
        let task = BilevelSupernet(net, Self.method(name), architecture)
        (task.training, task.validation) = (Self.batch("training"), Self.batch("validation"))
        let descent = MomentumDescent<Double>(momentum: 0.9, decay: 3e-4, bound: 5)
        var adam = AdamDescent(rate: 3e-4, decay: 1e-3)
        let recorded = run["steps"]?.array ?? []
        #expect(recorded.count == 2)
        for step in 1...5 {
            let slopes =
                task.method.looksAhead
                ? task.architectureSlopes(lookingAhead: descent.next(rate: 0.025))
                : task.validationArchitectureSlopes()
            let validation = task.lastOutcome.loss
            var vector = task.architecture.vector
            adam.step(&vector, slopes: slopes)
            task.architecture.vector = vector
            task.learn()
            let training = task.lastOutcome.loss
            descent.step(net.weights, rate: 0.025)
            guard let expected = recorded.first(where: { $0["step"]?.double == Double(step) }) else { continue }
            #expect(abs(training / (expected["trainingLoss"]?.double ?? 0) - 1) < 1e-3)
            if !task.method.looksAhead {
                #expect(abs(validation / (expected["validationLoss"]?.double ?? 0) - 1) < 1e-3)
            }
            let wanted = Self.vector(expected["alphaGradients"])
            let scale = wanted.map(abs).max() ?? 1
            let error = zip(slopes, wanted).map { abs($0 - $1) / scale }.max() ?? 1
            #expect(error < 1e-3, "step \(step): \(error)")
        }
    }
}
