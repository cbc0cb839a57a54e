import Attune
import Foundation

// The processor time of one ask and tell after a history of random trials, on a smooth function of ten real parameters, or
// of the cells of DARTS: the mean over so many in a row, refits and all, and the process's peak memory.
//
//     attune-ask-benchmark ALGORITHM HISTORY [ASKS] [cells]

let arguments = CommandLine.arguments
guard arguments.count >= 3, let history = Int(arguments[2]), let asks = Int(arguments.count > 3 ? arguments[3] : "50")
else {
    print("usage: attune-ask-benchmark ALGORITHM HISTORY [ASKS] [cells]")
    exit(2)
}

let isOfCells = arguments.last == "cells"
let space = try SearchSpace(
    isOfCells ? CellLayout(darts: 4).parameters : (0..<10).map { ParameterSpec("x\($0)", .double(-5...5)) })
let experiment = Experiment(
    metadata: Metadata(name: "asks"), objective: .minimize("loss"), space: space,
    algorithm: AlgorithmSpec(arguments[1]),
    budget: Budget(parallelTrials: 1), seed: 1)
var suggester = try AlgorithmCatalogue.standard.suggester(for: experiment)
var study = Study(experiment, createdAt: Date(timeIntervalSince1970: 0))
var random = RandomSource(seed: 1)

@MainActor func evaluate(_ suggestion: Suggestion) throws {
    let time = Date(timeIntervalSince1970: 0)
    let number = study.nextNumber
    let loss = suggestion.assignment.active.enumerated().reduce(0.0) { sum, numbered in
        let (place, entry) = numbered
        // Every choice has a merit of its own.
        if isOfCells { return sum + sin(Double(place * 31 + entry.value.description.utf8.reduce(0) { $0 + Int($1) })) }
        let x = (entry.value.number ?? 0) - 1
        return sum + x * x + 0.5 * sin(3 * x)
    }
    try study.apply(.started(number, suggestion, at: time))
    try study.apply(.observed(number, [Observation(metric: "loss", value: loss, step: 0, time: time)]))
    try study.apply(.ended(number, .succeeded, at: time))
}

@MainActor func ask() throws {
    guard case .run(let suggestion) = try suggester.proposal(for: study) else { return }
    try evaluate(suggestion)
}

for _ in 0..<history { try evaluate(Suggestion(try space.sample(using: &random))) }
try ask()  // takes the history in, once
let start = clock()
for _ in 0..<asks { try ask() }
let milliseconds = Double(clock() - start) / Double(CLOCKS_PER_SEC) * 1_000 / Double(asks)
let status = try String(contentsOfFile: "/proc/self/status", encoding: .utf8)
let peak = status.split(separator: "\n").first { $0.hasPrefix("VmHWM") }.flatMap { Int($0.filter(\.isNumber)) } ?? 0
print("attune-\(arguments[1]) \(history) \(String(format: "%.4f", milliseconds)) \(peak / 1024)")
