import AttuneCore
import Foundation
import Testing

struct RestingTrialTests {
    private static let time = Date(timeIntervalSince1970: 1_700_000_000)

    /// A study in which trial 1 rests at one epoch of nine, with loss 0.5.
    private static func study() throws -> Study {
        var experiment = Experiment(
            "rest", .minimize("loss"), over: Parameter("x", in: 0.0...1.0), Parameter("epochs", in: 1...9))
        experiment.algorithm = AlgorithmSpec("asha", [.init("r_l", "9"), .init("resource_name", "epochs")])
        var study = Study(experiment, createdAt: time)
        let assignment = experiment.space.assignment(at: [0.5, 0])
        try study.apply(.started(1, Suggestion(assignment, resource: 1), at: time))
        try study.apply(.observed(1, [observation(0.5, step: 1)]))
        try study.apply(.paused(1, at: time))
        return study
    }

    private static func observation(_ value: Double, step: Int) -> Observation {
        Observation(metric: "loss", value: value, step: step, time: time)
    }

    @Test func `a resting trial neither runs nor has ended, and may be the best`() throws {
        let study = try Self.study()
        #expect(study[1].isPaused && !study[1].isRunning && study[1].outcome == nil && study[1].state == "Paused")
        #expect(study.counts.paused == 1 && study.counts.ended == 0 && study.counts.total == 1)
        #expect(study.bestNumber == 1 && study.resourceUsed == 1)
        #expect(study.milestones == [Milestone(trial: 1, rung: 0, losses: [0.5])])
    }

    @Test func `going on is another attempt, told its new level`() throws {
        var study = try Self.study()
        try study.apply(.resumed(1, to: 3, why: nil, at: Self.time))
        #expect(study[1].isRunning && study[1].attempt == 2 && study[1].assignment["epochs"] == .int(3))
        #expect(study[1].attemptObservations.isEmpty && study[1].observations.count == 1)
    }

    @Test func `losing an attempt loses what it reported, and nothing before it`() throws {
        var study = try Self.study()
        try study.apply(.resumed(1, to: 3, why: nil, at: Self.time))
        try study.apply(.observed(1, [Self.observation(0.1, step: 2)]))
        try study.apply(.lost(1, reason: "the machine went down", at: Self.time))
        #expect(study[1].value(of: study.objective) == 0.5 && study[1].losses == 1 && study[1].attempt == 3)
    }

    @Test func `what worsens as it goes on gives its place back`() throws {
        var study = try Self.study()
        let better = study.experiment.space.assignment(at: [0.2, 0])
        try study.apply(.started(2, Suggestion(better, resource: 1), at: Self.time))
        try study.apply(.observed(2, [Self.observation(0.4, step: 1)]))
        try study.apply(.paused(2, at: Self.time))
        #expect(study.bestNumber == 2)
        try study.apply(.resumed(2, to: 3, why: nil, at: Self.time))
        try study.apply(.ended(2, .failed("out of memory"), at: Self.time))
        #expect(study.bestNumber == 1)
    }

    @Test func `only a trial that rests goes on, and only upwards`() throws {
        var study = try Self.study()
        #expect(throws: AttuneError.self) { try study.apply(.resumed(1, to: 1, why: nil, at: Self.time)) }
        try study.apply(.resumed(1, to: 3, why: nil, at: Self.time))
        #expect(throws: AttuneError.self) { try study.apply(.resumed(1, to: 9, why: nil, at: Self.time)) }
    }

    @Test func `its events are read back as they were written`() throws {
        let space = try Self.study().experiment.space
        let suggestion = Suggestion(space.assignment(at: [0.1, 1]), resource: 9, parent: 4, labels: ["bracket": "2"])
        let events: [Event] = [
            .started(5, suggestion, at: Self.time), .paused(5, at: Self.time),
            .resumed(5, to: 9, why: Explanation("number 1 of 9"), at: Self.time),
        ]
        for event in events { #expect(try Event(json: event.json, space: space) == event) }
    }
}
