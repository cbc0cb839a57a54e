import Attune
import AttuneStore
import Foundation

// Runs a study of trivial trials in this process on an SQLite store, and says how fast it went and how much memory it took.
//
//     attune-study-benchmark TRIALS STORE

guard CommandLine.arguments.count == 3, let trials = Int(CommandLine.arguments[1]) else {
    print("usage: attune-study-benchmark TRIALS STORE")
    exit(2)
}

let x = Parameter("x", in: -5.0...5.0)
let y = Parameter("y", in: 1e-4...1e-1, .logUniform)
let solver = Parameter("solver", of: ["sgd", "adam"])
let experiment = Experiment("study", .minimize("loss"), over: x, y, solver, trials: trials, parallelism: 4, seed: 1)

let store = try SQLiteStore(at: CommandLine.arguments[2])
let clock = ContinuousClock()
let start = clock.now
let study = try await Tuner(experiment, .random, store: store).run { trial in trial[x] * trial[x] + trial[y] }
let seconds = (clock.now - start).seconds
let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }.flatMap { Int($0.filter(\.isNumber)) } ?? 0
print("\(study.counts.ended) trials, \(Int(Double(trials) / seconds)) trials/s, peak memory \(peak / 1024) MiB")
