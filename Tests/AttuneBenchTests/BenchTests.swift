import AttuneBench
import AttuneCore
import AttuneProblems
import Foundation
import Synchronization
import Testing

@Suite struct BenchTests {
    private func bench(_ algorithms: [String] = ["random", "grid", "sobol"], seeds: Int = 3) throws -> Bench {
        let cluster = SimulatedCluster.Settings(workers: 4, stragglerShare: 0.2, failureShare: 0.1)
        return try Bench(
            problems: [TinyProblems.steps, TinyProblems.noisyBowl, TinyProblems.bowl, TinyProblems.line],
            contestants: algorithms.map { .standard($0) },
            settings: Bench.Settings(evaluations: 25, seeds: Array(1...seeds), cluster: cluster))
    }

    private func bytes(_ name: String, in folder: URL) throws -> Data {
        try Data(contentsOf: folder.appending(path: name))
    }

    @Test func `results are the same byte for byte on one core and on two`() async throws {
        try await withFolder { one in
            try await withFolder { two in
                _ = try await bench().run(in: one, onCores: 1)
                _ = try await bench().run(in: two, onCores: 2)
                for name in ["results.csv", "skipped.csv", "problems.json", "settings.json"] {
                    #expect(try bytes(name, in: one) == bytes(name, in: two), "\(name)")
                }
            }
        }
    }

    @Test func `results are by problem, algorithm, seed and evaluation`() async throws {
        try await withFolder { folder in
            _ = try await bench().run(in: folder, onCores: 2)
            let lines = String(decoding: try bytes("results.csv", in: folder), as: UTF8.self).split(separator: "\n")
            #expect(lines[0] == ResultRow.header)
            let rows = lines.dropFirst().compactMap { ResultRow(line: $0) }
            #expect(rows.count == lines.count - 1)
            let keys = rows.map { RunResult.Key(problem: $0.problem, algorithm: $0.algorithm, seed: $0.seed) }
            #expect(
                zip(zip(keys, rows), zip(keys, rows).dropFirst()).allSatisfy { a, b in
                    a.0 < b.0 || (a.0 == b.0 && a.1.evaluation + 1 == b.1.evaluation)
                })
        }
    }

    @Test func `a lost run is done again, the others are kept, and nothing changes`() async throws {
        try await withFolder { folder in
            _ = try await bench().run(in: folder, onCores: 2)
            let before = try bytes("results.csv", in: folder)
            try FileManager.default.removeItem(at: folder.appending(path: "runs/tiny%2fbowl--sobol--2.csv"))
            let done = Mutex<[RunResult.Key]>([])
            _ = try await bench().run(in: folder, onCores: 2) { progress in
                if !progress.wasKept { done.withLock { $0.append(progress.run) } }
            }
            #expect(try bytes("results.csv", in: folder) == before)
            let redone = done.withLock { $0 }.filter { $0.algorithm != "grid" }
            #expect(redone == [RunResult.Key(problem: "tiny/bowl", algorithm: "sobol", seed: 2)])
        }
    }

    @Test func `runs of other settings are not taken for these`() async throws {
        try await withFolder { folder in
            _ = try await bench(["random"], seeds: 1).run(in: folder, onCores: 2)
            var settings = try bench(["random"], seeds: 1).settings
            settings.evaluations = 26
            let longer = try Bench(
                problems: [TinyProblems.bowl], contestants: [.standard("random")], settings: settings)
            #expect(try await longer.run(in: folder, onCores: 1).runs.map(\.best.count) == [26])
        }
    }

    @Test func `an algorithm that refuses a problem is recorded with its reason`() async throws {
        try await withFolder { folder in
            let outcome = try await bench().run(in: folder, onCores: 2)
            #expect(outcome.skipped.count == 9)
            let text = String(decoding: try bytes("skipped.csv", in: folder), as: UTF8.self)
            #expect(
                text.hasPrefix(
                    """
                    problem,algorithm,seeds,reason
                    tiny/bowl,grid,1-3,parameters[0].feasibleSpace: Param x step is nil; grid needs a step for every double; \
                    parameters[1].feasibleSpace: Param y step is nil; grid needs a step for every double
                    tiny/line,grid,1-3,
                    """))
            #expect(outcome.runs.count == 27)
        }
    }

    @Test func `an entrant that breaks costs the others nothing`() async throws {
        struct Broken: Error, CustomStringConvertible { var description = "it said \"no\",\nand left" }
        try await withFolder { folder in
            let broken = Contestant("broken") { _ in throw Broken() }
            let bench = try Bench(
                problems: [TinyProblems.bowl], contestants: [broken, .standard("random")],
                settings: Bench.Settings(evaluations: 5, seeds: [1]))
            let outcome = try await bench.run(in: folder, onCores: 2)
            #expect(outcome.runs.count == 1)
            let text = String(decoding: try bytes("skipped.csv", in: folder), as: UTF8.self)
            #expect(text.hasSuffix("tiny/bowl,broken,1,\"it said \"\"no\"\",; and left\"\n"))
        }
    }

    @Test func `a cancelled bench goes on where it was`() async throws {
        try await withFolder { folder in
            let bench = try bench(["random"])
            let task = Task {
                try await bench.run(in: folder, onCores: 1) { progress in
                    if progress.finished == 4 { withUnsafeCurrentTask { $0?.cancel() } }
                }
            }
            await #expect(throws: CancellationError.self) { try await task.value }
            let kept = Mutex(0)
            _ = try await bench.run(in: folder, onCores: 1) { progress in
                if progress.wasKept { kept.withLock { $0 += 1 } }
            }
            #expect((4..<12).contains(kept.withLock { $0 }))
        }
    }

    @Test func `problems are described for the report`() async throws {
        try await withFolder { folder in
            let outcome = try await bench(["random"]).run(in: folder, onCores: 1)
            let json = try JSON(parsing: String(decoding: bytes("problems.json", in: folder), as: UTF8.self))
            #expect(json.array?.compactMap { ProblemFacts(json: $0) } == outcome.problems)
            #expect(outcome.problems.map(\.name) == ["tiny/bowl", "tiny/line", "tiny/noisy-bowl", "tiny/steps"])
        }
    }

    @Test func `two problems of one name are refused`() {
        #expect(throws: AttuneError("tiny/bowl is there twice; names must be unique")) {
            try Bench(
                problems: [TinyProblems.bowl, TinyProblems.bowl], contestants: [],
                settings: Bench.Settings(evaluations: 1, seeds: [1]))
        }
    }
}
