import AttuneCore
import AttuneProblems
import Foundation

/// A program that answers the lines of `attune optimize`, as an entrant: the bench asks and tells, the program answers.
public struct ProcessEntrant: Entrant {
    public let followsCurves: Bool
    private let space: SearchSpace
    private let metrics: [String]
    private let program: LineProgram
    private let file: URL
    private var seen: Set<Candidate.ID> = []

    /// Starts the program, and asks whether it takes the challenge.
    ///
    /// - Parameters:
    ///   - command: a shell's command line. `{experiment}` in it is the path of the experiment's file, `{seed}` the seed;
    ///     the variables `ATTUNE_EXPERIMENT_FILE` and `ATTUNE_SEED` say the same.
    ///   - followsCurves: whether the program is told values step by step, and may stop what it sees.
    ///   - patience: how long an answer may take.
    /// - Throws: `Refusal` with the program's reason; `EntrantFailure` where it does not start or does not answer.
    public init(
        _ command: String, challenge: Challenge, followsCurves: Bool = false, patience: Duration = .seconds(600)
    ) async throws {
        self.followsCurves = followsCurves && challenge.problem.maxResource > 1
        space = challenge.problem.space
        metrics = challenge.problem.metrics.map(\.name)
        file = FileManager.default.temporaryDirectory.appending(path: "attune-entrant-\(UUID().uuidString).json")
        try Data(challenge.document.pretty.utf8).write(to: file)
        let path = file.path(percentEncoded: false)
        do {
            program = try LineProgram(
                command.replacing("{experiment}", with: path).replacing("{seed}", with: "\(challenge.seed)"),
                variables: ["ATTUNE_EXPERIMENT_FILE": path, "ATTUNE_SEED": "\(challenge.seed)"], patience: patience)
            let answer = try await ProcessEntrant.exchange(["tell": []], with: program)
            if let reason = answer["error"]?.string { throw Refusal(reason) }
        } catch {
            // Nobody else will; that the file cannot be removed is nothing the caller could mend.
            try? FileManager.default.removeItem(at: file)
            throw error
        }
    }

    public mutating func ask(_ count: Int, at seconds: Double) async throws -> [Candidate] {
        let answer = try await answer(to: ["ask": .number(count)])
        guard let trials = answer["trials"]?.array else {
            throw program.failure("answered \(answer) to an ask; expected {\"trials\": […]}")
        }
        guard trials.count <= count else { throw program.failure("gave \(trials.count) trials; asked were \(count)") }
        return try trials.map { try candidate($0) }
    }

    private mutating func candidate(_ trial: JSON) throws -> Candidate {
        guard case .number(let text)? = trial["id"], let id = Int(text), let parameters = trial["parameters"]?.object
        else {
            throw program.failure("gave the trial \(trial); expected {\"id\": 1, \"parameters\": {…}}")
        }
        guard seen.insert(id).inserted else { throw program.failure("gave the id \(id) twice") }
        let texts = parameters.reduce(into: [:]) { $0[$1.key] = $1.value.scalarText }
        do throws(InvalidExperiment) {
            return Candidate(id: id, assignment: try space.assignment(reading: texts), resource: trial["resource"]?.int)
        } catch {
            throw program.failure("proposed \(trial), which is not of the space: \(error)")
        }
    }

    public mutating func tell(_ reports: [Report], at seconds: Double) async throws -> Set<Candidate.ID> {
        var stopped: Set<Candidate.ID> = []
        var last: [JSON] = []
        for report in reports {
            switch report.content {
            case .step(let step, let value):
                // A line for each, so that the answer's one "stop" is this one's.
                let entry: JSON = ["id": .number(report.candidate), "value": .told(value), "step": .number(step)]
                if try await answer(to: ["tell": [entry]])["stop"] == true { stopped.insert(report.candidate) }
            case .finished(let values):
                last.append(["id": .number(report.candidate), values.count == 1 ? "value" : "values": told(values)])
            case .failed: last.append(["id": .number(report.candidate), "failed": true])
            case .stopped: break  // Over since the program said so.
            }
        }
        if !last.isEmpty { _ = try await answer(to: ["tell": .array(last)]) }
        return stopped
    }

    private func told(_ values: [Double]) -> JSON {
        values.count == 1 ? .told(values[0]) : .object(JSON.Fields(zip(metrics, values.map { .told($0) })))
    }

    public mutating func leave() async {
        await program.end()
        try? FileManager.default.removeItem(at: file)  // A temporary file, which the system clears away otherwise.
    }

    private func answer(to question: JSON) async throws -> JSON {
        let answer = try await ProcessEntrant.exchange(question, with: program)
        if let error = answer["error"]?.string { throw program.failure("answered the error: \(error)") }
        return answer
    }

    private static func exchange(_ question: JSON, with program: LineProgram) async throws -> JSON {
        let line = try await program.answer(to: question.description)
        guard let answer = try? JSON(parsing: line), answer.object != nil else {
            throw program.failure("answered \"\(line.prefix(200))\"; expected a JSON object on one line")
        }
        return answer
    }
}

extension Contestant {
    /// Any program, written `NAME=command…`.
    ///
    /// - Throws: `AttuneError` when the text is not of that form.
    public static func program(
        _ text: String, followsCurves: Bool = false, patience: Duration = .seconds(600)
    ) throws(AttuneError) -> Contestant {
        let parts = text.split(separator: "=", maxSplits: 1).map { $0.trimmingCharacters(in: .whitespaces) }
        guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else {
            throw AttuneError("entrant: found \"\(text)\"; write NAME=command, such as mine=\"python3 mine.py\"")
        }
        return Contestant(parts[0], details: parts[1]) {
            try await ProcessEntrant(parts[1], challenge: $0, followsCurves: followsCurves, patience: patience)
        }
    }
}

extension Challenge {
    /// The challenge as an experiment's file. What a trial ends with counts; of metrics that are not the objective, the
    /// strategy `min` or `max` says which way is better.
    fileprivate var document: JSON {
        let names = problem.metrics.map(\.name)
        var strategies = problem.metrics.reduce(into: [String: MetricStrategy]()) {
            $0[$1.name] = $1.direction == .minimize ? .min : .max
        }
        strategies[names[0]] = .latest
        let objective = Objective(
            problem.metrics[0].direction, names[0], additionalMetrics: Array(names.dropFirst()), strategies: strategies)
        let limit = min(evaluations, problem.space.cardinality ?? .max)
        return Experiment(
            metadata: Metadata(name: "challenge"), objective: objective, space: problem.space,
            budget: Budget(parallelTrials: min(workers, limit), maxTrials: limit), seed: seed
        ).json
    }
}

extension JSON {
    /// A number; null for what is none, which JSON cannot say.
    fileprivate static func told(_ value: Double) -> JSON { value.isFinite ? .number(value) : .null }
}
