import AttuneCore
import AttuneProblems
import Testing

@testable import AttuneTables

struct TableFormatTests {
    private static let space = """
        {"params": {"act": ["relu", "tanh"], "rate": [0.1, 1e-2, 3]}, "objective": "maximize accuracy"}
        """
    private static let grid = "idx,s0,s1\n00,1,3\n01,2,2\n02,5,\n10,nan,nan\n11,0,1\n"

    private func problem(_ files: KeyValuePairs<String, String>) throws -> BenchmarkProblem {
        let folder = try TemporaryFolder(files)
        let problems = try folder.data.problems()
        return try #require(problems.first)
    }

    private func message(_ files: KeyValuePairs<String, String>) throws -> String? {
        let folder = try TemporaryFolder(files)
        let error = #expect(throws: AttuneError.self) { try folder.data.problems() }
        return error?.message
    }

    // MARK: cells

    @Test func `cells show validation, report test accuracy, and hold what was measured`() throws {
        let cells = try problem([
            "any/new.csv.gz": """
            ops,val_acc_e3,val_acc_e5_s0,val_acc_e5_s1,test_acc_e5_mean
            012340,20,50,60,70
            111111,10,40,,45
            """
        ])
        let first = cells.optimizers[0]
        #expect(cells.name == "nasbench201/new" && cells.optimum == 55 && cells.maxResource == 5)
        #expect(
            first.active.map(\.value.description) == [
                "none", "skip_connect", "nor_conv_1x1", "nor_conv_3x3", "avg_pool_3x3", "none",
            ])
        #expect(cells.evaluate(first) == Evaluation([55], curve: [10, 10, 20, 20, 55], seconds: 5))
        #expect(cells.reportedValue?(first) == 70)
        let second = try cells.space.assignment(
            reading: Dictionary(uniqueKeysWithValues: cells.space.names.map { ($0, "skip_connect") }))
        var random = RandomSource(seed: 1)
        let shown = (0..<100).map { _ in cells.measured?(first, &random) }
        #expect(Set(shown) == [50, 60] && (30...70).contains(shown.count { $0 == 50 }))
        #expect((0..<20).allSatisfy { _ in cells.measured?(second, &random) == 40 })
        let untrained = cells.space.assignment(at: [0, 0, 0, 0, 0, 0])
        #expect(cells.evaluate(untrained).isFailure)
    }

    @Test func `columns of several data sets are several problems`() throws {
        let folder = try TemporaryFolder([
            "n/all.csv.gz": "ops,cifar100_val_acc_e200,ImageNet16-120_val_acc_e200\n000000,1,2\n444444,3,1\n"
        ])
        let problems = try folder.data.problems()
        #expect(problems.map(\.name) == ["nasbench201/ImageNet16-120", "nasbench201/cifar100"])
        #expect(problems.map(\.optimum) == [2, 3] && problems.map(\.maxResource) == [1, 1])
        #expect(problems.allSatisfy { $0.reportedValue == nil })
    }

    @Test func `a cell that is none is named with its line`() throws {
        #expect(
            try message(["n/a.csv.gz": "ops,val_acc_e1\n000000,1\n000005,1\n"])?
                .hasSuffix("n/a.csv.gz, line 3: ops: found 5.0; give six digits from 0 to 4") == true)
        #expect(try message(["n/a.csv.gz": "ops,val_acc_e1\n000001,1\n000001,1\n"])?.contains("line 3") == true)
    }

    // MARK: grids

    @Test(arguments: [grid, "rate_i,act_i,s0,s1\n0,0,1,3\n1,0,2,2\n2,0,5,\n0,1,nan,nan\n1,1,0,1\n"])
    func `a grid is the mean over seeds, at its worst where all diverged`(text: String) throws {
        let grid = try problem(["mine/x.csv.gz": text, "mine/space.json": Self.space])
        func value(_ act: String, _ rate: String) throws -> Double {
            grid.evaluate(try grid.space.assignment(reading: ["act": act, "rate": rate])).values[0]
        }
        #expect(grid.name == "mine/x" && grid.metrics[0].direction == .maximize && grid.optimum == 5)
        #expect(try value("relu", "0.1") == 2 && value("relu", "3") == 5)
        #expect(try value("tanh", "0.1") == 0.5 && value("tanh", "1e-2") == 0.5)
        #expect(try value("tanh", "3").isNaN)
        #expect(grid.evaluate(grid.optimizers[0]).values == [5])
    }

    @Test func `a grid needs its space, and positions in it`() throws {
        #expect(try message(["g/x.csv.gz": Self.grid])?.contains("put its space.json beside it") == true)
        #expect(
            try message(["g/x.csv.gz": Self.grid + "30,1,1\n", "g/space.json": Self.space])?.contains("line 7") == true)
        #expect(
            try message(["g/x.csv.gz": Self.grid + "11,1,1\n", "g/space.json": Self.space])?.contains("line 7") == true)
        #expect(
            try message(["g/x.csv.gz": Self.grid, "g/space.json": "{\"params\": {\"act\": [1]}}"])?
                .contains("begin with minimize or maximize") == true)
        #expect(
            try message(["g/x.csv.gz": Self.grid, "g/space.json": "{"])?.contains("g/space.json: JSON, byte 1") == true)
    }

    // MARK: curves

    @Test func `a curve is the nearest configuration's, at the worst where it diverged`() throws {
        let curves = try problem([
            "c/t.csv.gz": """
            config,rate,units,valid_loss_0,valid_loss_1,valid_loss_2,test_loss_final
            0,0.001,1,0.9,0.5,0.4,0.45
            1,0.01,2,0.9,nan,inf,
            2,0.1,3,0.9,0.8,7,0.75
            """
        ])
        let best = curves.optimizers[0]
        #expect(curves.name == "c/t" && curves.metrics == [.init("valid_loss", .minimize)])
        #expect(curves.optimum == 0.4 && curves.maxResource == 2, "the value before training is left out")
        #expect(curves.space["rate"]?.domain == .double(0.001...0.1, .logUniform))
        #expect(curves.space["units"]?.domain == .int(1...3))
        #expect(curves.evaluate(best) == Evaluation([0.4], curve: [0.5, 0.4], seconds: 2))
        #expect(curves.reportedValue?(best) == 0.45)
        let middle = try curves.space.assignment(reading: ["rate": "0.012", "units": "2"])
        #expect(curves.evaluate(middle).curve == [7, 7] && curves.reportedValue?(middle) == 0.75)
    }

    @Test func `parameters may lie in a table of their own, in another order`() throws {
        let curves = try problem([
            "c/any.csv.gz": "config,momentum\n7,0.1\n8,0.9\n",
            "c/task.csv.gz": "config,val_acc_1,val_acc_2,val_acc_3,time_total_s\n8,1,2,3,30\n7,4,5,6,60\n",
        ])
        #expect(curves.name == "c/task" && curves.optimum == 6)
        #expect(curves.evaluate(curves.optimizers[0]) == Evaluation([6], curve: [4, 5, 6], seconds: 60))
    }

    @Test func `curves without parameters are an error`() throws {
        #expect(
            try message(["c/task.csv.gz": "config,acc_1,acc_2,acc_3\n0,1,2,3\n"])?.contains("without parameters")
                == true)
        #expect(
            try message([
                "c/p.csv.gz": "config,x\n0,1\n1,2\n", "c/task.csv.gz": "config,acc_1,acc_2,acc_3\n0,1,2,3\n",
            ])?.contains("c/p.csv.gz, line 3: config: 1.0 has no curve") == true)
        #expect(
            try message(["c/task.csv.gz": "config,x,acc_1,acc_2,acc_3\n0,,1,2,3\n"])?.contains("line 2: x: found nan")
                == true)
    }

    // MARK: points

    @Test func `points with a time are problems of two metrics, with the front's hypervolume`() throws {
        let points = try problem([
            "p/t.csv.gz":
                "hp_x,dataset_f,metric_CRPS,metric_RMSE,metric_time\n0.5,1H,1,9,30\n1,1H,2,8,20\n1.5,1H,3,7,20\n2.5,1H,3,1,10\n"
        ])
        #expect(points.metrics == [.init("CRPS"), .init("time")] && points.optimum == nil)
        #expect(
            points.evaluate(try points.space.assignment(reading: ["x": "1.1"])) == Evaluation([2, 20], seconds: 20))
        #expect(points.referencePoint == [3.2, 32])
        // Steps from the left: 2.2 wide and 2 high, then 1.2 by 10, then 0.2 by 10.
        #expect(abs((points.frontHypervolume ?? 0) - (2.2 * 2 + 1.2 * 10 + 0.2 * 10)) < 1e-9)
    }

    @Test func `of equal configurations only the first counts`() throws {
        let points = try problem(["p/t.csv.gz": "hp_x,metric_error\n0.5,1\n0.5,0\n2.5,3\n"])
        #expect(points.optimum == 1 && points.evaluate(points.optimizers[0]).values == [1])
    }
}
