import AttuneCore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneAlgorithms

@Suite struct ImportanceTests {
    // MARK: Known indices

    @Test func `fANOVA finds the indices of Ishigami's function`() throws {
        // Ishigami & Homma 1990 with a = 7, b = 0.1, and three parameters that do nothing.
        let data = try Data.cube(6, count: 1000) { Functions.ishigami($0) }
        let found = try data.fanova(trees: 32)
        for (share, truth) in zip(found.parameters.map(\.share), [0.3139, 0.4424, 0, 0, 0, 0]) {
            #expect(abs(share - truth) < 0.08)
        }
        for (total, truth) in zip(found.parameters.compactMap(\.total), [0.5576, 0.4424, 0.2437, 0, 0, 0]) {
            #expect(abs(total - truth) < 0.08)
        }
        let strongest = try #require(found.interactions.first)
        #expect(strongest.first == "x0" && strongest.second == "x2")
        #expect(abs(strongest.share - 0.2437) < 0.08)
        #expect(found.interactions.dropFirst().allSatisfy { $0.share < 0.05 })
    }

    @Test func `fANOVA finds the indices of a linear function`() throws {
        // The variance of w u, u uniform, is w² / 12, so that shares go by the squares of weights.
        let weights = [4.0, 3, 2, 1, 0]
        let data = try Data.cube(5, count: 600) { zip(weights, $0).reduce(0) { $0 + $1.0 * $1.1 } }
        let found = try data.fanova()
        let squares = weights.map { $0 * $0 / 30 }
        for (share, truth) in zip(found.parameters.map(\.share), squares) { #expect(abs(share - truth) < 0.08) }
        #expect(found.ranked.map(\.name) == ["x0", "x1", "x2", "x3", "x4"])
        #expect(found.interactions.allSatisfy { $0.share < 0.02 })
    }

    @Test func `fANOVA finds the indices of Sobol's g-function`() throws {
        // g = Π (|4 uᵢ − 2| + aᵢ) / (1 + aᵢ), whose variances are vᵢ = 1 / (3 (1 + aᵢ)²) (Saltelli & Sobol' 1995).
        let a = [0.0, 1, 4.5, 9]
        let data = try Data.cube(4, count: 700) { Functions.g($0, a) }
        let variances = a.map { 1 / (3 * (1 + $0) * (1 + $0)) }
        let total = variances.reduce(1) { $0 * (1 + $1) } - 1
        let found = try data.fanova()
        for (share, variance) in zip(found.parameters.map(\.share), variances) {
            #expect(abs(share - variance / total) < 0.08)
        }
        #expect(found.ranked.map(\.name) == ["x0", "x1", "x2", "x3"])
        #expect(abs((found.interactions.first?.share ?? 0) - variances[0] * variances[1] / total) < 0.05)
    }

    @Test func `shares and interactions add up to the variance at most`() throws {
        let found = try Data.cube(3, count: 200) { Functions.ishigami($0) }.fanova()
        let sum = found.parameters.map(\.share).reduce(0, +) + found.interactions.map(\.share).reduce(0, +)
        #expect(sum > 0.85 && sum <= 1 + 1e-12)
        for parameter in found.parameters { #expect(try parameter.share <= #require(parameter.total) + 1e-12) }
    }

    // MARK: Both methods

    @Test(arguments: ImportanceMethod.allCases)
    func `a parameter without effect has nearly no share`(_ method: ImportanceMethod) throws {
        let data = try Data.cube(3, count: 500) { 3 * $0[0] + $0[2] }
        let found = try data.importance(method)
        #expect(found.parameters[1].share < 0.02)
        #expect(found.ranked.map(\.name) == ["x0", "x2", "x1"])
        #expect(found.trials == 500)
    }

    @Test(arguments: ImportanceMethod.allCases)
    func `a choice that decides everything has nearly all`(_ method: ImportanceMethod) throws {
        let specs = [
            ParameterSpec("rate", .double(1e-4...1, .logUniform)), ParameterSpec("layers", .int(1...8)),
            ParameterSpec("solver", .categorical(["sgd", "adam", "ftrl", "lion"])),
            ParameterSpec("only", .int(3...3)),
        ]
        let values = ["sgd": 5.0, "adam": 1, "ftrl": 9, "lion": 3]
        let found = try Data(specs, count: 300) { values[$0["solver"]?.description ?? ""] ?? 0 }.importance(method)
        #expect(found["solver"]?.share ?? 0 > 0.97)
        #expect(found["only"]?.share == 0)
    }

    @Test(arguments: ImportanceMethod.allCases)
    func `the order of parameters changes nothing but the order of the result`(_ method: ImportanceMethod) throws {
        let data = try Data(Self.mixed, count: 120, Self.mixedValue)
        var other = data
        other.space = try SearchSpace(Self.mixed.reversed())
        let (found, mirrored) = (try data.importance(method), try other.importance(method))
        #expect(mirrored.parameters == found.parameters.reversed())
        #expect(mirrored.interactions.map(\.share) == found.interactions.map(\.share))
        #expect(found.parameters.map(\.name) == Self.mixed.map(\.name))
    }

    @Test(arguments: ImportanceMethod.allCases)
    func `the same data give the same digits`(_ method: ImportanceMethod) throws {
        let data = try Data(Self.mixed, count: 60, Self.mixedValue)
        #expect(try data.importance(method) == data.importance(method))
    }

    @Test(arguments: ImportanceMethod.allCases, SpaceTable.all.indices)
    func `every kind of space has shares`(_ method: ImportanceMethod, row: Int) throws {
        let space = SpaceTable.all[row].space
        var random = RandomSource(seed: 4)
        let assignments = try (0..<40).map { _ in try space.sample(using: &random) }
        let found = try Data(space: space, assignments: assignments, values: (0..<40).map { Double($0 % 7) })
            .unlessUnexplained(method)
        guard let found else { return }
        #expect(found.parameters.map(\.name) == space.names)
        #expect(found.parameters.allSatisfy { (0...1).contains($0.share) })
        let sum = found.parameters.map(\.share).reduce(0, +)
        #expect(method == .fanova ? sum <= 1 + 1e-9 : abs(sum - 1) < 1e-9 || sum == 0)
    }

    @Test(arguments: ImportanceMethod.allCases)
    func `a conditional parameter counts where it is active`(_ method: ImportanceMethod) throws {
        let found = try Data(Self.conditional, count: 500, Self.conditionalValue).importance(method)
        // Between solvers 0.25, within sgd ± 1 from momentum, and rate is idle.
        #expect(found["momentum"]?.share ?? 0 > 0.15)
        #expect(found["rate"]?.share ?? 1 < 0.03)
        #expect(found["beta"]?.share ?? 1 < 0.03)
    }

    @Test(arguments: ImportanceMethod.allCases)
    func `a parameter of a branch that never wins does not count for being best`(_ method: ImportanceMethod) throws {
        let found = try Data(Self.conditional, count: 500) {
            ($0["solver"]?.description == "adam" ? 0 : 10) + ($0["momentum"]?.number ?? 0) + ($0["beta"]?.number ?? 0)
        }.importance(method)
        #expect(found["momentum"]?.share ?? 1 < 0.02)
        #expect(found["solver"]?.share ?? 0 > (method == .fanova ? 0.9 : 0.1))
        if method == .pedAnova { #expect(found["beta"]?.share ?? 0 > 0.3) }
    }

    @Test(arguments: ImportanceMethod.allCases)
    func `too few trials and equal values are refused in words`(_ method: ImportanceMethod) throws {
        let few = try Data.cube(2, count: 9) { $0[0] }
        #expect(throws: AttuneError("importance needs 10 trials with a value at least; there are 9")) {
            try few.importance(method)
        }
        let flat = try Data.cube(2, count: 20) { _ in 0.5 }
        #expect(throws: AttuneError("all 20 values are equal, so no parameter has made a difference")) {
            try flat.importance(method)
        }
        let wild = try Data.cube(2, count: 20) { $0[0] < 0.5 ? .infinity : 1 }
        #expect(throws: AttuneError("importance needs finite values; leave out trials that have none")) {
            try wild.importance(method)
        }
    }

    @Test func `values that no parameter explains are refused by fANOVA`() throws {
        var data = try Data([ParameterSpec("only", .int(3...3))], count: 12) { _ in 0 }
        data.values = (0..<12).map { Double($0) }
        #expect(throws: AttuneError.self) { try data.fanova() }
        #expect(try data.importance(.pedAnova).parameters.map(\.share) == [0])
    }

    @Test(arguments: ImportanceMethod.allCases, [[-1e308, 1e308], [0x1p-1040, 0x1p-1039], [1e9, 1e9 + 1]])
    func `extreme values leave shares finite`(_ method: ImportanceMethod, _ values: [Double]) throws {
        let found = try Data.cube(2, count: 40) { $0[0] < 0.3 ? values[0] : values[1] }.importance(method)
        #expect(found.parameters.allSatisfy { $0.share.isFinite })
        #expect(found.parameters[0].share > 0.9)
    }

    // MARK: PED-ANOVA

    @Test func `an increasing transform of the values changes nothing in PED-ANOVA`() throws {
        let data = try Data(Self.mixed, count: 200, Self.mixedValue)
        let found = try data.importance(.pedAnova)
        for transform in [{ exp($0) }, { $0 * $0 * $0 }, { 1e6 * $0 - 3 }] as [(Double) -> Double] {
            var other = data
            other.values = data.values.map(transform)
            #expect(try other.importance(.pedAnova) == found)
        }
        #expect(found.parameters.map(\.share).reduce(0, +).isApproximately(1))
    }

    @Test func `what is good is said by the direction`() throws {
        // Great values come of x0 alone, small ones of x1 alone.
        let data = try Data.cube(2, count: 400) { $0[0] > 0.9 ? 1 : $0[1] > 0.9 ? -1 : 0.001 * $0[0] }
        let (least, greatest) = (try data.pedAnova(.minimize), try data.pedAnova(.maximize))
        #expect(least.parameters[1].share > 0.8 && greatest.parameters[0].share > 0.9)
    }

    @Test func `a narrower baseline asks what tells the best from the good`() throws {
        // x0 makes a trial good; x1 tells among the good ones.
        let data = try Data.cube(2, count: 2000) { $0[0] < 0.2 ? $0[1] : 2 + $0[0] }
        let all = try PEDANOVA(best: 0.02).importance(
            in: data.space, of: data.assignments, values: data.values, .minimize)
        let good = try PEDANOVA(best: 0.02, baseline: 0.15).importance(
            in: data.space, of: data.assignments, values: data.values, .minimize)
        #expect(all.parameters[0].share > 0.2)
        #expect(good.parameters[1].share > 0.95)
    }

    @Test func `among few values equal ones are best together, and the order of trials is nothing`() throws {
        var data = try Data.cube(2, count: 100) { $0[0] < 0.3 ? 0 : 1 }
        let found = try data.importance(.pedAnova)
        #expect(found.parameters[0].share > 0.95)
        data.assignments.reverse()
        data.values.reverse()
        for (one, other) in zip(found.parameters, try data.importance(.pedAnova).parameters) {
            #expect(one.share.isApproximately(other.share))
        }
        // Nearly all are equally good.
        let easy = try Data.cube(2, count: 100) { $0[1] < 0.97 ? 0 : 1 }
        #expect(try easy.importance(.pedAnova).parameters[1].share > 0.5)
    }

    @Test func `a divergence is what chance gives, on average, where the few are any`() throws {
        let axis = CellSpace(try SearchSpace([ParameterSpec("x", .double(0...1))])).axes[0]
        var random = RandomSource(seed: 3)
        let all = (0..<200).map { _ in random.below(axis.count) }
        let draws = (0..<400).map { _ in
            var shuffled = all
            random.shuffle(&shuffled)
            return AxisDivergence(axis, of: Array(shuffled.prefix(20)), among: all)
        }
        let (found, expected) = (draws.map(\.divergence).reduce(0, +), draws.map(\.expected).reduce(0, +))
        // The width of the kernels, which follows the few, makes a little of the difference.
        #expect(abs(found / expected - 1) < 0.2)
    }

    // MARK: Studies

    @Test func `a study's importance rests on its succeeded trials`() throws {
        var history = SuggestedHistory(of: Samples.experiment(), seed: 5)
        var random = RandomSource(seed: 5)
        while history.study.counts.succeeded < 30 {
            if history.wantsTrial() {
                try history.start(Suggestion(try history.study.experiment.space.sample(using: &random)))
            } else {
                try history.proceed()
            }
        }
        let study = history.study
        let found = try study.importance(by: .pedAnova)
        let counting = study.ended.filter {
            study[$0].outcome == .succeeded && study[$0].value(of: study.objective) != nil
        }
        #expect(found.trials == counting.count && found.trials < study.ended.count)
        let assignments = counting.map { study[$0].assignment }
        let values = counting.compactMap { study[$0].value(of: study.objective) }
        #expect(
            try PEDANOVA().importance(in: study.experiment.space, of: assignments, values: values, .minimize) == found)
        #expect(throws: AttuneError.self) { try study.importance(by: .fanova, of: "never reported") }
    }

    @Test func `stopped trials count where too few have succeeded`() throws {
        let experiment = Experiment("few", .minimize("loss"), over: Parameter("x", in: 0.0...1.0))
        var study = Study(experiment, createdAt: Samples.noon)
        for number in 1...12 {
            let assignment = experiment.space.assignment(at: [Double(number) / 13])
            try study.apply(.started(number, Suggestion(assignment), at: Samples.noon))
            let loss = Observation(metric: "loss", value: Double(number), step: 0, time: Samples.noon)
            try study.apply(.observed(number, [loss]))
            let outcome: Outcome = number == 12 ? .failed("") : number.isMultiple(of: 2) ? .earlyStopped : .succeeded
            try study.apply(.ended(number, outcome, at: Samples.noon))
        }
        #expect(try study.importance(by: .pedAnova).trials == 11)
    }

    @Test func `the history of the best ends with the best`() throws {
        for seed in 0..<5 as Range<UInt64> {
            var history = SuggestedHistory(of: Samples.experiment(), seed: seed)
            var random = RandomSource(seed: seed)
            #expect(history.study.bestSoFar.isEmpty)
            for _ in 0..<60 {
                if history.wantsTrial() {
                    try history.start(Suggestion(try history.study.experiment.space.sample(using: &random)))
                } else {
                    try history.proceed()
                }
                let study = history.study
                #expect(study.bestSoFar.last?.trial == study.bestNumber)
                #expect(study.bestSoFar.last?.value == study.best?.value(of: study.objective))
                let values = study.bestSoFar.map(\.value)
                #expect(zip(values, values.dropFirst()).allSatisfy { $1 < $0 })
            }
        }
    }

    @Test func `a value as good is no improvement, and greater is better where it is maximised`() {
        let ends = [0.5, 0.7, 0.7, 0.2, 0.9].enumerated().map {
            BestSoFar(trial: 5 - $0, time: Samples.noon.addingTimeInterval(Double($0)), value: $1)
        }
        #expect(BestSoFar.history(of: ends, .maximize).map(\.trial) == [5, 4, 1])
        #expect(BestSoFar.history(of: ends, .minimize).map(\.trial) == [5, 2])
    }

    // MARK: Spaces

    static let mixed = [
        ParameterSpec("rate", .double(1e-4...1, .logUniform)), ParameterSpec("layers", .int(1...5)),
        ParameterSpec("units", .int(1...4096)), ParameterSpec("drop", .discrete(["0.5", "0.1", "0.2"])),
        ParameterSpec("solver", .categorical(["sgd", "adam", "ftrl"])),
    ]

    static func mixedValue(_ assignment: Assignment) -> Double {
        let solver = assignment["solver"]?.description == "adam" ? 1.0 : 2
        return solver * (abs(log10(assignment["rate"]?.number ?? 1) + 2)) + 0.1 * (assignment["layers"]?.number ?? 0)
    }

    static let conditional = [
        ParameterSpec("momentum", .double(-1...1), when: Condition("solver", .oneOf([.text("sgd")]))),
        ParameterSpec("solver", .categorical(["adam", "sgd"])),
        ParameterSpec("rate", .double(0...1)),
        ParameterSpec("beta", .double(0...1), when: Condition("solver", .oneOf([.text("adam")]))),
    ]

    static func conditionalValue(_ assignment: Assignment) -> Double {
        (assignment["momentum"]?.number).map { 0.5 + $0 } ?? 0
    }
}

/// Functions on the unit cube with known indices.
enum Functions {
    /// With a = 7 and b = 0.1; coordinates beyond three do nothing.
    static func ishigami(_ point: [Double]) -> Double {
        let x = point.map { (2 * $0 - 1) * .pi }
        return sin(x[0]) + 7 * sin(x[1]) * sin(x[1]) + 0.1 * x[2] * x[2] * x[2] * x[2] * sin(x[0])
    }

    static func g(_ point: [Double], _ a: [Double]) -> Double {
        zip(point, a).reduce(1) { $0 * (abs(4 * $1.0 - 2) + $1.1) / (1 + $1.1) }
    }
}

/// Random trials of a function.
private struct Data {
    var space: SearchSpace
    var assignments: [Assignment]
    var values: [Double]

    init(space: SearchSpace, assignments: [Assignment], values: [Double]) {
        self.space = space
        self.assignments = assignments
        self.values = values
    }

    init(_ specs: [ParameterSpec], count: Int, _ function: (Assignment) -> Double) throws {
        let space = try SearchSpace(specs)
        var random = RandomSource(seed: 21)
        let assignments = try (0..<count).map { _ in try space.sample(using: &random) }
        self.init(space: space, assignments: assignments, values: assignments.map(function))
    }

    /// Over `dimensions` parameters from 0 to 1, named x0, x1, ….
    static func cube(_ dimensions: Int, count: Int, _ function: ([Double]) -> Double) throws -> Data {
        let names = (0..<dimensions).map { "x\($0)" }
        return try Data(names.map { ParameterSpec($0, .double(0...1)) }, count: count) { assignment in
            function(names.map { assignment[$0]?.number ?? 0 })
        }
    }

    func importance(_ method: ImportanceMethod) throws -> Importance {
        method == .fanova ? try fanova() : try pedAnova(.minimize)
    }

    /// By fewer trees and points than usual, to be quick.
    func fanova(trees: Int = 16) throws -> Importance {
        var fanova = FANOVA(seed: 1)
        fanova.trees = trees
        fanova.points = 1024
        return try fanova.importance(in: space, of: assignments, values: values)
    }

    func pedAnova(_ direction: Objective.Direction) throws -> Importance {
        try PEDANOVA().importance(in: space, of: assignments, values: values, direction)
    }

    /// Nil where no parameter varies, which fANOVA refuses.
    func unlessUnexplained(_ method: ImportanceMethod) throws -> Importance? {
        let varies = Set(assignments).count > 1
        return varies || method == .pedAnova ? try importance(method) : nil
    }
}

extension Double {
    fileprivate func isApproximately(_ other: Double) -> Bool { abs(self - other) < 1e-9 }
}
