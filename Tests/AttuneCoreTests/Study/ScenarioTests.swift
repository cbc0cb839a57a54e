import Foundation
import Testing

@testable import AttuneCore

/// Histories as text, each line an event or an expectation; each file says why it exists.
///
/// | line | meaning |
/// |---|---|
/// | `experiment maximize goal=0.9 max=5 failed=0 time=60 parallel=2 plateau=9 improvement=0.1` | first line; all but the direction may be left out |
/// | `start` | the next trial starts |
/// | `report 1 loss=0.3 at=5` | trial 1 reports; the time may be left out |
/// | `end 1 succeeded`, `lost 1`, `stop`, `finish`, `edit max=9` | the other events; `finish` is the budget's due end |
/// | `refused end 1 succeeded` | the event must be refused |
/// | `expect best 1`, `expect best none`, `expect value 1 0.3` | |
/// | `expect status running`, `expect due ExperimentGoalReached`, `expect counts succeeded=1 running=2`, `expect wants yes` | |
struct ScenarioTests {
    static let files: [URL] = {
        let folder = Bundle.module.resourceURL?.appending(path: "Scenarios")
        let files =
            folder.flatMap { try? FileManager.default.contentsOfDirectory(at: $0, includingPropertiesForKeys: nil) }
            ?? []
        return files.filter { $0.pathExtension == "txt" }.sorted { $0.path < $1.path }
    }()

    @Test func `there are scenarios`() { #expect(Self.files.count >= 10) }

    @Test(arguments: files.map(\.lastPathComponent)) func `the study comes to what the scenario says`(_ name: String)
        throws
    {
        let file = try #require(Self.files.first { $0.lastPathComponent == name })
        let text = try String(contentsOf: file, encoding: .utf8)
        #expect(text.hasPrefix("#"), "a scenario begins by saying why it exists")
        var scenario: Scenario?
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let words = line.prefix { $0 != "#" }.split(separator: " ").map(String.init)
            guard let command = words.first else { continue }
            let place = "\(name):\(index + 1): \(line)"
            if command == "experiment" {
                scenario = try Scenario(Arguments(words.dropFirst()))
            } else {
                try #require(scenario != nil, "\(place): the experiment comes first")
                try scenario?.perform(command, Arguments(words.dropFirst()), place)
            }
        }
        #expect(scenario != nil)
    }
}

/// The words after a command: plain ones in order, and `name=value`.
private struct Arguments {
    var words: [String] = []
    var named: [String: String] = [:]

    init(_ texts: some Sequence<String>) {
        for text in texts {
            let parts = text.split(separator: "=", maxSplits: 1).map(String.init)
            if parts.count == 2 { named[parts[0]] = parts[1] } else { words.append(text) }
        }
    }

    func word(_ index: Int) throws -> String {
        try #require(words.indices.contains(index) ? words[index] : nil, "a word is missing")
    }
    func number(_ index: Int) throws -> Int { try #require(Int(try word(index)), "not a number") }
}

private struct Scenario {
    private var study: Study
    private var time = Date(timeIntervalSince1970: 0)

    init(_ arguments: Arguments) throws {
        let direction = try #require(Objective.Direction(rawValue: arguments.word(0)))
        let space = try SearchSpace([ParameterSpec("x", .int(1...1000))])
        let experiment = Experiment(
            metadata: Metadata(name: "scenario"),
            objective: Objective(direction, "loss", goal: arguments.named["goal"].flatMap(Double.init)), space: space,
            budget: Scenario.budget(arguments))
        study = Study(experiment, createdAt: time)
    }

    mutating func perform(_ command: String, _ arguments: Arguments, _ place: String) throws {
        switch command {
        case "expect": try expect(arguments, place)
        case "refused":
            var rest = arguments
            let event = try event(rest.words.removeFirst(), rest, place)
            #expect(throws: AttuneError.self, "\(place)") { try study.apply(event) }
        default:
            time.addTimeInterval(1)
            try study.apply(try event(command, arguments, place))
        }
    }

    private func event(_ command: String, _ arguments: Arguments, _ place: String) throws -> Event {
        switch command {
        case "start":
            let number = arguments.words.isEmpty ? study.nextNumber : try arguments.number(0)
            return .started(
                number, Suggestion(study.experiment.space.assignment(at: [Double(number) / 1000])), at: time)
        case "report": return .observed(try arguments.number(0), try observations(arguments))
        case "end": return .ended(try arguments.number(0), try outcome(arguments.word(1)), at: time)
        case "lost": return .lost(try arguments.number(0), reason: "lost", at: time)
        case "stop": return .stopped(at: time)
        case "edit": return .budgetEdited(Scenario.budget(arguments), at: time)
        case "finish": return .finished(try #require(study.dueFinish(at: time), "\(place): nothing is due"), at: time)
        default: throw AttuneError("\(place): no such command")
        }
    }

    private func observations(_ arguments: Arguments) throws -> [Observation] {
        let at = arguments.named["at"].flatMap(Double.init).map(Date.init(timeIntervalSince1970:)) ?? time
        let step =
            study.trials.indices.contains(try arguments.number(0) - 1)
            ? study[try arguments.number(0)].observations.count : 0
        return try arguments.named.filter { $0.key != "at" }.sorted { $0.key < $1.key }.map { metric, text in
            Observation(metric: metric, value: try #require(Double(text)), step: step, time: at)
        }
    }

    private func outcome(_ word: String) throws -> Outcome {
        switch word {
        case "succeeded": .succeeded
        case "failed": .failed("exit 1")
        case "killed": .killed("stopped")
        case "earlyStopped": .earlyStopped
        case "metricsUnavailable": .metricsUnavailable("nothing")
        default: throw AttuneError("\(word) is no outcome")
        }
    }

    private func expect(_ arguments: Arguments, _ place: String) throws {
        switch try arguments.word(0) {
        case "best": #expect(study.best.map { "\($0.number)" } ?? "none" == (try arguments.word(1)), "\(place)")
        case "value":
            let value = study[try arguments.number(1)].value(of: study.objective)
            #expect(value.map(\.text) ?? "none" == (try arguments.word(2)), "\(place)")
        case "status": #expect(status == (try arguments.word(1)), "\(place)")
        case "due": #expect(study.dueFinish(at: time)?.reason ?? "none" == (try arguments.word(1)), "\(place)")
        case "wants": #expect(study.wantsProposal == (try arguments.word(1) == "yes"), "\(place)")
        case "attempt": #expect(study[try arguments.number(1)].attempt == (try arguments.number(2)), "\(place)")
        case "counts":
            for (name, count) in arguments.named { #expect(counts[name] == Int(count), "\(place)") }
        default: throw AttuneError("\(place): nothing to expect")
        }
    }

    private var status: String {
        switch study.status {
        case .running: "running"
        case .stopped: "stopped"
        case .finished(let finish): finish.reason
        }
    }

    private var counts: [String: Int] {
        let counts = study.counts
        return [
            "running": counts.running, "succeeded": counts.succeeded, "failed": counts.failed, "killed": counts.killed,
            "earlyStopped": counts.earlyStopped, "metricsUnavailable": counts.metricsUnavailable, "ended": counts.ended,
            "total": counts.total,
        ]
    }

    private static func budget(_ arguments: Arguments) -> Budget {
        Budget(
            parallelTrials: arguments.named["parallel"].flatMap { Int($0) } ?? 3,
            maxTrials: arguments.named["max"].flatMap { Int($0) },
            maxFailedTrials: arguments.named["failed"].flatMap { Int($0) },
            maxRunTime: arguments.named["time"].flatMap { Int($0) }.map { .seconds($0) },
            stopWhen: StopWhen(
                plateau: arguments.named["plateau"].flatMap { Int($0) }.map {
                    .init(trials: $0, minImprovement: arguments.named["improvement"].flatMap(Double.init) ?? 0)
                }))
    }
}
