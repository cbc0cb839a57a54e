import AttuneAlgorithms
import AttuneCore
import AttuneStore
import AttuneTestSupport
import Foundation
import Testing

@testable import AttunePage

/// Each chart's numbers beside numbers computed plainly from the trials.
struct ChartTests {
    private let experiment = Samples.experiment()

    private func view(_ losses: [Double]) throws -> ExperimentView {
        try ExperimentView(try succeeded(experiment, losses.map { ["loss": $0] }), events: losses.count * 3)
    }

    // MARK: Front

    @Test(arguments: 1...6 as ClosedRange<UInt64>) func `front and hypervolume are those of all points`(
        seed: UInt64
    ) throws {
        var random = RandomSource(seed: seed)
        let objective = Objective([.init(.maximize, "score", reference: 0), .init(.minimize, "cost", reference: 8)])
        let experiment = Experiment("front", objective, over: Parameter("x", in: 0.0...1.0))
        let rows = (0..<60).map { _ in
            ["score": Double(random.below(9)), "cost": random.below(12) == 0 ? .nan : Double(random.below(10))]
        }
        let study = try succeeded(experiment, rows)
        let view = try ExperimentView(study, events: 180)
        let front = view.front(withVolume: true)
        #expect(front.members.map { $0 + 1 } == study.front.map(\.number))
        #expect(front.reference == [0, 8])
        let points = rows.map { [-$0["score"]!, $0["cost"]!] }.filter { !$0[1].isNaN }
        #expect(front.candidates.count == points.count)
        let volume = Hypervolume.of(points, reference: [0, 8])
        #expect(abs((front.growth.last?.volume ?? 0) - volume) < 1e-9)
        #expect(zip(front.growth, front.growth.dropFirst()).allSatisfy { $0.volume < $1.volume })
        for (index, growth) in front.growth.enumerated() {
            let before = rows[...growth.trial].map { [-$0["score"]!, $0["cost"]!] }.filter { !$0[1].isNaN }
            #expect(abs(Hypervolume.of(before, reference: [0, 8]) - growth.volume) < 1e-9, "\(index)")
        }
    }

    // MARK: Distribution, rank, slice, parallel

    @Test func `the distribution is the share of trials with at most a value`() throws {
        let losses = [3.0, 1, 2, 2, 5]
        let distribution = try view(losses).distribution()
        #expect(distribution.values == [1, 2, 3, 5])
        for (value, share) in zip(distribution.values, distribution.shares) {
            #expect(share == Double(losses.count { $0 <= value }) / 5)
        }
        #expect(EmpiricalDistribution([]).values.isEmpty)
        let many = (0..<5_000).map { Double($0 * 7919 % 5_000) }
        let thinned = EmpiricalDistribution(many, points: 100)
        #expect(thinned.values.count == 100 && thinned.values.first == 0 && thinned.values.last == 4_999)
        #expect(zip(thinned.values, thinned.shares).allSatisfy { abs($1 - ($0 + 1) / 5_000) < 1e-12 })
    }

    @Test func `the rank is the share of the others that are better, ties counting half`() throws {
        let losses = [0.3, 0.1, 0.1, 0.9, 0.2]
        let view = try view(losses)
        let ranks = view.ranks(of: Array(0..<5))
        for index in losses.indices {
            let better = losses.count { $0 < losses[index] }
            let equal = losses.count { $0 == losses[index] } - 1
            #expect(ranks[index] == (Double(better) + Double(equal) / 2) / 4)
        }
    }

    @Test func `a chart of one parameter leaves out trials without it, and keeps the best of many`() throws {
        var random = RandomSource(seed: 2)
        let view = try view((0..<2_000).map { _ in random.uniform() })
        let slice = try view.sliceJSON(of: "momentum", points: 100)
        let active = view.parameter("momentum")!.values.count { !$0.isNaN }
        #expect(slice["total"]?.int == active && active < 2_000)
        let shown = Set((slice["number"]?.array ?? []).compactMap(\.int))
        #expect(shown.count >= 100 && shown.count <= 120)
        let whole = try view.sliceJSON(of: "rate", points: 100)
        let numbers = Set((whole["number"]?.array ?? []).compactMap(\.int))
        #expect(view.bestTrials(20).allSatisfy { numbers.contains($0 + 1) })
        let error = #expect(throws: AttuneError.self) { try view.sliceJSON(of: "rates") }
        #expect(error?.message.contains("did you mean rate") == true)
    }

    @Test func `parallel coordinates have a column for each axis, and each row is its trial`() throws {
        let study = try succeeded(experiment, (0..<30).map { ["loss": Double($0)] })
        let json = try ExperimentView(study, events: 90).parallelJSON()
        #expect(json["axes"]?.array?.compactMap { $0["name"]?.string } == experiment.space.names)
        for (row, number) in (json["number"]?.array ?? []).compactMap(\.int).enumerated() {
            let rate = json["columns"]?[0]?[row]?.double ?? .nan
            let told = study[number].assignment["rate"]?.number ?? .nan
            #expect(abs(rate - told) <= told * 1e-6)
            #expect(json["value"]?[row]?.double == Double(number - 1))
        }
    }

    // MARK: Time

    @Test(arguments: 1...10 as ClosedRange<UInt64>) func `trials of a line do not overlap, and no line is to spare`(
        seed: UInt64
    ) throws {
        var random = RandomSource(seed: seed)
        var view = ExperimentView(experiment, createdAt: Samples.noon)
        let cells = (1...60).map { number in
            let start = Double(random.below(100))
            return TrialCells(
                number: number, state: "Succeeded", start: start, end: start + 1 + Double(random.below(20)))
        }
        view.take(cells, upTo: 60)
        let timeline = view.timeline()
        for a in cells.indices {
            for b in cells.indices where a < b && timeline.lanes[a] == timeline.lanes[b] {
                #expect(cells[a].end! <= cells[b].start || cells[b].end! <= cells[a].start)
            }
        }
        let busiest = cells.map { cell in cells.count { $0.start <= cell.start && cell.start < $0.end! } }.max()
        #expect(timeline.laneCount == busiest)
    }

    // MARK: Curves

    @Test func `of many trials those that run and the best have their curves shown`() throws {
        var random = RandomSource(seed: 4)
        var study = try succeeded(experiment, (0..<500).map { _ in ["loss": random.uniform()] })
        for number in 501...503 {
            try study.apply(.started(number, Suggestion(study.trials[0].assignment), at: Samples.noon))
        }
        let view = try ExperimentView(study, events: 1_503)
        let shown = view.curveTrials(limit: 50)
        #expect(shown.count == 50 && shown == shown.sorted())
        #expect(Set(500...502).isSubset(of: shown) && shown.contains(view.bestTrials(1)[0]))
        #expect(view.curveTrials(limit: 1_000) == Array(0..<503))
    }

    @Test func `a long curve keeps both its ends`() {
        let observations = (0..<1_000).map {
            Observation(metric: "loss", value: Double($0), step: $0, time: Samples.noon)
        }
        let curve = Curve(observations, of: "loss", points: 50)
        #expect(curve.steps.count == 50 && curve.steps.first == 0 && curve.steps.last == 999)
        #expect(curve.values == curve.steps.map(Double.init))
        #expect(Curve(observations, of: "other").steps.isEmpty)
    }

    // MARK: Models

    @Test func `importance is the study's own`() throws {
        let x = Parameter("x", in: 0.0...1.0)
        let experiment = Experiment("weigh", .minimize("loss"), over: x, Parameter("y", in: 0.0...1.0), seed: 4)
        var random = RandomSource(seed: 8)
        var study = Study(experiment, createdAt: Samples.noon)
        for number in 1...40 {
            let suggestion = Suggestion(try experiment.space.sample(using: &random))
            let time = Samples.noon.addingTimeInterval(Double(number))
            try study.apply(.started(number, suggestion, at: time))
            let value = 10 * suggestion.assignment["x"]!.number! + suggestion.assignment["y"]!.number!
            try study.apply(.observed(number, Observation.all(["loss": value], step: 0, at: time)))
            try study.apply(.ended(number, number % 7 == 0 ? .earlyStopped : .succeeded, at: time))
        }
        let view = try ExperimentView(study, events: 120)
        #expect(ImportanceComparison(view).json == ImportanceComparison(study).json)
        let drawn = ImportanceComparison(view).pageJSON
        #expect(drawn["parameters"]?[0]?["name"] == "x")
        #expect(drawn["note"]?.string?.contains("35 of 40") == true)
    }

    @Test func `a contour's model knows where it is good`() throws {
        let experiment = Experiment(
            "bowl", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), Parameter("y", in: 1...5),
            Parameter("kind", of: ["a", "b"]))
        var random = RandomSource(seed: 8)
        let assignments = try (0..<60).map { _ in try experiment.space.sample(using: &random) }
        var study = Study(experiment, createdAt: Samples.noon)
        for (index, assignment) in assignments.enumerated() {
            let (x, y) = (assignment["x"]!.number!, assignment["y"]!.number!)
            try study.apply(.started(index + 1, Suggestion(assignment), at: Samples.noon))
            let loss = (x - 0.3) * (x - 0.3) + (y - 4) * (y - 4) / 10
            try study.apply(.observed(index + 1, Observation.all(["loss": loss], step: 0, at: Samples.noon)))
            try study.apply(.ended(index + 1, .succeeded, at: Samples.noon))
        }
        let view = try ExperimentView(study, events: 180)
        let contour = try view.contour("x", "y", grid: 11)
        #expect(contour.xs.count == 11 && contour.ys == [1, 2, 3, 4, 5] && contour.backgrounds == 8)
        let flat = contour.means.joined().enumerated().min { $0.element < $1.element }!.offset
        #expect(contour.ys[flat / 11] == 4 && abs(contour.xs[flat % 11] - 0.3) < 0.11)
        let json = try view.contourJSON("kind", "x", grid: 4)
        #expect(json["model"]?["xs"] == [0, 1] && json["note"]?.string?.contains("averaged") == true)
        let plain = Experiment(
            "pair", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), Parameter("kind", of: ["a", "b"]))
        let pair = try ExperimentView(try succeeded(plain, (0..<7).map { ["loss": Double($0)] }), events: 21)
        #expect(try pair.contour("x", "kind", grid: 4).backgrounds == 1, "there is nothing to average over")
        #expect(Curve.places(7, atMost: 1) == [0] && Curve.places(7, atMost: 0).isEmpty)
        let few = try ExperimentView(try succeeded(experiment, [["loss": 1]]), events: 3).contourJSON("x", "y")
        #expect(few["model"]?.isNull == true)
    }
}
