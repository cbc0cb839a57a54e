import AttuneAlgorithms
import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

/// Every algorithm that can search cells, on cells whose networks are limited and filtered.
struct LimitedCellsTests {
    private static let cells: CellLayout = {
        var cells = CellLayout(darts: 2, operations: [.skip, .maxPool(3), .separable(3), .dilated(5)])
        cells.network = CellNetwork(channels: 8, layers: 4, classes: 10, input: ImageSize(rows: 14, columns: 14))
        cells.limits = NetworkLimits(parameters: 14_000)
        cells.prefilter = CellPrefilter(measure: "multiplyAdds")
        return cells
    }()

    private static func experiment(_ algorithm: String) -> Experiment {
        var experiment = Experiment("cells", .minimize("loss"), over: cells, trials: 16, seed: 6)
        experiment.algorithm = AlgorithmSpec(algorithm)
        return experiment
    }

    private static let names = AlgorithmCatalogue.standard.algorithms.map(\.name).filter {
        AlgorithmCatalogue.standard.problems(of: experiment($0)).isEmpty
    }

    private static func cost(_ assignment: Assignment) -> NetworkCost {
        guard let genotype = cells.genotype(assignment), let network = cells.network else {
            preconditionFailure("every assignment of the space is a cell")
        }
        return NetworkCost(of: genotype, in: network)
    }

    @Test func `most algorithms can search cells`() {
        for name in ["random", "sobol", "tpe", "regularized-evolution", "local-search", "bananas", "auto", "nsga2"] {
            #expect(Self.names.contains(name), "\(name)")
        }
    }

    @Test func `an algorithm that cannot keep to limits is told of limits`() {
        let problems = AlgorithmCatalogue.standard.problems(of: Self.experiment("darts"))
        #expect(problems.map(\.field.description) == ["algorithm.algorithmName"])
        #expect(problems.first?.description.contains("cannot honour nasConfig.cells.limits") == true, "\(problems)")
    }

    @Test(arguments: names) func `no cell is beyond the limits, whoever proposes it`(name: String) throws {
        let study = try Study.search(Self.experiment(name), trials: 16) { assignment in
            // The more parameters the better, so that whoever learns comes to the limit.
            [-Double(Self.cost(assignment).parameters)]
        }
        #expect(study.trials.count == 16)
        let costs = study.trials.map { Self.cost($0.assignment).parameters }
        #expect(costs.allSatisfy { $0 <= 14_000 }, "\(costs.max() ?? 0)")
    }

    @Test func `random cells that are filtered do more work than random cells`() throws {
        func median(_ cells: CellLayout) throws -> Int {
            let experiment = Experiment("cells", .minimize("loss"), over: cells, trials: 60, seed: 7)
            var named = experiment
            named.algorithm = AlgorithmSpec("random")
            let study = try Study.search(named, trials: 60) { _ in [0] }
            return study.trials.map { Self.cost($0.assignment).multiplyAdds }.sorted()[30]
        }
        var free = Self.cells
        free.prefilter = nil
        #expect(try median(Self.cells) > median(free), "seed 7")
    }
}
