import AttuneTestSupport
import Foundation
import Testing

@testable import AttuneCore

/// Searches whose trials bring a text instead of a number.
struct TextObjectiveTests {
    private let experiment = Samples.architectureSearch(trials: 9)

    private func study(_ values: ReportedValue...) throws -> Study {
        var study = Study(experiment, createdAt: Samples.noon)
        for event in Samples.searched(experiment, values) { try study.apply(event) }
        return study
    }

    @Test func `of texts the last to succeed is best, and there is no value`() throws {
        let study = try study(.text("one"), .text("two"))
        let best = try #require(study.best)
        #expect(best.number == 2 && best.reported(of: study.objective) == .text("two"))
        #expect(study.trials.allSatisfy { $0.hasValues(of: study.objective) })
        #expect(
            study.trials.allSatisfy { $0.value(of: study.objective) == nil && $0.losses(of: study.objective) == nil })
        #expect(study.frontNumbers.isEmpty)
        #expect(study.description.contains(#"best Best-Genotype = "two" in trial 2"#), "\(study)")
    }

    @Test func `a number is better than any text`() throws {
        let study = try study(.text("one"), .number(0.1), .text("two"))
        #expect(study.bestNumber == 2 && study.best?.reported(of: study.objective) == .number(0.1))
    }

    @Test func `a trial that was stopped or failed is not best for its text`() throws {
        for outcome: Outcome in [.earlyStopped, .failed("x"), .killed("x")] {
            var study = Study(experiment, createdAt: Samples.noon)
            var events = Samples.searched(experiment, [.text("one"), .text("two")])
            events[5] = .ended(2, outcome, at: Samples.noon)
            for event in events { try study.apply(event) }
            #expect(study.bestNumber == 1)
        }
    }

    @Test func `a text reaches no goal and no plateau`() throws {
        var wanting = experiment
        wanting.objective.goal = 0
        wanting.budget.stopWhen = StopWhen(plateau: StopWhen.Plateau(trials: 1, minImprovement: 0))
        #expect(wanting.objective.takesText)
        var study = Study(wanting, createdAt: Samples.noon)
        for event in Samples.searched(wanting, [.text("one"), .text("two")]) { try study.apply(event) }
        #expect(study.dueFinish(at: Samples.noon) == nil)
    }

    @Test func `a study read back from its log is the same`() throws {
        let events = Samples.searched(
            experiment,
            [.text(Samples.genotype), .text("0x10"), .text("\u{0}\u{1B}[2J\r\n\"\\"), .text("true"), .number(.nan)])
        let read = try events.map {
            try Event(json: JSON(parsing: $0.json.description), space: experiment.space)
        }
        // Not a number is not equal to itself.
        #expect(read.dropLast(2) == events.dropLast(2))
        #expect(read.map(\.json) == events.map(\.json))
        let again = try Experiment(json: JSON(parsing: experiment.json.description))
        #expect(again == experiment && again.objective.takesText)
    }

    @Test func `only a search that is one trial takes texts`() throws {
        #expect(experiment.objective.takesText)
        #expect(experiment.objective.textMetrics == ["Best-Genotype", "accuracy"])
        #expect(!Samples.experiment().objective.takesText && Samples.experiment().objective.textMetrics.isEmpty)
        var other = experiment
        other.algorithm = AlgorithmSpec("random")
        #expect(!other.objective.takesText)
        other = experiment
        other.nas = NASConfig(cells: CellLayout(nodes: 2, operations: ["a"]))
        #expect(!other.objective.takesText)
        other = experiment
        other.objective = Objective([.init(.minimize, "a"), .init(.minimize, "b")])
        #expect(!other.objective.takesText)
        other.objective = Objective(
            [.init(.minimize, "a")], constraints: [.init("b", max: 1)], additionalMetrics: ["b"])
        #expect(other.objective.textMetrics == ["a"])
        #expect(!experiment.json.description.contains("takesText"))
    }

    @Test func `elsewhere a trial that brought only a text has no value, and the reason says so`() throws {
        let ordinary = Samples.experiment()
        var study = Study(ordinary, createdAt: Samples.noon)
        for event in Samples.searched(ordinary, [.text("low")]).dropLast() { try study.apply(event) }
        #expect(!study[1].hasValues(of: ordinary.objective))
        #expect(
            study[1].outcome(by: ordinary.objective)
                == .metricsUnavailable("never reported a finite value of loss; the latest was a text"))
    }

    @Test func `a limit is kept by a number, never by a text`() throws {
        var limited = experiment
        limited.objective = Objective(
            [.init(.maximize, "Best-Genotype")], constraints: [.init("accuracy", min: 0.5)])
        var study = Study(limited, createdAt: Samples.noon)
        for event in Samples.searched(limited, [.text("one")]) { try study.apply(event) }
        #expect(!study[1].hasValues(of: limited.objective) && study.best == nil)
    }
}
